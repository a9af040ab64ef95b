// The calls that are on.

import { find, lasted, many, make, put } from "./dom.js";
import { partyName } from "./extensions.js";
import { List } from "./list.js";

export class Calls {
  #now = "";

  constructor() {
    this.list = new List("call-table", {
      height: 32,
      columns: ["", "", "", "since quiet"],
      fill: (cells, call, row) => this.#fill(cells, call, row),
    });
    this.list.show([], "Loading …");
  }

  /** Takes in an answer of /sim/live. */
  update({ calls, now }) {
    this.#now = now;
    const talking = calls.filter((call) => call.status === "Talking").length;
    put(find("call-count"), calls.length ? `${many(calls.length, "call")}, ${talking} talking` : "");
    // The newest first.
    calls.sort((a, b) => b.id - a.id);
    this.list.show(calls, "Nobody is on a call.");
  }

  #fill([caller, callee, status, since], call, row) {
    for (const [cell, party] of [[caller, call.caller], [callee, call.callee]]) {
      put(cell, partyName(party));
      cell.title = partyName(party);
    }
    if (row.status !== call.status) {
      row.status = call.status;
      const tone = call.status === "Talking" ? "call" : "provisioning";
      status.replaceChildren(make("span", { className: "badge", data: { tone } }, call.status));
    }
    put(since, lasted(call.since, this.#now));
  }
}
