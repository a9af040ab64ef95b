// The demo that people start first: everything is there that it says, and nothing is left of it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { freePort } from "./services.mjs";

/** What a program says, up to a line. */
async function said(child, last) {
  let text = "";
  for await (const data of child.stdout) {
    text += data;
    if (text.includes(last)) return text;
  }
  throw new Error(`it ended before it said "${last}": ${text}`);
}

test("the demo has a PBX, the credential and the examples, and ends by Ctrl-C", async () => {
  const program = fileURLToPath(new URL("demo.mjs", import.meta.url));
  const port = await freePort();
  const child = spawn(process.execPath, [program, "--port", String(port)], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit");
  const text = await said(child, "Ctrl-C");
  const value = (name) => text.match(new RegExp(`^ *${name} +(\\S+)`, "m"))[1];
  const url = value("n8n");
  assert.equal(url, `http://127.0.0.1:${port}`);

  const headers = { "content-type": "application/json", "browser-id": "demo" };
  const login = { emailOrLdapLoginId: value("log in as"), password: value("password") };
  const answer = await fetch(`${url}/rest/login`, { method: "POST", headers, body: JSON.stringify(login) });
  assert.equal(answer.status, 200);
  headers.cookie = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const rest = async (path) => (await (await fetch(`${url}/rest${path}`, { headers })).json()).data;

  assert.deepEqual((await rest("/credentials")).map(({ name, type }) => [name, type]), [["Simulated PBX", "threeCxOAuth2Api"]]);
  const workflows = await rest("/workflows");
  assert.equal(workflows.length, 6);
  for (const { id } of workflows) {
    const { nodes } = await rest(`/workflows/${id}`);
    const ours = nodes.filter(({ type }) => type.startsWith("n8n-nodes-threecx."));
    assert.ok(ours.length > 0 && ours.every(({ credentials }) => credentials.threeCxOAuth2Api.name === "Simulated PBX"));
  }
  const pbx = value("Simulated PBX");
  assert.equal((await fetch(`${pbx}/sim/overview`)).status, 200);

  child.kill("SIGINT");
  assert.deepEqual(await exit, [0, null]);
  for (const gone of [url, pbx]) await assert.rejects(fetch(gone));
});
