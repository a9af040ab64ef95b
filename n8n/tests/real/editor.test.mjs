// The node in n8n's editor, as a person meets it: found, filled in and run by typing and clicking.
// With UPDATE_SCREENSHOTS=1 the pictures of the README are taken on the way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch } from "../../../tests/browser/browser.mjs";
import { Sim } from "../../../tests/browser/sim.mjs";
import { Editor } from "./editor.mjs";
import { N8n, OWNER, threeCx, workflow } from "./n8n.mjs";

let sim, n8n, browser, editor, credentials, people;

before(async () => {
  sim = await Sim.start("--users", "120", "--seed", "7", "--clock", "2026-11-26T09:30:00Z");
  n8n = await N8n.start();
  credentials = await n8n.credential("Demo PBX", connection());
  browser = await launch();
  editor = await Editor.open(browser, n8n, OWNER);
  const { answer } = await sim.call("GET", "/Users?$select=Id,Number,FirstName,LastName&$orderby=Id&$top=100");
  people = answer.value.map((user) => ({ ...user, name: `${user.Number} ${user.FirstName} ${user.LastName}` }));
});

after(async () => {
  await browser?.close();
  await n8n?.stop();
  await sim?.stop();
});

const connection = () => ({ baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });

/** What the PBX was asked of this operation, last. */
async function received(operation) {
  const requests = await (await fetch(`${sim.url}/sim/received?operation=${operation}`)).json();
  return requests.at(-1);
}

test("a person finds the node, chooses by typing, picks users by name and runs it", async () => {
  const [one, , two] = people.slice(10);
  await editor.openWorkflow(workflow("Reprovision"));
  await editor.addNode("3CX", "3CX");
  await editor.choose("resource", "extension", "User (Extension)");
  await editor.offer("operation", "reprov", "Reprovision All Phones");
  await editor.picture("operations");
  await editor.option("Reprovision All Phones").click();
  await editor.choose("idsFrom", "picked", "Picked From List");
  await editor.chooseSeveral("idsPicked", [one, two].map((user) => [user.LastName, user.name]));
  await editor.execute("success", "true");
  assert.deepEqual((await received("Users.ReprovisionAllPhones")).body, { ids: [one.Id, two.Id] });
  await editor.picture("node");
  await editor.close();
  const [node] = await editor.id("canvas-default-node").allInnerTexts();
  assert.match(node, /Users: Reprovision All Phones/);
});

test("one user is searched for by name", async () => {
  const wanted = people[20];
  await editor.openWorkflow(workflow("Get", threeCx("3CX", credentials, { resource: "Users", operation: "Users.GetUser" })));
  await editor.openNode("3CX");
  await editor.pick("id", wanted.LastName, wanted.name);
  await editor.execute(wanted.FirstName, wanted.LastName);
  const { path } = await received("Users.GetUser");
  assert.ok(path.startsWith(`/xapi/v1/Users(${wanted.Id})?`), path);
});

test("a user is created from fields that are chosen one by one", async () => {
  await editor.openWorkflow(workflow("Create", threeCx("3CX", credentials, { resource: "Users", operation: "Users.CreateUser" })));
  await editor.openNode("3CX");
  await editor.addField("First Name", "FirstName", "Ada");
  await editor.addField("Last Name", "LastName", "Lovelace");
  await editor.addField("Email Address", "EmailAddress", "ada@demo.example");
  await editor.leave();
  await editor.picture("fields");
  await editor.execute("Ada", "Lovelace");
  assert.deepEqual((await received("Users.CreateUser")).body, { FirstName: "Ada", LastName: "Lovelace", EmailAddress: "ada@demo.example" });
});

test("the properties to select are those that there are", async () => {
  await editor.openWorkflow(workflow("Select", threeCx("3CX", credentials, { resource: "Queues", operation: "Queues.ListQueue" })));
  await editor.openNode("3CX");
  await editor.addOption("Select Names or IDs");
  await editor.chooseSeveral("select", [["polling", "Polling Strategy"], ["numb", "Number"]]);
  await editor.execute("PollingStrategy", "Number");
  const { path } = await received("Queues.ListQueue");
  assert.match(decodeURIComponent(path), /\$select=PollingStrategy,Number/);
});

test("a credential is made and tested", async () => {
  await editor.openWorkflow(workflow("Credential", threeCx("3CX", {}, { resource: "SystemStatus", operation: "SystemStatus.GetSystemStatus" })));
  await editor.openNode("3CX");
  await editor.newCredential(connection());
  await editor.picture("credential");
  assert.match(await editor.saveCredential(), /connection tested successfully/i);
});
