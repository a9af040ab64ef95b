// The example workflows in a real n8n: each is imported, made of nodes that there are, and run
// against the simulated PBX up to where other services begin.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n } from "./n8n.mjs";

const FOLDER = fileURLToPath(new URL("../../examples", import.meta.url));
/** Nodes that need an account somewhere else: what comes to them passes through. */
const ELSEWHERE = ["n8n-nodes-base.emailSend", "n8n-nodes-base.slack"];

let sim, n8n, credentials, known;

before(async () => {
  sim = await Sim.start("--users", "120", "--calls", "1000", "--live-calls", "off");
  n8n = await N8n.start();
  credentials = await n8n.credential("Demo PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  // Every node that this n8n has, as the editor gets them.
  known = await (await fetch(`${n8n.url}/types/nodes.json`, { headers: { cookie: n8n.cookie } })).json();
});

after(async () => {
  await n8n?.stop();
  await sim?.stop();
});

/** A file as a person would import it, with the credential chosen. */
function example(name) {
  const workflow = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8"));
  for (const node of workflow.nodes) {
    if (node.type.startsWith("n8n-nodes-threecx.")) node.credentials = credentials;
    if (ELSEWHERE.includes(node.type)) node.disabled = true;
  }
  return workflow;
}

/** Imports and runs a workflow; it has to succeed. */
async function run(workflow, trigger) {
  const execution = await n8n.run(workflow, trigger);
  assert.equal(execution.status, "success", execution.error?.message);
  return execution;
}

/** What a list gives, asked past n8n. A client has one token: n8n's is gone then, and it fetches another. */
async function list(path) {
  await sim.logIn();
  const { status, answer } = await sim.call("GET", path);
  assert.equal(status, 200);
  return answer.value;
}

/** What the PBX was asked to do. */
async function received(operation) {
  return (await fetch(`${sim.url}/sim/received?operation=${operation}`)).json();
}

for (const file of readdirSync(FOLDER)) {
  test(`${file} is made of nodes and operations that there are`, async () => {
    const workflow = example(file.replace(".json", ""));
    const saved = await n8n.save(workflow);
    assert.deepEqual(saved.nodes.map((node) => node.name), workflow.nodes.map((node) => node.name));
    for (const { name, type, typeVersion, parameters } of workflow.nodes) {
      // Notes are the editor's own.
      if (type === "n8n-nodes-base.stickyNote") continue;
      const description = known.find((known) => known.name === type && [known.version].flat().includes(typeVersion));
      assert.ok(description, `${name}: no ${type} ${typeVersion}`);
      if (!parameters.operation || !type.startsWith("n8n-nodes-threecx.")) continue;
      const operations = description.properties.filter((property) => property.name === "operation");
      const values = operations.flatMap((property) => property.options.map((option) => option.value));
      assert.ok(values.includes(parameters.operation), `${name}: no ${parameters.operation}`);
      const names = new Set(description.properties.map((property) => property.name));
      for (const parameter of Object.keys(parameters)) assert.ok(names.has(parameter), `${name}: no ${parameter}`);
    }
  });
}

test("a department's phones are reprovisioned at once", async () => {
  const people = await list("/Users?$select=Id&$top=100&$filter=Groups/any(g:%20g/Name%20eq%20'Sales')");
  const workflow = example("reprovision-a-department");
  const filter = workflow.nodes.find((node) => node.name === "Users of the department").parameters.options;
  filter.filter = filter.filter.replace("DEFAULT", "Sales");
  await run(workflow);
  const [request, ...more] = await received("Users.ReprovisionAllPhones");
  assert.deepEqual(more, []);
  assert.ok(people.length > 0);
  assert.deepEqual(request.body.ids, people.map((user) => user.Id));
});

test("rows of a sheet become users who are welcomed; one that exists already fails alone", async () => {
  const first = await run(example("onboard-users-from-csv"));
  assert.deepEqual(first.json("Create user").map((user) => user.LastName), ["Lovelace", "Babbage"]);
  assert.equal((await received("Users.SendWelcomeEmail")).length, 2);
  const workflow = example("onboard-users-from-csv");
  const sample = workflow.nodes.find((node) => node.name === "Sample").parameters.assignments.assignments[0];
  sample.value = sample.value.replace("Charles,Babbage,charles@", "Grace,Hopper,grace@");
  const second = await run(workflow);
  assert.deepEqual(second.json("Create user").map((user) => user.LastName), ["Hopper"]);
  assert.equal(second.items("Rows that failed").length, 1);
  assert.equal((await received("Users.SendWelcomeEmail")).length, 3);
});

test("recordings of the day before become files", async () => {
  const workflow = example("save-yesterdays-recordings");
  const files = join(n8n.folder, ".n8n-files");
  mkdirSync(files, { recursive: true });
  const { parameters } = workflow.nodes.find((node) => node.name === "Write file");
  assert.ok(parameters.fileName.includes("/home/node/.n8n-files"));
  parameters.fileName = parameters.fileName.replace("/home/node/.n8n-files", files);
  const { parameters: list } = workflow.nodes.find((node) => node.name === "Yesterday's recordings");
  // Whatever the day is: the simulated company may have been closed.
  list.options.filter = list.options.filter.replace("days: 1", "days: 7");
  const execution = await run(workflow);
  const recordings = execution.json("Yesterday's recordings");
  assert.ok(recordings.length > 0);
  const written = readdirSync(files);
  assert.equal(written.length, recordings.length);
  for (const name of written) {
    assert.match(name, /^\d{4}-\d\d-\d\d_\d+_\d+_\d+\.wav$/);
    assert.equal(readFileSync(join(files, name)).toString("latin1", 0, 4), "RIFF");
  }
});

test("what is offline is told", async () => {
  const offline = await list("/Users?$select=Number&$top=100&$filter=IsRegistered%20eq%20false%20and%20Enabled%20eq%20true");
  const execution = await run(example("alert-when-trunks-or-phones-go-offline"));
  const [{ lost, back }] = execution.json("What changed");
  assert.deepEqual(back, []);
  assert.deepEqual(lost.map((name) => name.split(" ")[1]), offline.map((user) => user.Number));
});

test("missed calls of queues are picked out", async () => {
  const period = "periodFrom=2020-01-01T00:00:00Z,periodTo=2040-01-01T00:00:00Z";
  const nobody = "sourceType=0,sourceFilter='',destinationType=0,destinationFilter='',callsType=0";
  const length = "callTimeFilterType=0,callTimeFilterFrom='0:00:0',callTimeFilterTo='0:00:0',hidePcalls=true";
  const calls = await list(`/ReportCallLogData/Pbx.GetCallLogData(${period},${nobody},${length})?$top=100`);
  const workflow = example("missed-queue-calls-to-slack");
  workflow.pinData = { "Finished calls": calls.map((json) => ({ json })) };
  const execution = await run(workflow, "Finished calls");
  const missed = execution.json("Missed in a queue");
  assert.ok(missed.length > 0);
  assert.deepEqual(missed, calls.filter((call) => call.DestinationType === 4 && !call.Answered));
});
