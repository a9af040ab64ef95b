// Extensions and their phones: how many are in which state, which are shown, one in detail.

import { count, facts, find, heading, lasted, make, many, put } from "./dom.js";
import { List } from "./list.js";
import { ask } from "./live.js";
import * as sheet from "./sheet.js";

/** The states by which extensions are counted and filtered. An extension can be in several. */
const STATES = {
  all: "All",
  registered: "Registered",
  call: "On a call",
  provisioning: "Provisioning",
  restarting: "Restarting",
  unregistered: "Unregistered",
  none: "No phone",
};

/** Everything but calls, which come and go by themselves. */
function statesOf(extension) {
  const states = new Set(extension.phones.map((phone) => phone.state));
  if (extension.phones.length === 0) states.add("none");
  if (extension.registered) states.add("registered");
  else if (extension.phones.length > 0) states.add("unregistered");
  return states;
}

const byNumber = (a, b) => a.number.length - b.number.length || (a.number < b.number ? -1 : 1);

export class Extensions {
  #rows = new Map();
  /** Those that are being loaded to take the place of the rows. */
  #incoming = new Map();
  #sorted = [];
  #counts = {};
  #onCall = new Map();
  #state = "all";
  #words = [];
  #total = 0;
  #now = "";
  #tiles = {};

  constructor() {
    this.list = new List("extension-table", {
      height: 34,
      columns: ["number", "", "wide quiet", "wide quiet phones", ""],
      fill: (cells, extension, row) => this.#fill(cells, extension, row),
      open: (extension) => this.#open(extension.id),
    });
    for (const [state, name] of Object.entries(STATES)) {
      const number = make("b", {}, "–");
      const properties = { type: "button", className: "tile", ariaPressed: String(state === "all"), data: { tone: state } };
      const tile = make("button", properties, number, make("span", {}, name), make("i"));
      tile.addEventListener("click", () => this.#filter(state));
      this.#tiles[state] = { tile, number };
      find("states").append(tile);
    }
    find("search").addEventListener("input", (event) => {
      this.#words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
      this.list.toTop();
      this.#show();
    });
    this.#show();
  }

  /** Takes in an answer of /sim/live. */
  update(answer) {
    if (answer.fresh) this.#incoming = new Map();
    [this.#now, this.#total] = [answer.now, answer.total];
    const rows = this.#incoming ?? this.#rows;
    let changed = answer.gone.map((id) => rows.delete(id)).some(Boolean);
    for (const extension of answer.extensions) {
      extension.states = statesOf(extension);
      // Rows stay the same objects, so that lists keep their place.
      const known = this.#rows.get(extension.id);
      changed ||= known?.number !== extension.number;
      rows.set(extension.id, Object.assign(known ?? {}, extension, { text: undefined, version: (known?.version ?? 0) + 1 }));
    }
    const called = this.#called(answer.calls);
    if (this.#incoming && !answer.more) {
      [this.#rows, this.#incoming, changed] = [this.#incoming, null, true];
    }
    if (changed && !this.#incoming) this.#sorted = [...this.#rows.values()].sort(byNumber);
    if (changed || answer.extensions.length) this.#count();
    if (changed || answer.extensions.length || (called && this.#state === "call")) this.#show();
    else this.list.draw();
    this.#tally();
  }

  /** Notes who is on a call; true if others are than before. */
  #called(calls) {
    const onCall = new Map();
    for (const call of calls) {
      if (call.caller.user) onCall.set(call.caller.user, call);
      if (call.callee.user) onCall.set(call.callee.user, call);
    }
    const same = onCall.size === this.#onCall.size && [...onCall.keys()].every((id) => this.#onCall.has(id));
    this.#onCall = onCall;
    return !same;
  }

  #count() {
    this.#counts = { all: this.#rows.size };
    for (const extension of this.#rows.values()) {
      for (const state of extension.states) this.#counts[state] = (this.#counts[state] ?? 0) + 1;
    }
  }

  #tally() {
    if (this.#rows.size === 0) return;
    const onCall = [...this.#onCall.keys()].filter((id) => this.#rows.has(id)).length;
    for (const [state, { number }] of Object.entries(this.#tiles)) {
      put(number, count(state === "call" ? onCall : (this.#counts[state] ?? 0)));
    }
  }

  #filter(state) {
    this.#state = this.#state === state ? "all" : state;
    for (const [name, { tile }] of Object.entries(this.#tiles)) tile.ariaPressed = String(name === this.#state);
    this.list.toTop();
    this.#show();
  }

  #show() {
    const state = this.#state;
    let rows = this.#sorted;
    if (state === "call") rows = rows.filter((extension) => this.#onCall.has(extension.id));
    else if (state !== "all") rows = rows.filter((extension) => extension.states.has(state));
    if (this.#words.length) {
      rows = rows.filter((extension) => this.#words.every((word) => textOf(extension).includes(word)));
    }
    const all = this.#sorted.length;
    const some = rows.length === all ? count(all) : `${count(rows.length)} of ${count(all)}`;
    put(find("extension-count"), this.#incoming ? `loading ${count(this.#incoming.size)} of ${count(this.#total)}` : some);
    const nothing = this.#incoming ? "Loading …" : "This PBX has no extensions.";
    this.list.show(rows, all ? "No extension matches." : nothing);
  }

  /** The state that stands in a row: what happens now before what is always so. */
  #mainState(extension) {
    if (this.#onCall.has(extension.id)) return "call";
    return ["provisioning", "restarting", "registered", "unregistered", "none"].find((state) => extension.states.has(state));
  }

  #fill([number, name, department, phones, state], extension, row) {
    const main = this.#mainState(extension);
    if (row.extension === extension && row.version === extension.version && row.main === main) return;
    put(number, extension.number);
    put(name, extension.name);
    name.title = extension.name;
    put(department, extension.department);
    phones.replaceChildren(...extension.phones.map(({ model, state: tone }) =>
      make("span", { className: "phone", title: `${model}: ${STATES[tone]}`, data: { tone } }, make("i"), model, unseen(STATES[tone]))));
    const moved = row.extension === extension && row.main !== main;
    state.replaceChildren(make("span", { className: moved ? "badge flash" : "badge", data: { tone: main } }, STATES[main]));
    Object.assign(row, { extension, version: extension.version, main });
  }

  #open(id) {
    const current = () => this.#rows.get(id);
    // What it shows depends on the extension and on its call, whose duration goes on.
    const shown = () => `${current()?.version} ${this.#onCall.has(id) && this.#now}`;
    let before = shown();
    const changed = () => before !== (before = shown());
    const { number, name } = current();
    sheet.open(`${number} ${name}`, () => this.#detail(current()), changed);
  }

  async #detail(extension) {
    if (!extension) return [make("p", {}, "This extension no longer exists.")];
    const more = await ask("GET", `/sim/users/${extension.id}`);
    const call = this.#onCall.get(extension.id);
    const badge = (tone) => make("span", { className: "badge", data: { tone } }, STATES[tone]);
    const roles = more.groups.map(({ name, role }) => (role ? `${name} (${role})` : name)).join(", ");
    const phones = extension.phones.map(({ mac, model, state }) => {
      const known = more.phones.find((phone) => phone.mac === mac) ?? {};
      const lines = [`MAC address ${mac}`, known.firmware && `firmware ${known.firmware}`, known.template].filter(Boolean);
      return make("div", { className: "card" }, make("span", { className: "strong" }, model), badge(state), make("span", { className: "quiet" }, lines.join(" · ")));
    });
    return [
      heading("Extension"),
      facts([
        ["Id", String(extension.id)],
        ["Number", extension.number],
        ["Name", extension.name],
        ["State", badge(this.#mainState(extension))],
        ["Department", extension.department],
        ["Groups and roles", roles],
      ]),
      heading(many(phones.length, "phone")),
      ...phones,
      heading("Call"),
      make("p", {}, call ? `${partyName(call.caller)} → ${partyName(call.callee)}, ${call.status.toLowerCase()} for ${lasted(call.since, this.#now)}` : "None."),
      heading("Properties"),
      facts(Object.entries(more.properties).map(([name, value]) => [name, value === null ? "" : String(value)])),
      heading("In the API", `/xapi/v1/Users(${extension.id})`),
      make("pre", {}, `GET /xapi/v1/Users(${extension.id})`),
    ];
  }
}

const unseen = (text) => make("span", { className: "unseen" }, `, ${text}`);

/** A party as people name it; somebody outside has their number for a name. */
export const partyName = ({ number, name }) => (number === name ? number : `${number} ${name}`);

/** What a search looks into; made when it is first needed. */
function textOf(extension) {
  extension.text ??= [
    extension.number,
    extension.name,
    extension.department,
    ...extension.phones.flatMap(({ mac, model }) => [mac, model]),
  ].join(" ").toLowerCase();
  return extension.text;
}
