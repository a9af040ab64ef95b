// Queue mode: a main process, two workers, tokens that are evicted and last five seconds, and a
// worker that is killed in the middle.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { CONCURRENCY, N8n, threeCx } from "./n8n.mjs";
import { end, until } from "./services.mjs";

let sim, n8n, hook;

before(async () => {
  sim = await Sim.start("--users", "50", "--token-life", "5s");
  // How soon n8n notices that a worker is gone: half a minute instead of two.
  const soon = { QUEUE_WORKER_LOCK_DURATION: "20000", QUEUE_WORKER_LOCK_RENEW_TIME: "2000", QUEUE_WORKER_STALLED_INTERVAL: "5000" };
  n8n = await N8n.start({ workers: 2, environment: soon });
  const credentials = await n8n.credential("Demo PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  hook = await activate(credentials);
});

after(async () => {
  await n8n?.stop();
  await sim?.stop();
});

/** A workflow that makes a contact named by whoever calls its webhook; its address. */
async function activate(credentials) {
  const webhook = { id: "hook", name: "Hook", type: "n8n-nodes-base.webhook", typeVersion: 2, position: [0, 0], webhookId: "contacts", parameters: { path: "contacts", httpMethod: "POST", responseMode: "onReceived" } };
  const body = { bodyMode: "json", bodyJson: "={{ JSON.stringify({ CompanyName: $json.body.name, PhoneNumber: '1' }) }}" };
  const create = { ...threeCx("Create", credentials, { resource: "Contacts", operation: "Contacts.CreateContact", ...body }), id: "create", typeVersion: 1, position: [220, 0] };
  const connections = { Hook: { main: [[{ node: "Create", type: "main", index: 0 }]] } };
  const saved = await n8n.save({ name: "contacts", nodes: [webhook, create], connections, settings: { executionOrder: "v1" } });
  await n8n.rest("POST", `/workflows/${saved.id}/activate`, { versionId: saved.versionId });
  const address = `${n8n.url}/webhook/contacts`;
  // It is there some time after n8n said so; to be asked in another way, it says no in its own.
  await until(async () => (await (await fetch(address)).text()).includes("not registered for GET"), "the webhook");
  return { address, workflow: saved.id };
}

/** Starts executions, one for each name. */
async function call(names) {
  for (const name of names) {
    const response = await fetch(hook.address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ name }) });
    assert.equal(response.status, 200, await response.text());
  }
}

/** All executions, oldest first, when this number has been started and all have ended. */
async function ended(started) {
  let all;
  const done = async () => {
    all = await n8n.executions(hook.workflow);
    return all.length >= started && all.every(({ status }) => !["new", "running", "waiting"].includes(status));
  };
  await until(done, `${started} executions`);
  return all;
}

/** How often the PBX carried out what was asked for each name. */
async function carriedOut() {
  const response = await fetch(`${sim.url}/sim/received?operation=Contacts.CreateContact&carriedOut=true`);
  const counts = new Map();
  for (const { body } of await response.json()) counts.set(body.CompanyName, (counts.get(body.CompanyName) ?? 0) + 1);
  return counts;
}

const names = (prefix, count) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

test("200 executions lose nothing while tokens are evicted and last five seconds", async () => {
  const wanted = names("evicted", 200);
  const eviction = (async () => {
    for (let done = 0; done < wanted.length; done += 10) {
      await until(async () => (await carriedOut()).size >= done, `${done} contacts`);
      await sim.control("DELETE", "/tokens");
    }
  })();
  await Promise.all([call(wanted), eviction]);
  const executions = await ended(wanted.length);
  const failed = executions.filter(({ status }) => status !== "success");
  assert.deepEqual(failed.map(({ id, status }) => ({ id, status })), []);
  const counts = await carriedOut();
  assert.deepEqual(wanted.filter((name) => counts.get(name) !== 1), []);
});

test("a worker killed with -9 leaves failed executions that n8n lists, and nothing is sent twice", async (context) => {
  await sim.control("PUT", "/latency", ["300ms@Contacts.CreateContact"]);
  const before = (await ended(0)).length;
  const wanted = names("killed", 60);
  await call(wanted);
  // In the middle: some have been carried out, some are on their way, some wait.
  await until(async () => [...(await carriedOut()).keys()].filter((name) => name.startsWith("killed")).length >= 5, "some contacts");
  await end(n8n.workers[0], "SIGKILL");
  const all = (await ended(before + wanted.length)).slice(before);
  const counts = await carriedOut();
  assert.deepEqual([...counts].filter(([, count]) => count > 1), []);
  // What n8n calls a success was carried out; what was not is among what it reports as failed.
  const failed = all.filter(({ status }) => status !== "success");
  const missing = wanted.filter((name) => !counts.has(name));
  context.diagnostic(`failed: ${failed.map(({ id, status }) => `${id} ${status}`).join(", ")}; not carried out: ${missing.join(", ")}`);
  assert.ok(failed.length > 0 && failed.length <= CONCURRENCY, `the worker had ${CONCURRENCY} at most: ${failed.length} failed`);
  const executions = await Promise.all(all.filter(({ status }) => status === "success").map(({ id }) => n8n.execution(id)));
  const succeeded = executions.map((execution) => execution.json("Hook")[0].body.name);
  assert.equal(succeeded.length + failed.length, wanted.length);
  assert.deepEqual(succeeded.filter((name) => counts.get(name) !== 1), []);
});
