// The trigger in a real n8n: each finished call starts the workflow once, also those that end
// while n8n is down.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n } from "./n8n.mjs";
import { end, until } from "./services.mjs";

let sim, n8n;

before(async () => {
  sim = await Sim.start("--users", "50", "--calls", "200", "--live-calls", "off");
  n8n = await N8n.start();
});

after(async () => {
  await n8n?.stop();
  await sim?.stop();
});

/** What all executions of a workflow were started with. */
async function events(id) {
  const filter = encodeURIComponent(JSON.stringify({ workflowId: id }));
  const { data } = await n8n.rest("GET", `/executions?limit=100&filter=${filter}`);
  const all = await Promise.all(data.results.map(({ id }) => n8n.execution(id)));
  return all.flatMap((execution) => execution.json("Calls"));
}

/** A call that is over at once, by the PBX's clock. */
async function call(from, to) {
  const made = await sim.call("POST", "/Users/Pbx.MakeCall", { dn: from, destination: to });
  assert.equal(made.status, 200);
  await sim.control("POST", "/clock", { seconds: 300 });
}

test("finished calls are told once each, across a restart", async () => {
  const credentials = await n8n.credential("Demo PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  const everySecond = { pollTimes: { item: [{ mode: "custom", cronExpression: "* * * * * *" }] } };
  const trigger = { id: "calls", name: "Calls", type: "n8n-nodes-threecx.threeCxTrigger", typeVersion: 1, position: [0, 0], credentials, parameters: { event: "callFinished", ...everySecond } };
  const after = { id: "after", name: "After", type: "n8n-nodes-base.noOp", typeVersion: 1, position: [220, 0], parameters: {} };
  const connections = { Calls: { main: [[{ node: "After", type: "main", index: 0 }]] } };
  const saved = await n8n.save({ name: "calls", nodes: [trigger, after], connections, settings: { executionOrder: "v1" } });
  await n8n.rest("POST", `/workflows/${saved.id}/activate`, { versionId: saved.versionId });
  // Once it has asked, it knows where to begin; what was before is no news.
  const asked = async () => {
    const received = await (await fetch(`${sim.url}/sim/received?operation=ReportCallLogData.GetCallLogData`)).json();
    return received.length >= 2;
  };
  await until(asked, "the trigger");
  await call("100", "101");
  await call("102", "103");
  await until(async () => (await events(saved.id)).length >= 2, "two calls");

  await end(n8n.main);
  await call("104", "105");
  await n8n.startMain();
  await call("106", "107");
  await until(async () => (await events(saved.id)).length >= 4, "four calls");
  const told = await events(saved.id);
  assert.deepEqual(told.map((row) => row.SourceDn).sort(), ["100", "102", "104", "106"]);
});
