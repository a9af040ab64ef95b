// The trigger in a real n8n, against PBXs whose clocks are wrong: what happens starts the workflow
// once, also what happens while n8n is down, and after a PBX was restored from a backup.

import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { after, before, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n } from "./n8n.mjs";
import { end, freePort, until } from "./services.mjs";

const DAY = 24 * 60 * 60;

/** Clients' calls have numbers from here on. */
const MADE = 1_500_000_000;

let n8n, sim, old;

before(async () => {
  // Twenty hours behind n8n.
  const clock = new Date(Date.now() - 20 * 60 * 60 * 1000).toISOString();
  const options = ["--users", "20", "--calls", "200", "--live-calls", "off", "--clock", clock];
  sim = await Sim.start(...options);
  old = await Sim.start(...options, "--api", "20.0.4");
  n8n = await N8n.start();
  sim.credentials = await n8n.credential("Demo PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  old.credentials = await n8n.credential("Old PBX", { baseUrl: old.url, clientId: old.clientId, clientSecret: old.secret });
});

after(async () => {
  await n8n?.stop();
  await Promise.all([sim?.stop(), old?.stop()]);
});

/** An active workflow that an event starts, and that has asked the PBX what there is. */
async function watch(pbx, operation, parameters) {
  // No expression may mean more than once a minute; there may be several.
  const seconds = Array.from({ length: 20 }, (_, index) => index * 3);
  const often = { pollTimes: { item: seconds.map((second) => ({ mode: "custom", cronExpression: `${second} * * * * *` })) } };
  const trigger = { id: "watch", name: "Watch", type: "n8n-nodes-threecx.threeCxTrigger", typeVersion: 1, position: [0, 0], credentials: pbx.credentials, parameters: { ...parameters, ...often } };
  const then = { id: "then", name: "Then", type: "n8n-nodes-base.noOp", typeVersion: 1, position: [220, 0], parameters: {} };
  const connections = { Watch: { main: [[{ node: "Then", type: "main", index: 0 }]] } };
  const saved = await n8n.save({ name: parameters.event, nodes: [trigger, then], connections, settings: { executionOrder: "v1" } });
  await n8n.rest("POST", `/workflows/${saved.id}/activate`, { versionId: saved.versionId });
  const watched = { pbx, operation, workflow: saved.id };
  await polled(watched);
  return watched;
}

/** Waits until the PBX has been asked twice more. */
async function polled({ pbx, operation }) {
  const count = async () => (await (await fetch(`${pbx.url}/sim/counts/${operation}`)).json()).received;
  const before = await count();
  await until(async () => (await count()) >= before + 2, `the trigger on ${operation}`);
}

/** What the executions of a workflow were started with, oldest first. */
async function told({ workflow }) {
  const all = await Promise.all((await n8n.executions(workflow)).map(({ id }) => n8n.execution(id)));
  return all.flatMap((execution) => execution.json("Watch"));
}

/** A call to the API by another client, which takes n8n's token away by logging in. */
async function order(pbx, method, path, body) {
  await pbx.logIn();
  const { status, answer } = await pbx.call(method, path, body);
  assert.ok(status < 300, `${method} ${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

/** Four calls, of which the first, to someone outside, is recorded; all over by the PBX's clock. */
async function fourCalls(pbx) {
  for (const [dn, destination] of [["100", "0044123456"], ["101", "102"], ["103", "104"], ["105", "106"]]) {
    await order(pbx, "POST", "/Users/Pbx.MakeCall", { dn, destination });
    await pbx.control("POST", "/clock", { seconds: 300 });
  }
}

const restartService = () => order(sim, "POST", "/Services/Pbx.Restart", { options: { ServiceNames: ["3CXGatewayService"] } });

/** The numbers of what the PBX has, from `least` on. */
async function numbers(pbx, set, number, least) {
  const { value } = await order(pbx, "GET", `/${set}?$top=100&$orderby=${number}&$select=${number}&$filter=${number} ge ${least}`);
  return value.map((row) => row[number]);
}

let log;

test("each event starts its workflow once, across a restart and with clocks that are wrong", async () => {
  const [newest] = (await order(sim, "GET", "/EventLogs?$top=1&$orderby=Id desc&$select=Id")).value;
  log = await watch(sim, "EventLogs.ListEventLog", { event: "eventLog" });
  const calls = await watch(sim, "ReportCallLogData.GetCallLogData", { event: "callFinished" });
  const recordings = await watch(sim, "Recordings.ListRecording", { event: "recording" });
  const contacts = await watch(sim, "Contacts.ListContact", { event: "record", records: "Contacts.ListContact", properties: ["CompanyName"] });
  const history = await watch(old, "CallHistoryView.ListCallHistoryView", { event: "callHistory" });
  const all = [log, calls, recordings, contacts, history];

  const first = await order(sim, "POST", "/Contacts", { CompanyName: "First", PhoneNumber: "1" });
  await restartService();
  await Promise.all([fourCalls(sim), fourCalls(old)]);
  for (const watched of all) await until(async () => (await told(watched)).length > 0, `events of ${watched.operation}`);

  await end(n8n.main);
  const second = await order(sim, "POST", "/Contacts", { CompanyName: "Second", PhoneNumber: "2" });
  await order(sim, "PATCH", `/Contacts(${first.Id})`, { CompanyName: "Renamed" });
  await restartService();
  await Promise.all([fourCalls(sim), fourCalls(old)]);
  // From behind n8n to far ahead of it.
  for (const pbx of [sim, old]) await pbx.control("POST", "/clock", { seconds: 5 * DAY });
  await Promise.all([fourCalls(sim), fourCalls(old)]);
  await n8n.startMain();
  // A record that changes and is gone by the next poll is only removed.
  await until(async () => (await told(contacts)).length >= 3, "the changed contact");

  await order(sim, "PATCH", `/Contacts(${second.Id})`, { PhoneNumber: "22" });
  await order(sim, "DELETE", `/Contacts(${first.Id})`);
  await restartService();
  await Promise.all([fourCalls(sim), fourCalls(old)]);

  const wanted = [
    [log, await numbers(sim, "EventLogs", "Id", newest.Id + 1), (row) => row.Id],
    [recordings, await numbers(sim, "Recordings", "Id", MADE), (row) => row.Id],
    [history, await numbers(old, "CallHistoryView", "SegmentId", MADE), (row) => row.SegmentId],
    [calls, Array.from({ length: 16 }, (_, index) => MADE + index), (row) => row.SegmentId],
    [contacts, [`added ${first.Id}`, `added ${second.Id}`, `changed ${first.Id}`, `removed ${first.Id}`], (row) => `${row.event} ${row.Id}`],
  ];
  for (const [watched, expected, of] of wanted) {
    await until(async () => (await told(watched)).length >= expected.length, `all events of ${watched.operation}`);
    // Whatever comes twice comes with the next polls.
    await polled(watched);
    assert.deepEqual((await told(watched)).map(of).sort(), expected.sort(), watched.operation);
  }
});

test("where n8n starts while the PBX is down, it polls on when the PBX is back", async () => {
  // What stands before the PBX is there, or not.
  const { hostname, port } = new URL(sim.url);
  const sockets = new Set();
  const door = createServer((socket) => {
    const inside = connect(Number(port), hostname);
    for (const end of [socket, inside]) {
      sockets.add(end);
      end.on("error", () => end.destroy());
    }
    socket.pipe(inside).pipe(socket);
  });
  const at = await freePort();
  const open = () => new Promise((done) => door.listen(at, "127.0.0.1", done));
  const close = async () => {
    const closed = new Promise((done) => door.close(done));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  await open();
  try {
    const baseUrl = `http://127.0.0.1:${at}`;
    const credentials = await n8n.credential("Behind the door", { baseUrl, clientId: sim.clientId, clientSecret: sim.secret });
    const watched = await watch({ ...sim, credentials }, "Contacts.ListContact", { event: "record", records: "Contacts.ListContact", properties: ["CompanyName"] });
    await close();
    await end(n8n.main);
    const added = await order(sim, "POST", "/Contacts", { CompanyName: "Meanwhile", PhoneNumber: "3" });
    await n8n.startMain();
    await until(() => /The next poll tries again/.test(n8n.log("main")), "the first poll, which brings nothing");
    await open();
    await until(async () => (await told(watched)).length > 0, "what happened meanwhile");
    assert.deepEqual((await told(watched)).map(({ event, Id }) => `${event} ${Id}`), [`added ${added.Id}`]);
  } finally {
    await close().catch(() => {});
  }
});

test("an active call is told when it starts and when it ends", async () => {
  const active = await watch(sim, "ActiveCalls.ListActiveCall", { event: "activeCall" });
  await order(sim, "POST", "/Users/Pbx.MakeCall", { dn: "100", destination: "101" });
  await until(async () => (await told(active)).length === 1, "the start of a call");
  await sim.control("POST", "/clock", { seconds: 300 });
  await until(async () => (await told(active)).length > 1, "the end of a call");
  await polled(active);
  const events = (await told(active)).map(({ event, Id }) => `${event} ${Id}`);
  const [, id] = events[0].split(" ");
  assert.deepEqual(events, [`started ${id}`, `ended ${id}`]);
});

test("after a backup was restored, with lower numbers, watching goes on from there and the log says so", async () => {
  const before = (await told(log)).length;
  await sim.control("POST", "/reset");
  await until(() => /EventLogs\.ListEventLog: .* a backup was restored/.test(n8n.log("main")), "a word about the restored backup");
  await restartService();
  await until(async () => (await told(log)).length > before, "an event after the restored backup");
  await polled(log);
  const events = await told(log);
  assert.deepEqual(events.slice(before).map(({ Message }) => Message), ["Service %1$s was %2$s"]);
  // It has a number that was told before, by another event.
  assert.ok(events.slice(0, before).some(({ Id }) => Id === events.at(-1).Id));
});
