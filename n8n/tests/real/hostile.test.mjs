// What a PBX that means harm can do to a real n8n, and what stands in the place of one: nothing of it is a success,
// nothing is told, nothing goes elsewhere, and nothing lasts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { endless, wrongAnswers } from "../wrong-answers.mjs";
import { Hostile } from "./hostile.mjs";
import { N8n, fan, threeCx, workflow } from "./n8n.mjs";
import { until } from "./services.mjs";

let n8n, pbx, thief;

before(async () => {
  [pbx, thief] = await Promise.all([Hostile.start(), Hostile.start()]);
  n8n = await N8n.start();
  pbx.credentials = await credential(pbx.url);
});

after(async () => {
  await n8n?.stop();
  [pbx, thief].forEach((server) => server?.stop());
});

const credential = (baseUrl, more = {}) => n8n.credential(`At ${baseUrl}`, { baseUrl, clientId: "a", clientSecret: "b", ...more });

const id = { id: { __rl: true, mode: "id", value: "7" } };

/** An operation of each kind, by the names that `wrong-answers.mjs` has for them. */
const OPERATIONS = {
  list: ["Users.ListUser", { limit: 5 }],
  "list of all": ["Users.ListUser", { returnAll: true }],
  get: ["Users.GetUser", id],
  create: ["Contacts.CreateContact", { bodyMode: "json", bodyJson: '{"CompanyName":"x"}' }],
  update: ["Users.UpdateUser", { ...id, bodyMode: "json", bodyJson: '{"Mobile":"1"}' }],
  delete: ["Contacts.DeleteContact", id],
  order: ["Users.ReprovisionAllPhones", { ids: "[1]" }],
  question: ["Users.HasDuplicatedEmail", id],
  file: ["Users.ExportExtensions", { outputField: "data" }],
};

const node = (name, credentials, [operation, parameters], more = {}) =>
  threeCx(name, credentials, { resource: operation.split(".")[0], operation, ...parameters }, more);

/** Runs operations beside each other, each with Continue On Fail: what each gave. */
async function runAll(name, kinds, credentials = pbx.credentials) {
  const nodes = kinds.map((kind) => node(kind, credentials, OPERATIONS[kind], { onError: "continueRegularOutput" }));
  const run = await n8n.run(fan(name, ...nodes));
  assert.equal(run.status, "success", `${name}: ${run.error?.message}`);
  return Object.fromEntries(kinds.map((kind) => [kind, run.items(kind)]));
}

/** Checks that all that a node gave is one error. */
function isError(items, what, message = /./) {
  assert.equal(items.length, 1, what);
  const [{ json, binary }] = items;
  assert.match(json.error ?? "", message, `${what}: ${JSON.stringify(json).slice(0, 300)}`);
  assert.ok(json.success === undefined && binary === undefined, what);
}

test("an answer of another kind is an error item of every operation", async (t) => {
  let inputs = 0;
  for (const [name, response, believed = []] of wrongAnswers) {
    pbx.always(response);
    const kinds = Object.keys(OPERATIONS).filter((kind) => !believed.includes(kind));
    const given = await runAll(name, kinds);
    for (const kind of kinds) isError(given[kind], `${kind}, answered with ${name}`);
    inputs += kinds.length;
  }
  t.diagnostic(`${inputs} answers of another kind`);
});

test("no redirect is followed, to where it ever points", async (t) => {
  let inputs = 0;
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [`${thief.url}/xapi/v1/Users`, `${pbx.url}/xapi/v1/Elsewhere`, "/xapi/v1/Elsewhere", "//127.0.0.1:9/", "https://[bad"]) {
      pbx.received = [];
      pbx.always({ statusCode: status, headers: { location, "x-3cx-version": "20.0.10.1621" } });
      const kinds = ["list", "create", "update", "delete", "order", "file"];
      const given = await runAll(`${status} ${location}`, kinds);
      for (const kind of kinds) isError(given[kind], `${kind} ${status} ${location}`, /redirects to /);
      assert.equal(pbx.received.length, kinds.length);
      assert.ok(!pbx.received.some(({ url }) => url.pathname.endsWith("/Elsewhere")));
      inputs += kinds.length;
    }
  }
  assert.deepEqual(thief.received, []);
  t.diagnostic(`${inputs} redirects`);
});

test("a list that does not end is an error", async (t) => {
  for (const [name, pages, { selected } = {}] of endless) {
    let page = 0;
    pbx.answer = (response) => pbx.json(response, pages(page++));
    const parameters = { returnAll: true, options: selected ? { select: ["Number"] } : {} };
    const run = await n8n.run(workflow(name, node("List", pbx.credentials, ["Users.ListUser", parameters])));
    assert.equal(run.status, "error", name);
    assert.match(run.error.message, /the same rows come again|does not end/, name);
    assert.ok(page < 200, `${name}: ${page}`);
  }
  t.diagnostic(`${endless.length} lists without end`);
});

test("an answer without end, and one that does not come, end in time", async () => {
  const chunk = ',{"Id":1}'.repeat(10_000);
  let sent = 0;
  pbx.answer = async (response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write('{"value":[{"Id":0}');
    while (!response.destroyed && sent < 1e9) {
      sent += chunk.length;
      if (!response.write(chunk)) await new Promise((go) => ["drain", "close"].forEach((event) => response.once(event, go)));
    }
    response.end();
  };
  isError((await runAll("infinite", ["list"])).list, "infinite", /larger than 100 MB/);
  assert.ok(sent < 500e6, String(sent));

  const hurried = await credential(pbx.url, { timeout: 1 });
  for (const [name, answer] of [
    ["silent", () => {}],
    ["head only", (response) => response.writeHead(200, { "content-type": "application/json" }).flushHeaders()],
    ["dripping", (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const drip = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(drip));
    }],
  ]) {
    pbx.received = [];
    pbx.answer = answer;
    const given = await runAll(name, ["list", "order"], hurried);
    isError(given.list, `list ${name}`, /does not answer in time/);
    isError(given.order, `order ${name}`, /may have been carried out or not/);
    assert.equal(pbx.received.filter(({ method }) => method === "POST").length, 1, name);
  }
});

test("a wait that the PBX asks for is kept, in seconds or as a date, and not if it is too long", async () => {
  for (const [after, tries] of [["0", 2], ["3600", 1]]) {
    pbx.received = [];
    pbx.answer = (response, url, request) => {
      if (pbx.received.length > 1) return pbx.well(response, url, request);
      response.writeHead(429, { "retry-after": after }).end();
    };
    const { order } = await runAll(`Retry-After ${after}`, ["order"]);
    assert.equal(order[0].json.success, tries > 1 ? true : undefined, after);
    assert.equal(pbx.received.length, tries, after);
  }
});

test("a name of a megabyte, and what is nested too deeply, are refused before anything is sent", async () => {
  pbx.received = [];
  pbx.answer = pbx.well;
  const inputs = [
    "={{ ({ ['FirstName'.repeat(120000)]: 'x' }) }}",
    "={{ JSON.stringify({ ['FirstName'.repeat(120000)]: 'x' }) }}",
    "={{ '['.repeat(100000) }}",
    "={{ '{\"a\":'.repeat(100000) }}",
  ];
  for (const bodyJson of inputs) {
    const run = await n8n.run(workflow("large", node("Update", pbx.credentials, ["Users.UpdateUser", { ...id, bodyMode: "json", bodyJson }])));
    assert.equal(run.status, "error");
    assert.ok(run.error.message.length < 2100, String(run.error.message.length));
    assert.equal(run.error.name, "NodeOperationError", run.error.message);
  }
  assert.deepEqual(pbx.received, []);
});

test("values come as expressions yield them", async () => {
  pbx.answer = pbx.well;
  const saved = pbx.users;
  pbx.users = Array.from({ length: 130 }, (_, index) => ({ Id: index + 1, Number: String(index) }));
  try {
    const lists = [
      [{ limit: "={{ '7' }}" }, 7],
      [{ limit: "={{ $json.nope }}" }, 50],
      [{ limit: "={{ null }}" }, 50],
      [{ limit: "={{ '' }}" }, 50],
      [{ limit: "={{ 2.5 }}" }, /^Limit: expected a whole number/],
      [{ limit: "={{ -1 }}" }, /^Limit: expected a whole number/],
      [{ limit: "={{ NaN }}" }, /^Limit: expected a whole number/],
      [{ returnAll: "={{ 'false' }}", limit: 7 }, 7],
      [{ returnAll: "={{ 'true' }}" }, 130],
      [{ returnAll: "={{ 'perhaps' }}", limit: 7 }, /^Return All: expected/],
      [{ limit: 7, options: { top: "={{ '9' }}" } }, 9],
      [{ limit: 7, options: { top: "={{ null }}", skip: "={{ $json.nope }}", filter: "={{ $json.nope }}", search: "={{ null }}" } }, 7],
      [{ limit: 7, options: { skip: "={{ '128' }}" } }, 2],
      [{ limit: 7, options: { skip: "={{ -3 }}" } }, /^Skip: expected a whole number/],
      [{ limit: 7, options: { filter: "={{ ['Id eq 1'] }}" } }, /^Filter: expected text/],
      [{ limit: "={{ '3' }}", simplify: "={{ 'false' }}" }, 3],
    ];
    const name = (index) => `List ${index}`;
    const nodes = lists.map(([parameters], index) => node(name(index), pbx.credentials, ["Users.ListUser", parameters], { onError: "continueRegularOutput" }));
    const run = await n8n.run(fan("amounts", ...nodes));
    assert.equal(run.status, "success", run.error?.message);
    for (const [index, [parameters, expected]] of lists.entries()) {
      const items = run.items(name(index));
      const what = JSON.stringify(parameters);
      if (typeof expected === "number") assert.equal(items.filter(({ json }) => json.Id).length, expected, `${what}: ${JSON.stringify(items[0]?.json)}`);
      else isError(items, what, expected);
    }

    const mapper = (value) => ({ ...id, body: { mappingMode: "defineBelow", value, schema: Object.keys(value).map((field) => ({ id: field, displayName: field, type: "string", display: true, required: false, defaultMatch: false })) } });
    const updates = [
      [{ FirstName: "={{ 'Ada' }}", Mobile: "={{ '' }}", LastName: null }, { FirstName: "Ada" }],
      [{ FirstName: "={{ 'Ada' }}", Mobile: "={{ null }}", LastName: null }, { FirstName: "Ada", Mobile: null }],
      [{ FirstName: "={{ 'Ada' }}", Mobile: "={{ $json.nope }}" }, { FirstName: "Ada" }],
    ];
    for (const [value, sent] of updates) {
      pbx.received = [];
      const update = await n8n.run(workflow("mapped", node("Update", pbx.credentials, ["Users.UpdateUser", mapper(value)])));
      assert.equal(update.status, "success", update.error?.message);
      assert.deepEqual(JSON.parse(pbx.received[0].body), sent, JSON.stringify(value));
    }

    const from = { periodTo: "={{ new Date('2026-02-01T00:00:00Z') }}", sourceType: 0, sourceFilter: "", destinationType: 0, destinationFilter: "", callsType: 0, callTimeFilterType: 0, callTimeFilterFrom: "0:00:0", callTimeFilterTo: "0:00:0", hidePcalls: false };
    for (const periodFrom of ["={{ DateTime.fromISO('2026-01-31T09:30:00Z') }}", "={{ new Date('2026-01-31T09:30:00Z') }}", "={{ '2026-01-31T10:30:00+01:00' }}"]) {
      pbx.received = [];
      const report = await n8n.run(workflow("dates", node("Report", pbx.credentials, ["ReportCallLogData.GetCallLogData", { limit: 1, periodFrom, ...from }])));
      assert.equal(report.status, "success", report.error?.message);
      assert.match(decodeURIComponent(pbx.received[0].url.href), /periodFrom=2026-01-31T09:30:00Z,periodTo=2026-02-01T00:00:00Z/, periodFrom);
    }
  } finally {
    pbx.users = saved;
  }
});

test("addresses are understood as they are pasted, and the client secret goes to no other machine in the clear", async () => {
  pbx.answer = pbx.well;
  const list = (credentials) => n8n.run(workflow("address", node("List", credentials, ["Users.ListUser", { limit: 1 }])));
  for (const baseUrl of [` ${pbx.url} `, `\uFEFF${pbx.url}/`, `${pbx.url}/xapi/v1`, `${pbx.url}/#/login`, `${pbx.url}/#/office/users`, pbx.url.replace("http", "HTTP")]) {
    const run = await list(await credential(baseUrl));
    assert.equal(run.status, "success", `${baseUrl}: ${run.error?.message}`);
  }
  const tried = async (data) => {
    const credentials = await n8n.credential("Tried", data);
    const { id: saved, name } = credentials.threeCxOAuth2Api;
    const { data: verdict } = await n8n.rest("POST", "/credentials/test", { credentials: { id: saved, name, type: "threeCxOAuth2Api", data } });
    return { verdict, run: await list(credentials) };
  };
  for (const [baseUrl, message] of [
    ["http://192.0.2.1:5000", /http:\/\/ would show the client secret/],
    ["http://pbx.invalid", /http:\/\/ would show the client secret/],
    [pbx.url.replace("//", "//admin:hunter2@"), /must not contain a user name or password/],
    [`${pbx.url}/?x=1`, /has to end after the host name or port/],
    [`${pbx.url}/other`, /has to end after the host name or port/],
  ]) {
    pbx.received = [];
    const { verdict, run } = await tried({ baseUrl, clientId: "a", clientSecret: "b" });
    assert.equal(run.status, "error", baseUrl);
    assert.match(run.error.message, message, baseUrl);
    assert.equal(verdict.status, "Error", baseUrl);
    assert.match(verdict.message, /base-url-(has-to-begin-with-https|is-not-the-address)/, baseUrl);
    assert.deepEqual(pbx.received, [], baseUrl);
  }
});

test("polls that meet something else tell nothing, and lose nothing", async (t) => {
  pbx.answer = pbx.well;
  const seconds = Array.from({ length: 30 }, (_, index) => index * 2);
  const often = { pollTimes: { item: seconds.map((second) => ({ mode: "custom", cronExpression: `${second} * * * * *` })) } };
  const watch = { id: "watch", name: "Watch", type: "n8n-nodes-threecx.threeCxTrigger", typeVersion: 1, position: [0, 0], credentials: pbx.credentials, parameters: { event: "record", records: "Users.ListUser", ...often } };
  const then = { id: "then", name: "Then", type: "n8n-nodes-base.noOp", typeVersion: 1, position: [220, 0], parameters: {} };
  const connections = { Watch: { main: [[{ node: "Then", type: "main", index: 0 }]] } };
  const saved = await n8n.save({ name: "watched", nodes: [watch, then], connections, settings: { executionOrder: "v1" } });
  const told = async () => {
    const all = await Promise.all((await n8n.executions(saved.id)).map(({ id: execution }) => n8n.execution(execution)));
    return all.flatMap((execution) => execution.json("Watch")).map(({ event, Id }) => `${event} ${Id}`);
  };
  /** Waits until this number of requests have come. */
  const asked = async (times) => {
    const before = pbx.received.length;
    await until(() => pbx.received.length >= before + times, "a poll");
  };
  pbx.received = [];
  await n8n.rest("POST", `/workflows/${saved.id}/activate`, { versionId: saved.versionId });
  await asked(2);
  const page = Array.from({ length: 100 }, (_, index) => ({ Id: index + 1 }));
  const scenarios = [
    ...wrongAnswers.filter(([name]) => /^(a web page|nothing|an error|half a list|JSON that is nested deeply|a list of texts)$/.test(name)).map(([name, response]) => [name, () => pbx.always(response)]),
    ["an empty list for everything", () => pbx.always({ headers: { "content-type": "application/json" }, body: '{"value":[]}' })],
    ["the same page without end", () => (pbx.answer = (response) => pbx.json(response, { value: page }))],
    ["a redirect", () => pbx.always({ statusCode: 302, headers: { location: `${thief.url}/` } })],
    ["a list whose count says otherwise", () => (pbx.answer = (response, url) => pbx.json(response, url.searchParams.has("$count") ? { "@odata.count": 2, value: [] } : { value: [] }))],
  ];
  for (const [, begin] of scenarios) {
    begin();
    await asked(4);
  }
  pbx.answer = pbx.well;
  await asked(2);
  assert.deepEqual(await told(), []);
  pbx.users = [{ Id: 1, Number: "100" }, { Id: 3, Number: "103" }];
  await until(async () => (await told()).length >= 2, "what happened");
  await asked(3);
  assert.deepEqual(await told(), ["added 3", "removed 2"]);
  assert.deepEqual(thief.received, []);
  t.diagnostic(`${scenarios.length} kinds of polls`);
});
