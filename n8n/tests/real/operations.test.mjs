// The node in a real n8n, against a simulated PBX: what people do with it every day, one of every
// kind, and every operation at least as far as the request that it sends.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n, fan, threeCx, workflow } from "./n8n.mjs";

const USERS = 1200;
const DAY = { from: "2026-01-01T00:00:00Z", to: "2027-12-31T00:00:00Z" };

let sim, n8n, credentials;

before(async () => {
  sim = await Sim.start("--users", String(USERS), "--calls", "3000");
  n8n = await N8n.start();
  credentials = await n8n.credential("Demo PBX", connection());
});

after(async () => {
  await n8n?.stop();
  await sim?.stop();
});

const connection = (more) => ({ baseUrl: `${sim.url}/`, clientId: sim.clientId, clientSecret: sim.secret, ...more });

const node = (name, operation, parameters = {}, more = {}) =>
  threeCx(name, credentials, { resource: operation.split(".")[0], operation, ...parameters }, more);

const locator = (value, mode = "id") => ({ __rl: true, mode, value });

/** A body whose fields were filled in one by one, as the editor saves them. */
const fields = (value) => ({
  bodyMode: "fields",
  body: { mappingMode: "defineBelow", value, matchingColumns: [], schema: Object.keys(value).map((id) => ({ id, displayName: id, required: false, display: true, type: "string" })) },
});
const json = (value) => ({ bodyMode: "json", bodyJson: typeof value === "string" ? value : JSON.stringify(value) });

/** Runs one node; its items. */
async function items(operation, parameters, more) {
  const run = await n8n.run(workflow(operation, node("3CX", operation, parameters, more)));
  assert.equal(run.status, "success", run.error?.message);
  return run.items("3CX");
}

async function fails(operation, parameters) {
  const run = await n8n.run(workflow(operation, node("3CX", operation, parameters)));
  assert.equal(run.status, "error");
  return run.error;
}

/** What the PBX was asked since it was last asked this. */
async function received(operation) {
  const response = await fetch(`${sim.url}/sim/received?operation=${operation}`);
  const entries = await response.json();
  await sim.control("DELETE", "/received");
  return entries;
}

describe("the credential", () => {
  const check = async (data) => {
    const { threeCxOAuth2Api: saved } = await n8n.credential("Tried", data);
    const tried = { ...saved, type: "threeCxOAuth2Api", data };
    return (await n8n.rest("POST", "/credentials/test", { credentials: tried })).data;
  };

  test("is tested", async () => {
    assert.deepEqual(await check(connection()), { status: "OK", message: "Connection successful!" });
  });

  test("with a wrong secret is refused", async () => {
    assert.equal((await check(connection({ clientSecret: "wrong" }))).status, "Error");
    const wrong = await n8n.credential("Wrong", connection({ clientSecret: "wrong" }));
    const run = await n8n.run(workflow("wrong", { ...node("3CX", "Users.ListUser"), credentials: wrong }));
    assert.equal(run.status, "error");
    assert.match(run.error.message, /client ID|secret|credential/i);
  });
});

describe("Users: Reprovision All Phones", () => {
  const operation = "Users.ReprovisionAllPhones";

  for (const [way, parameters] of [
    ["a JSON array as text", { ids: "[123, 456]" }],
    ["numbers between commas", { ids: "123,456" }],
    ["an expression that yields an array", { ids: "={{ [123, 456] }}" }],
    ["users picked by name", { idsFrom: "list", idsPicked: [123, 456] }],
  ]) {
    test(`takes ${way}`, async () => {
      await received(operation);
      const [{ json: said }] = await items(operation, parameters);
      assert.equal(said.success, true);
      const [request, ...more] = await received(operation);
      assert.deepEqual(more, []);
      assert.equal(request.path, "/xapi/v1/Users/Pbx.ReprovisionAllPhones");
      assert.deepEqual(request.body, { ids: [123, 456] });
    });
  }

  test("refuses malformed JSON before anything is sent", async () => {
    await received(operation);
    const error = await fails(operation, { ids: "[123, 4x6]" });
    assert.match(error.message, /ids: expected a list of whole numbers.*line 1, column 7/i);
    assert.deepEqual(await received(operation), []);
  });

  test("runs by `n8n execute`", async () => {
    await received(operation);
    const { id } = await n8n.save(workflow("by command", node("3CX", operation, { ids: "[123, 456]" })));
    const { data } = await n8n.execute(id);
    assert.equal(data.resultData.runData["3CX"][0].data.main[0][0].json.success, true);
    assert.equal((await received(operation)).length, 1);
  });
});

describe("lists", () => {
  test("return all, over many pages, with their pairs", async () => {
    const all = await items("Users.ListUser", { returnAll: true, options: { select: ["Id", "Number"] } });
    assert.equal(all.length, USERS);
    assert.equal(new Set(all.map((item) => item.json.Id)).size, USERS);
    assert.deepEqual(Object.keys(all[0].json), ["Id", "Number"]);
    assert.ok(all.every((item) => item.pairedItem.item === 0));
  });

  test("are limited, filtered, searched, ordered, counted and expanded", async () => {
    const [first, ...more] = await items("Users.ListUser", {
      limit: 3,
      options: { filter: "Number ge '1100'", orderby: "Number desc", count: true, expand: ["Phones"] },
    });
    assert.equal(more.length, 2);
    assert.equal(first.json.Number, String(1000 + USERS - 1));
    assert.equal(first.json["@odata.count"], USERS - 100);
    assert.ok(Array.isArray(first.json.Phones));
    const found = await items("Users.ListUser", { returnAll: true, options: { search: first.json.LastName, select: ["LastName"] } });
    assert.ok(found.length > 0);
  });
});

test("operations of every kind", async () => {
  const everyone = "={{ $('Create user').first().json.Id }}";
  const group = "={{ $('Create department').first().json.Id }}";
  const period = { periodFrom: DAY.from, periodTo: DAY.to };
  const log = {
    ...period, sourceType: 0, sourceFilter: "", destinationType: 0, destinationFilter: "", callsType: 0,
    callTimeFilterType: 0, callTimeFilterFrom: "0:00:0", callTimeFilterTo: "0:00:0", hidePcalls: true,
  };
  const steps = [
    node("Create user", "Users.CreateUser", fields({ FirstName: "Ada", LastName: "O'Brien", EmailAddress: "ada@demo.example", VMEnabled: "true" })),
    node("Create user from JSON", "Users.CreateUser", json({ FirstName: "Bob", Require2FA: true })),
    node("Get user", "Users.GetUser", { id: locator(everyone) }),
    node("Update user", "Users.UpdateUser", { id: locator(everyone), ...fields({ LastName: "Byron", Mobile: "+4930123" }) }),
    node("Get user again", "Users.GetUser", { id: locator(everyone) }),
    node("Has duplicated email", "Users.HasDuplicatedEmail", { id: locator(everyone) }),
    node("User groups", "Users.ListGroups", { id: locator(30), limit: 5 }),
    node("Regenerate", "Users.Regenerate", { id: locator(everyone), ...json({ VoicemailPIN: true }) }),
    node("First free number", "Users.GetFirstAvailableExtensionNumber"),
    node("Make call", "Users.MakeCall", { dn: "1000", destination: "1001" }),
    node("Active calls", "ActiveCalls.ListActiveCall", { returnAll: true }),
    node("Create department", "Groups.CreateGroup", fields({ Name: "Tests", Language: "EN" })),
    node("Update department", "Groups.UpdateGroup", { id: locator(group), ...json({ Members: [{ Number: "1000", Rights: { RoleName: "users" } }] }) }),
    node("Department members", "Groups.ListMembers", { id: locator(group), returnAll: true }),
    node("Empty department", "Groups.UpdateGroup", { id: locator(group), ...json({ Members: [] }) }),
    node("Delete department", "Groups.DeleteGroup", { id: locator(group) }),
    node("Create queue", "Queues.CreateQueue", json({ Name: "Node tests", Agents: [{ Number: "1000" }] })),
    node("Queues", "Queues.ListQueue", { returnAll: true, options: { expand: ["Agents"] } }),
    node("Queue by number", "Queues.GetQueueByNumber", { number: locator("={{ $('Create queue').first().json.Number }}", "number") }),
    node("Reset queue", "Queues.ResetQueueStatistics", { id: locator("={{ $('Create queue').first().json.Id }}") }),
    node("Delete queue", "Queues.DeleteQueue", { id: locator("={{ $('Create queue').first().json.Id }}") }),
    node("Ring groups", "RingGroups.ListRingGroup", { limit: 2 }),
    node("Receptionists", "Receptionists.ListReceptionist", { limit: 2 }),
    node("Trunks", "Trunks.ListTrunk", { returnAll: true }),
    node("DIDs", "DidNumbers.ListDidNumber", { limit: 5 }),
    node("Inbound rules", "InboundRules.ListInboundRule", { limit: 5 }),
    node("Outbound rules", "OutboundRules.ListOutboundRule", { limit: 5 }),
    node("Create contact", "Contacts.CreateContact", fields({ FirstName: "Nikolai", PhoneNumber: "1234567890" })),
    node("Delete contact", "Contacts.DeleteContact", { id: locator("={{ $('Create contact').first().json.Id }}"), options: {} }),
    node("System status", "SystemStatus.GetSystemStatus"),
    node("Licence", "LicenseStatus.GetLicenseStatus"),
    node("Services", "Services.ListServiceInfo", { returnAll: true }),
    node("Parameters", "Parameters.ListParameter", { limit: 3 }),
    node("Call log", "ReportCallLogData.GetCallLogData", { ...log, limit: 250 }),
    node("Call history", "CallHistoryView.ListCallHistoryView", { limit: 120 }),
    node("Call log file", "ReportCallLogData.DownloadCallLog", { ...log, clientTimeZone: "America/Chicago" }),
    node("Extensions file", "Users.ExportExtensions"),
    node("Recordings", "Recordings.ListRecording", { limit: 1 }),
    node("Recording file", "Recordings.DownloadRecording", { recId: locator("={{ $('Recordings').first().json.Id }}") }),
    node("Backup", "Backups.Backup", json({ Name: "node.zip", Contents: { FQDN: true } })),
    node("Bulk delete", "Users.BatchDelete", { ids: "={{ [$('Create user from JSON').first().json.Id] }}" }),
    node("Delete user", "Users.DeleteUser", { id: locator(everyone) }),
  ];
  assert.ok(steps.length >= 40);
  const run = await n8n.run(fan("every kind", ...steps.map((step) => ({ ...step, onError: "continueRegularOutput" }))));
  assert.equal(run.status, "success", run.error?.message);
  for (const { name } of steps) {
    const [first] = run.items(name);
    assert.ok(first, `${name}: no item`);
    assert.equal(first.json.error, undefined, `${name}: ${JSON.stringify(first.json)}`);
  }
  const [created] = run.json("Create user");
  assert.equal(created.LastName, "O'Brien");
  assert.equal(run.json("Get user")[0].Number, created.Number);
  assert.equal(run.json("Get user again")[0].LastName, "Byron");
  assert.equal(run.json("Department members").length, 1);
  assert.equal(run.json("Call log").length, 250);
  assert.equal(run.json("Call history").length, 120);
  assert.equal(run.json("Delete user")[0].success, true);
  assert.equal(run.json("Bulk delete")[0].success, true);
  const [recording] = run.items("Recording file");
  assert.equal(recording.binary.data.mimeType, "audio/x-wav");
  assert.match(run.items("Call log file")[0].binary.data.fileName, /\.csv$/);
});

test("an upload takes a file of the item, and a download gives it back", async () => {
  const content = "<?xml version=\"1.0\"?>\n<doc>Zürich & O'Brien</doc>\n";
  const file = {
    name: "File",
    type: "n8n-nodes-base.code",
    typeVersion: 2,
    parameters: {
      jsCode: `const data = ${JSON.stringify(Buffer.from(content).toString("base64"))};
        return [{ json: {}, binary: { data: { data, mimeType: "text/xml", fileName: "own.pv.xml" } } }];`,
    },
  };
  const upload = node("Upload", "TrunkTemplates.CreateTrunkTemplate", {
    ...json({ Id: "own.pv.xml", Name: "Own", TemplateType: "Supported" }),
    bodyFiles: { file: [{ encoding: "utf8", field: "Content", input: "data" }] },
  });
  const back = node("Back", "TrunkTemplates.GetTrunkTemplate", { id: locator("own.pv.xml"), simplify: false, options: { select: ["Id", "Content"] } });
  const run = await n8n.run(workflow("upload", file, upload, back));
  assert.equal(run.status, "success", run.error?.message);
  assert.equal(run.json("Back")[0].Content, content);
});
