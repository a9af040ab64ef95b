// The real binary as a simulated PBX, and a client that is logged in to it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BINARY = process.env.THREECX ?? fileURLToPath(new URL("../../target/debug/threecx", import.meta.url));

export class Sim {
  /** Starts `threecx sim` on a free port with these options. */
  static async start(...options) {
    const child = spawn(BINARY, ["sim", "-o", "json", ...(options.includes("--port") ? [] : ["--port", "0"]), ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await Promise.race([
      once(createInterface(child.stdout), "line"),
      once(child, "exit").then(([code]) => Promise.reject(new Error(`threecx sim ended with ${code}`))),
    ]);
    const { url, client_id, client_secret } = JSON.parse(line);
    const sim = Object.assign(new Sim(), { child, url, clientId: client_id, secret: client_secret });
    await sim.logIn();
    return sim;
  }

  async logIn() {
    const form = new URLSearchParams({ grant_type: "client_credentials", client_id: this.clientId, client_secret: this.secret });
    const granted = await fetch(`${this.url}/connect/token`, { method: "POST", body: form });
    this.token = (await granted.json()).access_token;
  }

  /** A call to the API: its status, and its answer if it is JSON. */
  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const response = await fetch(`${this.url}/xapi/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, answer: text.startsWith("{") ? JSON.parse(text) : null };
  }

  /** Something that only a simulated PBX can be told. */
  async control(method, path, body) {
    const response = await fetch(`${this.url}/sim${path}`, { method, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} /sim${path}: ${response.status} ${await response.text()}`);
  }

  async stop() {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, "exit");
    this.child.kill("SIGINT");
    await ended;
  }
}
