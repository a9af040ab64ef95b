// PostgreSQL and Redis of the test's own: in a folder that goes away, on ports that were free.
// What the machine runs already is neither used nor touched.

import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A port that nothing listens on. */
export async function freePort() {
  const server = createServer();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until `ready` is true; gives up when the process has ended or after this number of tries. */
export async function until(ready, what, child) {
  for (let tries = 0; tries < 1800; tries++) {
    if (await ready()) return;
    if (child && child.exitCode !== null) throw new Error(`${what} ended with ${child.exitCode}`);
    await sleep(100);
  }
  throw new Error(`${what} did not become ready`);
}

/** What runs, and folders that are to go away. */
const running = new Set();
const folders = new Set();

/** Starts a program as the head of a process group, so that its own children end with it. */
export function start(program, options, settings) {
  const child = spawn(program, options, { ...settings, detached: true });
  running.add(child);
  child.once("exit", () => {
    sweep(child);
    running.delete(child);
  });
  return child;
}

/** How long a process may take to end by itself, in milliseconds. */
const PATIENCE = 60_000;

/** Ends a process, at last by force, and waits until it is gone. */
export async function end(child, signal = "SIGTERM") {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill(signal);
  const force = setTimeout(() => sweep(child), PATIENCE);
  await gone;
  clearTimeout(force);
}

/** Ends what is left of a process group. */
function sweep(child) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing was left.
  }
}

/** A folder in the temporary directory, for as long as the tests run. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "threecx-n8n-"));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}

// Also when the tests are broken off; a second signal must not break off the clearing up.
process.once("exit", () => {
  running.forEach(sweep);
  folders.forEach(removeFolder);
});
let ended = () => process.exit(1);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => ended());

/** Resolves when somebody ends the program, which then has to end by itself. */
export function untilEnded() {
  return new Promise((done) => (ended = done));
}

/** Where Debian puts the programs of the newest PostgreSQL that is installed. */
function postgresPrograms() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number).filter(Boolean).sort((a, b) => b - a) : [];
  if (versions.length === 0) throw new Error("PostgreSQL is missing: install Debian's package postgresql");
  return join(root, String(versions[0]), "bin");
}

/** PostgreSQL refuses to run as root; the user of Debian's package runs it then. */
function asPostgres(folder) {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  const owner = { uid: id("-u"), gid: id("-g") };
  chownSync(folder, owner.uid, owner.gid);
  return owner;
}

export async function startPostgres(root) {
  const programs = postgresPrograms();
  const folder = join(root, "postgres");
  mkdirSync(folder, { recursive: true });
  const owner = { ...asPostgres(folder), cwd: folder };
  const data = join(folder, "data");
  const make = ["-D", data, "--auth=trust", "--username=n8n", "--encoding=UTF8", "--no-locale", "--no-sync"];
  execFileSync(join(programs, "initdb"), make, { ...owner, stdio: "ignore" });
  const port = await freePort();
  const options = ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1", "-c", "fsync=off", "-c", "max_connections=200"];
  const child = start(join(programs, "postgres"), options, { ...owner, stdio: "ignore" });
  const ready = () => {
    try {
      execFileSync(join(programs, "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(port)]);
      return true;
    } catch {
      return false;
    }
  };
  await until(ready, "PostgreSQL", child);
  execFileSync(join(programs, "createdb"), ["-h", "127.0.0.1", "-p", String(port), "-U", "n8n", "n8n"]);
  return { port, child, stop: () => end(child, "SIGINT") };
}

export async function startRedis(root) {
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", root];
  const child = start("redis-server", options, { stdio: "ignore" });
  child.once("error", () => {});
  const ready = () => {
    try {
      return execFileSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() === "PONG";
    } catch {
      return false;
    }
  };
  await until(ready, "Redis", child);
  return { port, child, stop: () => end(child) };
}
