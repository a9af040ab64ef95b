// `cargo xtask demo n8n`: a simulated PBX and a real n8n with the package installed, its credential made
// and the examples imported, until Ctrl-C.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fileURLToPath } from "node:url";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n, OWNER } from "./n8n.mjs";
import { untilEnded } from "./services.mjs";

const EXAMPLES = fileURLToPath(new URL("../../examples", import.meta.url));
const { values } = parseArgs({ options: { port: { type: "string", default: "5678" } } });

const ended = untilEnded();
const sim = await Sim.start("--users", "500", "--calls", "1000");
let n8n;
try {
  n8n = await N8n.start({ port: Number(values.port) });
  const credential = await n8n.credential("Simulated PBX", { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
  for (const file of readdirSync(EXAMPLES).sort()) {
    const workflow = JSON.parse(readFileSync(join(EXAMPLES, file), "utf8"));
    for (const node of workflow.nodes) {
      if (node.type.startsWith("n8n-nodes-threecx.")) node.credentials = credential;
    }
    await n8n.save(workflow);
  }
  console.log(`
n8n            ${n8n.url}
  log in as    ${OWNER.email}
  password     ${OWNER.password}
Simulated PBX  ${sim.url}
  in n8n       the credential "Simulated PBX"

Everything is gone when it ends. Ctrl-C ends it.`);
  await ended;
} finally {
  await n8n?.stop();
  await sim.stop();
}
