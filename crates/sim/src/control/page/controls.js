// The header: what this PBX is, its clock, and what can be done to it.

import { count, facts, find, heading, make, put, toast } from "./dom.js";
import { ask } from "./live.js";
import * as sheet from "./sheet.js";

/** Does something, says so, and looks what has become of it. */
async function act(live, done, ...request) {
  try {
    await ask(...request);
    toast(done);
  } catch (error) {
    toast(`That did not work: ${error.message}`);
  }
  live.look();
}

export class Controls {
  #overview = null;

  constructor(live) {
    this.live = live;
    for (const button of document.querySelectorAll("[data-step]")) {
      const seconds = Number(button.dataset.step);
      const says = `The clock was stepped on: ${button.textContent}.`;
      button.addEventListener("click", () => act(live, says, "POST", "/sim/clock", { seconds }));
    }
    find("pause").addEventListener("click", () => this.#pause());
    find("connect").addEventListener("click", () => sheet.open("How to connect", () => connecting(this.#overview)));
    find("clear").addEventListener("click", () => act(live, "The log is empty.", "DELETE", "/sim/received"));
    find("behave").addEventListener("click", async () => {
      await act(live, "No faults are set.", "PUT", "/sim/faults", []);
      await act(live, "No more faults.", "PUT", "/sim/latency", []);
    });
    find("evict").addEventListener("click", async () => {
      const text = "All tokens become invalid: clients get 401 until they log in again.";
      if (await sheet.confirm("Evict all tokens?", text, "Evict tokens")) {
        await act(live, "All tokens are invalid now.", "DELETE", "/sim/tokens");
      }
    });
    find("reset").addEventListener("click", async () => {
      const text = "The data of the first day comes back, faults and latencies are cleared, and the log is emptied. Changes are lost. Tokens stay valid.";
      if (await sheet.confirm("Reset this PBX?", text, "Reset")) {
        await act(live, "Everything is as on the first day.", "POST", "/sim/reset");
      }
    });
  }

  #pause() {
    this.live.paused = !this.live.paused;
    find("pause").ariaPressed = String(this.live.paused);
    put(find("pause"), this.live.paused ? "Resume" : "Pause");
    if (this.live.paused) this.#says("paused", "Paused");
    else this.#says("wait", "Connecting");
  }

  #says(state, text) {
    find("live").dataset.state = state;
    put(find("live-text"), text);
  }

  /** Takes in an answer of /sim/live. */
  update({ fresh, now, faults, latencies }) {
    if (!this.live.paused) this.#says("on", "Live");
    find("trouble").hidden = true;
    put(find("now"), `${now.slice(0, 10)} ${now.slice(11, 19)} UTC`);
    find("now").dateTime = now;
    const wrong = faults.length ? [`Faults set: ${faults.join(", ")}.`] : [];
    if (latencies.length > 0) wrong.push(`Answers wait: ${latencies.join(", ")}.`);
    put(find("fault-text"), wrong.join(" "));
    find("faults").hidden = wrong.length === 0;
    if (fresh) this.#describe();
  }

  /** There is no answer. */
  trouble(error) {
    this.#says("off", "No answer");
    put(find("trouble-text"), `The PBX cannot be reached (${error.message}). This is its last known state; the page keeps trying.`);
    find("trouble").hidden = false;
  }

  async #describe() {
    const overview = await ask("GET", "/sim/overview").catch(() => null);
    if (!overview) return;
    this.#overview = overview;
    put(find("company"), overview.company);
    document.title = `Simulated PBX – ${overview.company}`;
    const shown = {
      version: overview.version,
      api: overview.api,
      url: location.origin,
      client: overview.clientId,
      seed: String(overview.seed),
      queues: count(overview.queues),
      "ring-groups": count(overview.ringGroups),
      trunks: count(overview.trunks),
    };
    for (const [id, text] of Object.entries(shown)) put(find(id), text);
  }
}

function connecting(overview) {
  const client = overview?.clientId ?? "CLIENT_ID";
  const commands = [
    `export THREECX_URL=${location.origin}`,
    `export THREECX_CLIENT_ID=${client}`,
    "export THREECX_CLIENT_SECRET=…",
    "threecx users list --top 5",
  ].join("\n");
  const curl = [
    `curl -d grant_type=client_credentials -d client_id=${client} \\`,
    `  --data-urlencode "client_secret=$THREECX_CLIENT_SECRET" ${location.origin}/connect/token`,
    "",
    `curl -H "Authorization: Bearer $TOKEN" '${location.origin}/xapi/v1/Users?$top=5'`,
  ].join("\n");
  return [
    heading("Connection"),
    facts([
      ["URL", location.origin],
      ["API", `${location.origin}/xapi/v1`],
      ["Client ID", client],
      ["Client secret", "not shown here: it was printed, or given, where this PBX was started"],
    ]),
    make("p", { className: "quiet" }, "One token per client is valid: a login ends the token that this client had before."),
    heading("With the command line", commands),
    make("pre", {}, commands),
    heading("With anything that speaks HTTP", curl),
    make("pre", {}, curl),
    heading("Described by itself"),
    make("p", {}, make("a", { href: "/xapi/v1/$metadata" }, "/xapi/v1/$metadata")),
  ];
}
