// The log of requests: which are shown, and one in detail.

import { count, facts, find, heading, json, make, put, timeOfDay } from "./dom.js";
import { List } from "./list.js";
import { ask } from "./live.js";
import * as sheet from "./sheet.js";

/** The page remembers no more than the PBX does. */
const MOST = 10_000;

const STATUS = {
  0: "Cut off", 200: "OK", 201: "Created", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
  404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout", 409: "Conflict", 413: "Content Too Large",
  429: "Too Many Requests", 500: "Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Unavailable", 504: "Gateway Timeout",
};

const statusText = (status) => (status ? `${status} ${STATUS[status] ?? ""}`.trim() : STATUS[0]);
const failed = ({ status }) => status === 0 || status >= 400;

function tone({ status }) {
  if (status === 0 || status >= 500) return "bad";
  return status >= 400 ? "slow" : "good";
}

/** What became of it, where the status does not say it. */
function outcome(request) {
  if (!request.operation && !request.fault) return "";
  return request.carriedOut ? "carried out" : "not carried out";
}

export class Requests {
  /** Newest first. */
  #all = [];
  #noted = 0;
  #operations = new Set();
  #wanted = { words: [], operation: "", failures: false, changes: false };

  constructor() {
    this.list = new List("request-table", {
      height: 46,
      columns: ["time quiet", "method", "", ""],
      fill: (cells, request, row) => fill(cells, request, row),
      open: (request) => sheet.open(request.operation ?? `${request.method} ${request.path}`, () => detail(request)),
    });
    const listen = (id, event, take) => find(id).addEventListener(event, ({ target }) => {
      take(target);
      this.list.toTop();
      this.#show();
    });
    listen("request-search", "input", ({ value }) => (this.#wanted.words = value.toLowerCase().split(/\s+/).filter(Boolean)));
    listen("request-operation", "change", ({ value }) => (this.#wanted.operation = value));
    listen("only-failures", "change", ({ checked }) => (this.#wanted.failures = checked));
    listen("only-changes", "change", ({ checked }) => (this.#wanted.changes = checked));
    this.list.show([], "Loading …");
  }

  /** Takes in an answer of /sim/live. */
  update({ fresh, requests, first, noted }) {
    const kept = fresh ? [] : this.#all.filter((request) => request.number >= first);
    const changed = fresh || requests.length > 0 || kept.length !== this.#all.length;
    this.#noted = noted;
    if (!changed) return;
    this.#all = [...requests.reverse(), ...kept].slice(0, MOST);
    this.#offer();
    this.#show();
  }

  /** Offers the operations that were seen. */
  #offer() {
    const seen = new Set(this.#all.map((request) => request.operation).filter(Boolean));
    if (seen.size === this.#operations.size && [...seen].every((name) => this.#operations.has(name))) return;
    this.#operations = seen;
    const select = find("request-operation");
    // The chosen one stays, though it may have left the log.
    const names = new Set(this.#wanted.operation ? [...seen, this.#wanted.operation] : seen);
    select.replaceChildren(new Option("All operations", ""), ...[...names].sort().map((name) => new Option(name, name)));
    select.value = this.#wanted.operation;
  }

  #show() {
    const { words, operation, failures, changes } = this.#wanted;
    const meant = (request) =>
      (!operation || request.operation === operation) &&
      (!failures || failed(request)) &&
      (!changes || request.changes) &&
      words.every((word) => textOf(request).includes(word));
    const shown = this.#all.filter(meant);
    const filtered = shown.length === this.#all.length ? "" : `${count(shown.length)} of `;
    const older = this.#noted > this.#all.length && this.#all.length ? `, ${count(this.#noted)} in all` : "";
    put(find("request-count"), this.#all.length ? `${filtered}${count(this.#all.length)}${older}` : "");
    this.list.show(shown, this.#all.length ? "No request matches." : "No requests yet. Log in and call the API: requests appear here.");
  }
}

function textOf(request) {
  const { method, path, operation, status, fault } = request;
  request.text ??= `${method} ${path} ${operation ?? ""} ${statusText(status)} ${fault ?? ""} ${outcome(request)}`.toLowerCase();
  return request.text;
}

function fill([time, method, what, answer], request, row) {
  if (row.request === request) return;
  row.request = request;
  put(time, timeOfDay(request.at));
  put(method, request.method);
  const [first, second] = request.operation ? [request.operation, request.path] : [request.path, ""];
  what.replaceChildren(make("span", { className: "two strong" }, first), make("span", { className: "two mono" }, second));
  what.title = request.path;
  const below = make("span", { className: "two" }, outcome(request));
  if (request.fault) below.append(outcome(request) ? " · " : "", make("span", { className: "fault", title: "a fault that was set" }, request.fault));
  answer.replaceChildren(make("span", { className: "two toned", data: { tone: tone(request) } }, statusText(request.status)), below);
}

async function detail(request) {
  const { parameters, body, answer, at, path, ...known } = await ask("GET", `/sim/received/${request.number}`);
  const [bare, query] = path.split("?", 2);
  const options = [...new URLSearchParams(query ?? "")];
  const shown = (title, value) =>
    value === null
      ? [heading(title), make("p", { className: "quiet" }, "Not kept. Only JSON of operations is, up to 4 KB.")]
      : [heading(title, JSON.stringify(value, null, 2)), json(value)];
  const pairs = (title, values) =>
    values.length ? [heading(title), facts(values.map(([name, value]) => [name, make("span", { className: "mono" }, value)]))] : [];
  return [
    heading("Request"),
    facts([
      ["Number", count(known.number)],
      ["Time", `${at.slice(0, 10)} ${at.slice(11, 23)} UTC`],
      ["Sent", make("span", { className: "mono" }, `${known.method} ${decoded(bare)}`)],
      ["Status", make("span", { className: "badge", data: { tone: tone(known) } }, statusText(known.status))],
      ["Result", outcome(known)],
      ["Fault", known.fault],
    ]),
    ...pairs("Parameters in the path", Object.entries(parameters).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])),
    ...pairs("Query options", options),
    ...(known.method === "GET" ? [] : shown("Body", body)),
    ...(known.status === 204 ? [] : shown("Answer", answer)),
    heading("As a command", curl(known.method, path, body)),
    make("pre", {}, curl(known.method, path, body)),
  ];
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The same request for a shell; the token has to be filled in by whoever sends it. */
function curl(method, path, body) {
  const parts = ["curl"];
  if (method !== "GET") parts.push("-X", method);
  parts.push(quoted(location.origin + path), '-H "Authorization: Bearer $TOKEN"');
  if (body !== null) parts.push("-H 'Content-Type: application/json' -d", quoted(JSON.stringify(body)));
  return parts.join(" ");
}
