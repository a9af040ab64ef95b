// Every operation of every release through the node in a real n8n: filled in as the editor saves
// it, and what arrives at the PBX is what native Rust planned, byte for byte.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { Sim } from "../../../tests/browser/sim.mjs";
import { N8n, fan, threeCx } from "./n8n.mjs";

/** What is in the journal instead of a secret. */
const MASK = "***";

/** What the node asks first where releases differ: which one the PBX is. */
const QUESTION = "/xapi/v1/Defs?$select=Id";

const golden = readFileSync(new URL("../../../crates/core/tests/golden/plans.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

let n8n, core;

before(async () => {
  n8n = await N8n.start();
  core = n8n.installed("dist/nodes/ThreeCx/core.js");
});

after(async () => {
  await n8n?.stop();
});

/** The name under which a value is given: releases differ in upper and lower case. */
const named = (given, name) => Object.keys(given ?? {}).find((key) => key.toLowerCase() === name.toLowerCase());

const plain = (given) => ("text" in given ? given.text : given.json);

/** A value as a text field holds it. */
const written = (value) => (typeof value === "string" ? value : JSON.stringify(value));

/** Fields that were chosen one by one, with their values. */
const chosen = (value) => ({
  bodyMode: "fields",
  body: { mappingMode: "defineBelow", value, matchingColumns: [], schema: Object.keys(value).map((id) => ({ id, displayName: id, required: false, display: true, type: "string" })) },
});

/** True if a body is filled in field by field, rather than as JSON. */
const byFields = (value, list, index) => !list && index % 2 === 1 && !Object.values(value).includes(null);

/** The parameters of a node, as the editor saves them. Bodies are filled in field by field and as JSON, in turns. */
function filledIn({ operation, arguments: given }, inputs, index) {
  const parameters = { resource: operation.split(".")[0], operation, simplify: false };
  for (const { parameter, name, in: place, control } of inputs.inputs) {
    const key = named(given[place], name);
    if (key === undefined) continue;
    // n8n takes nothing for an empty text where one is required, save from an expression.
    const value = plain(given[place][key]) === "" ? "={{ '' }}" : plain(given[place][key]);
    const list = Array.isArray(value) || control === "several";
    parameters[parameter] = control === "locator" ? { __rl: true, mode: "id", value } : list ? written(value) : value;
  }
  if (inputs.body) {
    const { field, list } = inputs.body;
    const body = field === null ? given.body : given.fields[named(given.fields, field)];
    const value = plain(body);
    const json = !byFields(value, list, index);
    Object.assign(parameters, json ? { bodyMode: "json", bodyJson: JSON.stringify(value) } : chosen(value));
  }
  const options = Object.entries(given.options ?? {}).map(([name, { text }]) => [name === "if-match" ? "ifMatch" : name, option(name, text)]);
  return { ...parameters, ...(options.length > 0 && { options: Object.fromEntries(options) }) };
}

function option(name, text) {
  if (name === "count") return text === "true";
  return name === "top" || name === "skip" ? Number(text) : text;
}

/**
 * What the node gives to the core. A field that may be left out and holds nothing is left out, as is every field of a
 * body that was chosen and holds nothing: that is not a golden plan, but the core's.
 */
function given(plan, inputs, index) {
  const left = structuredClone(plan.arguments);
  for (const { in: place, name, required } of inputs.inputs) {
    const key = named(left[place], name);
    if (!required && left[place]?.[key]?.text === "") delete left[place][key];
  }
  if (inputs.body) {
    const { field, list } = inputs.body;
    const value = plain(field === null ? left.body : left.fields[named(left.fields, field)]);
    for (const [name, held] of byFields(value, list, index) ? Object.entries(value) : []) {
      if (held === "") delete value[name];
    }
  }
  return left;
}

/** What should be sent. */
function expected(plan, left) {
  const { request } = core.call({ do: "plan", operation: plan.operation, version: plan.release, arguments: left });
  return { ...plan, ...request, body: request?.body && JSON.parse(request.body) };
}

/**
 * What the core says against a call, if anything: the build that a PBX names does not tell which of
 * several descriptions of its version it follows, and what only an older one takes is refused.
 */
function refusal({ operation, release }, left) {
  const { error } = core.call({ do: "plan", operation, version: release.split("@")[0], arguments: left });
  return error?.message;
}

/** `sent` as the journal shows it, which has a mask in the place of each secret. */
function masked(sent, shown) {
  if (shown === MASK && sent !== null) return MASK;
  if (typeof sent !== "object" || sent === null || typeof shown !== "object" || shown === null) return sent;
  if (Array.isArray(sent)) return sent.map((value, index) => masked(value, shown[index]));
  return Object.fromEntries(Object.entries(sent).map(([name, value]) => [name, masked(value, shown[name])]));
}

function grouped(things, key) {
  const groups = new Map();
  for (const thing of things) {
    if (!groups.has(thing[key])) groups.set(thing[key], []);
    groups.get(thing[key]).push(thing);
  }
  return groups;
}

for (const [release, plans] of grouped(golden, "release")) {
  test(`${plans.length} operations of ${release}`, async () => {
    const sim = await Sim.start("--api", release, "--users", "100", "--live-calls", "off");
    try {
      const credentials = await n8n.credential(release, { baseUrl: sim.url, clientId: sim.clientId, clientSecret: sim.secret });
      const asked = plans.map((plan) => core.call({ do: "inputs", operation: plan.operation }));
      const nodes = plans.map((plan, index) =>
        threeCx(plan.operation, credentials, filledIn(plan, asked[index], index), { onError: "continueRegularOutput" }),
      );
      const run = await n8n.run(fan(release, ...nodes));
      assert.equal(run.status, "success", run.error?.message);
      const all = await (await fetch(`${sim.url}/sim/received`)).json();
      const received = grouped(all.filter(({ path }) => path !== QUESTION), "operation");
      const failures = [];
      plans.forEach((plan, index) => {
        const { operation } = plan;
        const left = given(plan, asked[index], index);
        const { method, path, body } = expected(plan, left);
        // As any HTTP client writes it: in a query, `'` becomes `%27`.
        const { pathname, search } = new URL(path, sim.url);
        const shown = (received.get(operation) ?? []).map(({ method, path, body }) => ({ method, path, body }));
        const refused = refusal(plan, left);
        try {
          if (refused) {
            assert.deepEqual(shown, []);
            assert.equal(run.json(operation)[0].error.toLowerCase(), refused.toLowerCase());
          } else assert.deepEqual(shown, [{ method, path: pathname + search, body: masked(body, shown[0]?.body) }]);
        } catch (difference) {
          failures.push(`${operation}: ${JSON.stringify(run.json(operation)[0])}\n${difference.message}`);
        }
      });
      assert.equal(failures.length, 0, `${failures.length} operations:\n${failures.slice(0, 10).join("\n")}`);
    } finally {
      await sim.stop();
    }
  });
}
