// What happens when something is wrong: with an item, with the PBX, with its release.

import assert from "node:assert/strict";
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

/** Three items: 29, 99999 (nobody has it) and 30. */
const ids = {
  name: "Ids",
  type: "n8n-nodes-base.code",
  typeVersion: 2,
  parameters: { jsCode: "return [29, 99999, 30].map((id) => ({ json: { id } }));" },
};
const id = { id: { __rl: true, mode: "id", value: "={{ $json.id }}" } };

test("an item that fails stops the workflow, and says which item it was", async () => {
  const run = await n8n.run(workflow("stops", ids, node("Get", sim, "Users.GetUser", id)));
  assert.equal(run.status, "error");
  assert.equal(run.error.name, "NodeApiError");
  assert.equal(run.error.context.itemIndex, 1);
  assert.match(run.error.message, /not found|no such/i);
  assert.ok(run.error.description.length > 0, "a next step");
});

test("with Continue On Fail the others go on, each paired with its item", async () => {
  const run = await n8n.run(workflow("continues", ids, node("Get", sim, "Users.GetUser", id, { onError: "continueRegularOutput" })));
  assert.equal(run.status, "success");
  const items = run.items("Get");
  assert.deepEqual(items.map((item) => item.pairedItem.item), [0, 1, 2]);
  assert.deepEqual(items.map((item) => item.json.Id ?? "failed"), [29, "failed", 30]);
  assert.match(items[1].json.error, /not found|no such/i);
});

test("an error output gets what failed", async () => {
  const run = await n8n.run(workflow("error output", ids, node("Get", sim, "Users.GetUser", id, { onError: "continueErrorOutput" })));
  assert.equal(run.status, "success");
  assert.deepEqual(run.json("Get", 0).map(({ Id }) => Id), [29, 30]);
  assert.equal(run.items("Get", 1).length, 1);
});

test("an operation that the connected PBX lacks is refused before it is sent, with the release that brought it", async () => {
  const operation = "Users.InstallFirmware";
  const run = await n8n.run(workflow("too old", node("Old", old, operation, { bodyMode: "json", bodyJson: "{}", mac: "805EC0000000" })));
  assert.equal(run.status, "error");
  assert.match(run.error.message, /20\.0\.9/);
  const received = await (await fetch(`${old.url}/sim/received`)).json();
  assert.deepEqual(received.filter((request) => request.operation === operation || request.status === 404), []);
});

test("an alternate key becomes the function that older releases have in its place", async () => {
  const number = { number: { __rl: true, mode: "number", value: "100" } };
  for (const pbx of [sim, old]) {
    const run = await n8n.run(workflow("by number", node("Get", pbx, "Users.GetUserByNumber", number)));
    assert.equal(run.status, "success", run.error?.message);
    assert.equal(run.json("Get")[0].Number, "100");
  }
});

test("what may have been carried out is not sent again", async () => {
  await sim.control("PUT", "/faults", ["drop-after:1:1@Contacts.CreateContact"]);
  await sim.control("DELETE", "/received");
  const body = { bodyMode: "json", bodyJson: JSON.stringify({ CompanyName: "Once", PhoneNumber: "1" }) };
  const run = await n8n.run(workflow("unknown outcome", node("Create", sim, "Contacts.CreateContact", body)));
  await sim.control("PUT", "/faults", []);
  assert.equal(run.status, "error");
  const received = await (await fetch(`${sim.url}/sim/received?operation=Contacts.CreateContact`)).json();
  assert.equal(received.length, 1);
});

test("what was not carried out is sent again: refused for now, or before it arrived", async () => {
  await sim.control("PUT", "/faults", ["429:1:1@Users.ListUser", "503:1:1@Users.GetUser", "401:1:1@Queues.ListQueue"]);
  for (const [operation, parameters] of [["Users.ListUser", { limit: 1 }], ["Users.GetUser", { id: { __rl: true, mode: "id", value: 29 } }], ["Queues.ListQueue", { limit: 1 }]]) {
    const run = await n8n.run(workflow("again", node("Get", sim, operation, parameters)));
    assert.equal(run.status, "success", `${operation}: ${run.error?.message}`);
  }
  await sim.control("PUT", "/faults", []);
});

test("an address where nobody answers, and one that is no 3CX", async () => {
  const at = async (baseUrl) => {
    const credentials = await n8n.credential("Elsewhere", { baseUrl, clientId: "a", clientSecret: "b" });
    return n8n.run(workflow("elsewhere", threeCx("Get", credentials, { resource: "Users", operation: "Users.ListUser", limit: 1 })));
  };
  const nobody = await at("http://127.0.0.1:9");
  assert.equal(nobody.status, "error");
  assert.match(nobody.error.message, /127\.0\.0\.1:9/);
  const wrong = await at(n8n.url);
  assert.equal(wrong.status, "error");
  assert.ok(wrong.error.description.length > 0, "a next step");
});
