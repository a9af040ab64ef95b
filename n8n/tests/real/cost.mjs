// What the node costs in a real n8n: a long list against n8n's own HTTP Request node, in turns, and
// what the editor has to load. Prints rows of a table; judges nothing.

import { gzipSync } from "node:zlib";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n, threeCx, workflow } from "./n8n.mjs";

const USERS = 10_000;
const PAGE = 100;
const ROUNDS = 7;
const SELECT = ["Id", "Number", "FirstName", "LastName", "EmailAddress"];

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const row = (what, value) => console.log(`| ${what} | ${value} |`);

/** Lists all users with the node. */
function node(credentials) {
  return threeCx("List", credentials, { resource: "Users", operation: "Users.ListUser", returnAll: true, options: { select: SELECT } });
}

/** Lists all users with n8n's own node, page by page. */
function http(credentials, url) {
  const query = [{ name: "$select", value: SELECT.join(",") }, { name: "$top", value: String(PAGE) }];
  const pagination = {
    paginationMode: "updateAParameterInEachRequest",
    parameters: { parameters: [{ type: "qs", name: "$skip", value: `={{ $pageCount * ${PAGE} }}` }] },
    paginationCompleteWhen: "other",
    completeExpression: `={{ $response.body.value.length < ${PAGE} }}`,
  };
  const parameters = {
    url: `${url}/xapi/v1/Users`,
    authentication: "predefinedCredentialType",
    nodeCredentialType: "threeCxOAuth2Api",
    sendQuery: true,
    queryParameters: { parameters: query },
    options: { pagination: { pagination } },
  };
  return { name: "List", type: "n8n-nodes-base.httpRequest", typeVersion: 4.2, credentials, parameters };
}

/** The milliseconds that a node took to list all users, and how many it found. */
async function list(n8n, listing) {
  const run = await n8n.run(workflow("list", listing));
  if (run.status !== "success") throw new Error(run.error?.message);
  const rows = run.json("List").reduce((sum, json) => sum + (Array.isArray(json.value) ? json.value.length : 1), 0);
  if (rows !== USERS) throw new Error(`${rows} users instead of ${USERS}`);
  return run.runData.List[0].executionTime;
}

async function lists(n8n, sim) {
  const credentials = await n8n.credential("Demo PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  const contestants = [node(credentials), http(credentials, sim.url)];
  const times = contestants.map(() => []);
  // The first round warms both up.
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const time = await list(n8n, contestant);
      if (round > 0) times[index].push(time);
    }
  }
  const [own, other] = times.map(median);
  row(`${USERS} users with the 3CX node, median of ${ROUNDS}`, `${own} ms`);
  row("the same with the HTTP Request node", `${other} ms`);
  row("ratio", (own / other).toFixed(2));
}

async function editor(n8n) {
  const response = await fetch(`${n8n.url}/types/nodes.json`, { headers: { cookie: n8n.cookie } });
  const types = await response.json();
  const without = types.filter(({ name }) => !name.startsWith("n8n-nodes-threecx."));
  if (without.length === types.length) throw new Error("the editor does not know the node");
  const raw = (all) => Buffer.from(JSON.stringify(all));
  const zipped = (all) => gzipSync(raw(all));
  for (const [how, size] of [["raw", raw], ["gzip", zipped]]) {
    const [all, before] = [types, without].map((some) => size(some).length);
    const growth = ((100 * (all - before)) / before).toFixed(1);
    row(`the editor's node types with the package, ${how}`, `${(all / 1e6).toFixed(2)} MB (+${growth} %)`);
  }
}

const sim = await Sim.start("--users", String(USERS), "--live-calls", "off");
let n8n;
try {
  n8n = await N8n.start();
  await lists(n8n, sim);
  await editor(n8n);
} finally {
  await n8n?.stop();
  await sim.stop();
}
