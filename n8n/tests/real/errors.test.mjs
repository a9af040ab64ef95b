// What happens when something is wrong: with an item, with the PBX, with its release.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n, threeCx, workflow } from "./n8n.mjs";

let n8n, sim, old;

before(async () => {
  [sim, old] = await Promise.all([Sim.start("--users", "20"), Sim.start("--users", "20", "--api", "20.0.4")]);
  n8n = await N8n.start();
  sim.credentials = await n8n.credential("New PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  old.credentials = await n8n.credential("Old PBX", { baseUrl: old.url, clientId: old.clientId, clientSecret: old.secret });
});

after(async () => {
  await n8n?.stop();
  await Promise.all([sim?.stop(), old?.stop()]);
});

const node = (name, pbx, operation, parameters = {}, more = {}) =>
  threeCx(name, pbx.credentials, { resource: operation.split(".")[0], operation, ...parameters }, more);

/** Three items: 29, 99999 (no one has it) and 30. */
const ids = {
  name: "Ids",
  type: "n8n-nodes-base.code",
  typeVersion: 2,
  parameters: { jsCode: "return [29, 99999, 30].map((id) => ({ json: { id } }));" },
};
const id = { id: { __rl: true, mode: "id", value: "={{ $json.id }}" } };

/** How often the PBX was asked for an operation. */
const counts = async (pbx, operation) => (await fetch(`${pbx.url}/sim/counts/${operation}`)).json();

test("an item that fails stops the workflow, and says which item it was", async () => {
  const run = await n8n.run(workflow("stops", ids, node("Get", sim, "Users.GetUser", id)));
  assert.equal(run.status, "error");
  assert.equal(run.error.name, "NodeApiError");
  assert.equal(run.error.context.itemIndex, 1);
  assert.match(run.error.message, /^User 99999 does not exist$/);
  assert.ok(run.error.description.length > 0, "a next step");
});

test("with Continue On Fail the others go on, each paired with its item", async () => {
  const run = await n8n.run(workflow("continues", ids, node("Get", sim, "Users.GetUser", id, { onError: "continueRegularOutput" })));
  assert.equal(run.status, "success");
  const items = run.items("Get");
  assert.deepEqual(items.map((item) => item.pairedItem.item), [0, 1, 2]);
  assert.deepEqual(items.map((item) => item.json.Id ?? "failed"), [29, "failed", 30]);
  assert.match(items[1].json.error, /^User 99999 does not exist$/);
});

test("an error output gets what failed", async () => {
  const run = await n8n.run(workflow("error output", ids, node("Get", sim, "Users.GetUser", id, { onError: "continueErrorOutput" })));
  assert.equal(run.status, "success");
  assert.deepEqual(run.json("Get", 0).map(({ Id }) => Id), [29, 30]);
  const failed = run.json("Get", 1);
  assert.equal(failed.length, 1);
  // With the fields of the item that it failed for, and what to do.
  assert.deepEqual(Object.keys(failed[0]).sort(), ["error", "id", "message"]);
  assert.equal(failed[0].id, 99999);
  assert.match(failed[0].error, /^User 99999 does not exist$/);
  assert.ok(failed[0].message.length > 0);
});

test("several items at a time keep their order, also where some fail", async () => {
  const run = await n8n.run(workflow("concurrent", ids, node("Get", sim, "Users.GetUser", { ...id, execution: { concurrency: 3 } }, { onError: "continueRegularOutput" })));
  assert.equal(run.status, "success");
  assert.deepEqual(run.json("Get").map((json) => json.Id ?? "failed"), [29, "failed", 30]);
});

test("a credential that only reads, an empty list and a dry run send nothing", async () => {
  const readOnly = await n8n.credential("Reads only", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret, readOnly: true });
  const more = { onError: "continueRegularOutput" };
  const order = { ids: "[29]" };
  const run = await n8n.run(
    workflow(
      "sends nothing",
      node("Read only", { credentials: readOnly }, "Users.ReprovisionAllPhones", order, more),
      node("Empty", sim, "Users.ReprovisionAllPhones", { ids: "={{ [] }}" }, more),
      node("Dry", sim, "Users.ReprovisionAllPhones", { ...order, execution: { dryRun: true } }, more),
      node("Create", sim, "Users.CreateUser", { bodyMode: "json", bodyJson: "{}" }, more),
    ),
  );
  assert.equal(run.status, "success", run.error?.message);
  assert.match(run.json("Read only")[0].error, /only reads/);
  assert.match(run.json("Empty")[0].skipped, /nothing was sent/);
  assert.deepEqual(run.json("Dry")[0].body, { ids: [29] });
  assert.match(run.json("Create")[0].error, /at least one field/);
  for (const operation of ["Users.ReprovisionAllPhones", "Users.CreateUser"]) assert.equal((await counts(sim, operation)).received, 0);
});

test("an operation that the connected PBX lacks is refused before it is sent, with the releases that have it", async () => {
  const firmware = { bodyMode: "json", bodyJson: "{}" };
  for (const [pbx, operation, parameters, message] of [
    [old, "Users.InstallFirmware", firmware, /^Users\.InstallFirmware exists since 20\.0\.9, but the PBX is 20\.0\.4$/],
    [sim, "Contacts.ExportContacts", {}, /^Contacts\.ExportContacts exists until 20\.0\.8, but the PBX is 20\.0\.10/],
  ]) {
    const run = await n8n.run(workflow("lacks", node("Lacks", pbx, operation, parameters)));
    assert.equal(run.status, "error");
    assert.match(run.error.message, message);
    assert.ok(run.error.description.length > 0, "a next step");
    assert.equal((await counts(pbx, operation)).received, 0);
    const received = await (await fetch(`${pbx.url}/sim/received?status=404`)).json();
    assert.deepEqual(received.filter(({ path }) => /InstallFirmware|ExportContacts/.test(path)), []);
  }
});

test("an alternate key becomes the function that older releases have in its place", async () => {
  const number = { number: { __rl: true, mode: "number", value: "100" } };
  for (const pbx of [sim, old]) {
    const run = await n8n.run(workflow("by number", node("Get", pbx, "Users.GetUserByNumber", number)));
    assert.equal(run.status, "success", run.error?.message);
    assert.equal(run.json("Get")[0].Number, "100");
  }
});

test("what may have been carried out is not sent again, unless twice is the same as once", async () => {
  const contact = { bodyMode: "json", bodyJson: JSON.stringify({ CompanyName: "Once", PhoneNumber: "1" }) };
  const user = { id: { __rl: true, mode: "id", value: 29 } };
  for (const [fault, operation, parameters, times] of [
    ["drop-after", "Contacts.CreateContact", contact, 1],
    ["truncate", "Contacts.CreateContact", contact, 1],
    ["500", "Contacts.CreateContact", contact, 1],
    ["504", "Contacts.CreateContact", contact, 1],
    ["drop-after", "Users.GetUser", user, 2],
    ["504", "Users.GetUser", user, 2],
  ]) {
    await sim.control("PUT", "/faults", [`${fault}:1:1@${operation}`]);
    const before = await counts(sim, operation);
    const run = await n8n.run(workflow("unknown outcome", node("Send", sim, operation, parameters)));
    const { received } = await counts(sim, operation);
    assert.equal(received - before.received, times, `${fault} ${operation}`);
    assert.equal(run.status, times > 1 ? "success" : "error", `${fault} ${operation}: ${run.error?.message}`);
    if (fault === "drop-after" && times === 1) {
      assert.match(run.error.message, /^The call was sent, but no complete answer came .*: it may have been carried out or not$/);
      assert.match(run.error.description, /Look at the PBX/);
    }
  }
});

test("what was not carried out is sent again: refused for now, or without a token that holds", async () => {
  const contact = { bodyMode: "json", bodyJson: JSON.stringify({ CompanyName: "Again", PhoneNumber: "1" }) };
  for (const [fault, operation, parameters] of [
    ["401", "Queues.ListQueue", { limit: 1 }],
    ["429", "Users.ListUser", { limit: 1 }],
    ["503", "Contacts.CreateContact", contact],
    ["evict", "Contacts.CreateContact", contact],
  ]) {
    await sim.control("PUT", "/faults", [`${fault}:1:1@${operation}`]);
    const before = await counts(sim, operation);
    const run = await n8n.run(workflow("again", node("Send", sim, operation, parameters)));
    assert.equal(run.status, "success", `${fault} ${operation}: ${run.error?.message}`);
    const after = await counts(sim, operation);
    assert.equal(after.received - before.received, 2, `${fault} ${operation}`);
    assert.equal(after.carriedOut - before.carriedOut, 1, `${fault} ${operation}`);
  }
});

test("an address where nothing answers, and one that is not a 3CX", async () => {
  const at = async (baseUrl) => {
    const credentials = await n8n.credential("Elsewhere", { baseUrl, clientId: "a", clientSecret: "b" });
    return n8n.run(workflow("elsewhere", threeCx("Get", credentials, { resource: "Users", operation: "Users.ListUser", limit: 1 })));
  };
  const nobody = await at("http://127.0.0.1:9");
  assert.equal(nobody.status, "error");
  assert.match(nobody.error.message, /^Cannot connect to 127\.0\.0\.1:9: /);
  assert.match(nobody.error.description, /Check the host name and port/);
  const wrong = await at(n8n.url);
  assert.equal(wrong.status, "error");
  assert.match(wrong.error.message, /answers, but not as a 3CX does/);
  assert.match(wrong.error.description, /Check the host name and port/);
});

test("no redirect is followed: token and body go to the address in the credential and nowhere else", async () => {
  const elsewhere = [];
  const listen = async (answer) => {
    const server = createServer(answer).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { server, url: `http://127.0.0.1:${server.address().port}` };
  };
  const thief = await listen((request, response) => {
    elsewhere.push(request.headers.authorization);
    response.setHeader("content-type", "application/json").end('{"value":[]}');
  });
  let status;
  const moved = await listen((request, response) => {
    request.resume();
    if (request.url.includes("/connect/token")) {
      response.setHeader("content-type", "application/json").end('{"access_token":"t","token_type":"Bearer","expires_in":60}');
      return;
    }
    response.writeHead(status, { location: `${thief.url}/`, "x-3cx-version": "20.0.10.1621" }).end();
  });
  try {
    const data = { baseUrl: moved.url, clientId: "a", clientSecret: "b" };
    const credentials = await n8n.credential("Moved", data);
    const { threeCxOAuth2Api: saved } = credentials;
    for (status of [301, 302, 303, 307, 308]) {
      for (const [operation, parameters] of [
        ["Users.ListUser", { limit: 1 }],
        ["Users.ReprovisionAllPhones", { ids: "[1]" }],
      ]) {
        const run = await n8n.run(workflow("moved", node("Moved", { credentials }, operation, parameters)));
        assert.equal(run.status, "error");
        assert.match(run.error.message, /answers, but not as a 3CX does: it redirects to http:\/\/127\.0\.0\.1/);
      }
      const tried = { id: saved.id, name: saved.name, type: "threeCxOAuth2Api", data };
      const { status: verdict, message } = (await n8n.rest("POST", "/credentials/test", { credentials: tried })).data;
      assert.equal(verdict, "Error", `${status}`);
      assert.match(message, /redirects to another one/);
    }
    assert.deepEqual(elsewhere, []);
  } finally {
    thief.server.close();
    moved.server.close();
  }
});

test("a resource that is chosen and nothing else destroys nothing", async () => {
  const purge = threeCx("Purge", sim.credentials, { resource: "PurgeSettings" });
  const run = await n8n.run(workflow("untouched", purge));
  assert.equal(run.status, "error");
  for (const operation of ["PurgeSettings.PurgeAllLogs", "PurgeSettings.PurgeCalls"]) {
    assert.equal((await counts(sim, operation)).received, 0);
  }
});
