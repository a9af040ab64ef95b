// The pictures in docs/, taken anew with UPDATE_SCREENSHOTS=1: the same company at the same
// instant, so that they change only with the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { launch, openPage } from "./browser.mjs";
import { Sim } from "./sim.mjs";

const SETTINGS = ["--port", "5004", "--users", "10000", "--seed", "7", "--clock", "2026-11-26T09:30:00Z"];
const file = (name) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

/** A morning on which somebody tries things out. */
async function workWith(sim) {
  const step = (seconds) => sim.control("POST", "/clock", { seconds });
  await sim.call("GET", "/Users?$top=5&$select=Id,Number,DisplayName");
  await sim.call("PATCH", "/Users(31)", { Mobile: "+49 30 555 0100" });
  await step(3);
  await sim.call("POST", "/Users/Pbx.ReprovisionAllPhones", { ids: [29, 30, 33, 34] });
  await step(9);
  await sim.call("GET", "/Users(1)");
  await sim.control("PUT", "/faults", ["429:1:1"]);
  await sim.call("GET", "/Queues?$top=10&$expand=Agents");
  await step(10);
  await sim.call("POST", "/Users/Pbx.MakeCall", { dn: "10004", destination: "10008" });
  await sim.call("POST", "/Users/Pbx.ReprovisionAllPhones", { ids: [36, 39, 40, 42] });
  await step(5);
}

test("pictures of the page", { skip: !process.env.UPDATE_SCREENSHOTS }, async () => {
  const sim = await Sim.start(...SETTINGS);
  const browser = await launch();
  try {
    await workWith(sim);
    for (const [name, colorScheme] of [["sim.png", "light"], ["sim-dark.png", "dark"]]) {
      const { page, complaints } = await openPage(browser, sim.url, { colorScheme, reducedMotion: "reduce" });
      await page.locator("#request-table .rows tr", { hasText: "MakeCall" }).waitFor();
      await page.locator("#company", { hasText: "Demo" }).waitFor();
      await page.locator("#extension-table .badge", { hasText: "Provisioning" }).first().waitFor();
      await page.screenshot({ path: file(name) });
      assert.deepEqual(complaints, []);
      await page.context().close();
    }
  } finally {
    await browser.close();
    await sim.stop();
  }
});
