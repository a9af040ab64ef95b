// A real n8n with the package under test installed as a community package, and a person who is
// logged in to it.
//
//   THREECX_N8N      folder with n8n's and Node's node_modules (`cargo xtask test` makes it)
//   THREECX_PACKAGE  the tarball of n8n-nodes-threecx

import { execFile, execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { end, freePort, removeFolder, start, startPostgres, startRedis, temporaryFolder, until } from "./services.mjs";

const MODULES = join(process.env.THREECX_N8N ?? "", "node_modules");
const NODE = join(MODULES, `node-linux-${arch()}`, "bin");
const PROGRAM = join(MODULES, "n8n", "bin", "n8n");
/** Who is logged in. */
export const OWNER = { email: "owner@demo.example", firstName: "Grace", lastName: "Owner", password: "Owner-of-the-tests-1" };

/** The number of executions that a worker carries out at a time. */
export const CONCURRENCY = 5;

/** Nothing but the test's own servers is called. */
const QUIET = {
  N8N_DIAGNOSTICS_ENABLED: "false",
  N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
  N8N_TEMPLATES_ENABLED: "false",
  N8N_PERSONALIZATION_ENABLED: "false",
  N8N_HIRING_BANNER_ENABLED: "false",
  N8N_DYNAMIC_BANNERS_ENABLED: "false",
  N8N_VERIFIED_PACKAGES_ENABLED: "false",
  N8N_LICENSE_AUTO_RENEW_ENABLED: "false",
  N8N_DISABLED_MODULES: "mcp-registry",
};

export class N8n {
  /** Starts PostgreSQL and n8n, on a free port or this one; with `workers`, Redis and this number of workers too. */
  static async start({ workers = 0, environment = {}, port } = {}) {
    const n8n = new N8n();
    n8n.port = port;
    n8n.folder = temporaryFolder();
    // PostgreSQL's user has to get through.
    chmodSync(n8n.folder, 0o711);
    n8n.stops = [];
    try {
      await n8n.#launch(workers, environment);
    } catch (error) {
      await n8n.stop();
      throw error;
    }
    return n8n;
  }

  async #launch(workers, environment) {
    const postgres = await startPostgres(this.folder);
    this.stops.push(postgres.stop);
    this.environment = {
      PATH: `${NODE}:${process.env.PATH}`,
      HOME: this.folder,
      ...QUIET,
      N8N_USER_FOLDER: this.folder,
      N8N_ENCRYPTION_KEY: "only-for-these-tests",
      N8N_LISTEN_ADDRESS: "127.0.0.1",
      N8N_SECURE_COOKIE: "false",
      DB_TYPE: "postgresdb",
      DB_POSTGRESDB_HOST: "127.0.0.1",
      DB_POSTGRESDB_PORT: String(postgres.port),
      DB_POSTGRESDB_USER: "n8n",
      DB_POSTGRESDB_DATABASE: "n8n",
      ...environment,
    };
    if (workers > 0) {
      const redis = await startRedis(this.folder);
      this.stops.push(redis.stop);
      Object.assign(this.environment, {
        EXECUTIONS_MODE: "queue",
        QUEUE_BULL_REDIS_HOST: "127.0.0.1",
        QUEUE_BULL_REDIS_PORT: String(redis.port),
        OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: "true",
      });
    }
    this.#installPackage();
    await this.startMain();
    this.workers = [];
    for (let index = 0; index < workers; index++) await this.startWorker();
  }

  /** As n8n installs a community package. */
  #installPackage() {
    const nodes = join(this.folder, ".n8n", "nodes");
    mkdirSync(nodes, { recursive: true });
    writeFileSync(join(nodes, "package.json"), JSON.stringify({ name: "installed-nodes", private: true, dependencies: {} }));
    const options = ["install", process.env.THREECX_PACKAGE, "--omit=peer", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund", "--offline"];
    execFileSync("npm", options, { cwd: nodes, stdio: ["ignore", "ignore", "inherit"] });
  }

  /** A module of the installed package. */
  installed(path) {
    return createRequire(join(this.folder, ".n8n", "nodes", "package.json"))(`n8n-nodes-threecx/${path}`);
  }

  /** The main process; after `end(n8n.main)` it can be started again, with the same data. */
  async startMain() {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    this.main = await this.#spawn("main", ["start"], { N8N_PORT: String(this.port) });
    const ready = async () => {
      try {
        return (await fetch(`${this.url}/healthz/readiness`)).ok && (await fetch(`${this.url}/rest/settings`)).ok && this.main.editor;
      } catch {
        return false;
      }
    };
    await this.#until(ready, "main", this.main);
    await this.#logIn();
  }

  async startWorker() {
    const port = await freePort();
    const environment = { QUEUE_HEALTH_CHECK_ACTIVE: "true", QUEUE_HEALTH_CHECK_PORT: String(port), N8N_PORT: String(port) };
    const name = `worker-${this.workers.length}`;
    const worker = await this.#spawn(name, ["worker", `--concurrency=${CONCURRENCY}`], environment);
    const ready = async () => {
      try {
        return (await fetch(`http://127.0.0.1:${port}/healthz/readiness`)).ok;
      } catch {
        return false;
      }
    };
    await this.#until(ready, name, worker);
    this.workers.push(worker);
    return worker;
  }

  async #spawn(name, options, more) {
    const environment = { ...this.environment, N8N_RUNNERS_BROKER_PORT: String(await freePort()), ...more };
    const child = start(join(NODE, "node"), [PROGRAM, ...options], { env: environment, cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        if (data.includes("Editor is now accessible")) child.editor = true;
        appendFileSync(this.#logFile(name), data);
      });
    }
    this.stops.push(() => end(child));
    return child;
  }

  /** Waits for a process of n8n; what it wrote says why it failed. */
  async #until(ready, name, child) {
    try {
      await until(ready, `n8n's ${name}`, child);
    } catch (error) {
      throw new Error(`${error.message}:\n${this.log(name).slice(-3000)}`, { cause: error });
    }
  }

  #logFile(name) {
    return join(this.folder, `${name}.log`);
  }

  /** What a process has written: `main`, `worker-0`. */
  log(name) {
    return readFileSync(this.#logFile(name), "utf8");
  }

  async #logIn() {
    const { data: settings } = await this.rest("GET", "/settings");
    if (settings.userManagement?.showSetupOnFirstLoad) {
      await this.rest("POST", "/owner/setup", OWNER);
    }
    await this.rest("POST", "/login", { emailOrLdapLoginId: OWNER.email, password: OWNER.password });
  }

  /** A request as the editor makes it. */
  async rest(method, path, body) {
    const response = await fetch(`${this.url}/rest${path}`, {
      method,
      headers: { "content-type": "application/json", "browser-id": "tests", ...(this.cookie && { cookie: this.cookie }) },
      body: body && JSON.stringify(body),
    });
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    if (cookies.length > 0) this.cookie = cookies.join("; ");
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 500)}`);
    return JSON.parse(text);
  }

  /** A credential of the package's type; what it is known by in workflows. */
  async credential(name, data, type = "threeCxOAuth2Api") {
    const { data: saved } = await this.rest("POST", "/credentials", { name, type, data });
    return { [type]: { id: saved.id, name } };
  }

  async save(workflow) {
    const { data: saved } = await this.rest("POST", "/workflows", workflow);
    return saved;
  }

  /** Runs a workflow from its trigger, to its end. */
  async run(workflow, trigger = "Start") {
    const saved = await this.save(workflow);
    const { data } = await this.rest("POST", `/workflows/${saved.id}/run`, { workflowData: saved, triggerToStartFrom: { name: trigger } });
    return this.execution(data.executionId);
  }

  /** All executions of a workflow, oldest first: ids and statuses. */
  async executions(workflow) {
    const filter = encodeURIComponent(JSON.stringify({ workflowId: workflow }));
    const all = new Map();
    let cursor = "";
    do {
      const { data } = await this.rest("GET", `/executions?limit=100&filter=${filter}${cursor}`);
      for (const { id, status } of data.results) all.set(Number(id), { id, status });
      cursor = data.nextCursor && `&cursor=${encodeURIComponent(data.nextCursor)}`;
    } while (cursor);
    // Where one page ends and the next begins, n8n leaves out what started in the same instant.
    const ids = [...all.keys()];
    for (let id = Math.min(...ids) + 1; id < Math.max(...ids); id++) {
      if (all.has(id)) continue;
      const { data } = await this.rest("GET", `/executions/${id}`);
      if (data.workflowId === workflow) all.set(id, { id: data.id, status: data.status });
    }
    return [...all].sort(([a], [b]) => a - b).map(([, execution]) => execution);
  }

  /** An execution when it has ended: its status, error, and what its nodes gave. */
  async execution(id) {
    let execution;
    const ended = async () => {
      ({ data: execution } = await this.rest("GET", `/executions/${id}`));
      return !["new", "running", "waiting"].includes(execution.status);
    };
    await until(ended, `execution ${id}`);
    const { parse } = createRequire(join(MODULES, "n8n", "package.json"))("flatted");
    const { resultData } = parse(execution.data);
    return new Execution(execution, resultData);
  }

  /** `n8n execute --id=…`, in a process of its own. */
  async execute(id) {
    const environment = { ...this.environment, N8N_RUNNERS_BROKER_PORT: String(await freePort()) };
    const options = [PROGRAM, "execute", `--id=${id}`, "--rawOutput"];
    const { stdout } = await promisify(execFile)(join(NODE, "node"), options, { env: environment, cwd: this.folder, maxBuffer: 64 << 20 });
    // Lines of a log come first.
    return JSON.parse(stdout.slice(stdout.search(/^\{/m)));
  }

  async stop() {
    const ended = [];
    for (const stop of this.stops.reverse()) ended.push(...(await Promise.allSettled([stop()])));
    removeFolder(this.folder);
    const failed = ended.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
  }
}

class Execution {
  constructor({ id, status }, resultData) {
    Object.assign(this, { id, status, error: resultData.error, runData: resultData.runData });
  }

  /** The items that a node gave, of its output number `output`. */
  items(node, output = 0) {
    return this.runData[node]?.[0]?.data?.main?.[output] ?? [];
  }

  /** Their JSON. */
  json(node, output = 0) {
    return this.items(node, output).map((item) => item.json);
  }
}

/** A workflow of a manual trigger and nodes, one after the other. */
export function workflow(name, ...nodes) {
  const start = { name: "Start", type: "n8n-nodes-base.manualTrigger", typeVersion: 1, parameters: {} };
  const all = [start, ...nodes].map((node, index) => ({ id: `node-${index}`, typeVersion: 1, position: [index * 220, 0], ...node }));
  const next = (index) => ({ main: [[{ node: all[index + 1].name, type: "main", index: 0 }]] });
  const connections = Object.fromEntries(all.slice(0, -1).map((node, index) => [node.name, next(index)]));
  return { name, nodes: all, connections, settings: { executionOrder: "v1" } };
}

/** A workflow of a manual trigger and nodes that all follow it, run from top to bottom. */
export function fan(name, ...nodes) {
  const whole = workflow(name, ...nodes);
  whole.nodes.slice(1).forEach((node, index) => (node.position = [220, index * 160]));
  const targets = whole.nodes.slice(1).map((node) => ({ node: node.name, type: "main", index: 0 }));
  return { ...whole, connections: { Start: { main: [targets] } } };
}

/** The node under test. */
export function threeCx(name, credentials, parameters, more = {}) {
  return { name, type: "n8n-nodes-threecx.threeCx", credentials, parameters, ...more };
}
