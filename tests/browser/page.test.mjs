// The page of the simulated PBX, as people see and use it: the real binary with ten thousand
// extensions and a clock that stands still until it is stepped, in a headless Chromium.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, afterEach, before, beforeEach, suite, test } from "node:test";

import { launch, openPage } from "./browser.mjs";
import { Sim } from "./sim.mjs";

const HOSTILE = `<img src=x onerror="document.title='broken into'"> O'Brien & Söhne`;
/** However many extensions there are, the page has fewer elements. */
const MOST_ELEMENTS = 2500;
const CLOCK = ["--clock", "2026-11-26T09:30:00Z"];

let browser;
before(async () => (browser = await launch()));
after(() => browser?.close());

/** The row with a text in a table. */
const row = (page, table, text) => page.locator(`#${table}-table .rows tr`, { hasText: text });
const tile = (page, state) => page.locator(`.tile[data-tone="${state}"]`);
const elements = (page) => page.evaluate(() => document.querySelectorAll("*").length);

/** Waits until an element has a text, or one that a pattern fits. */
async function reads(locator, expected) {
  await locator.filter({ hasText: expected }).first().waitFor();
}

suite("the page with 10,000 extensions", () => {
  let sim, page, complaints, opened;

  before(async () => (sim = await Sim.start("--users", "10000", ...CLOCK)));
  after(() => sim?.stop());

  beforeEach(async () => {
    await sim.control("POST", "/reset");
    opened = await openPage(browser, sim.url);
    ({ page, complaints } = opened);
    await reads(tile(page, "all"), "10,000");
  });
  afterEach(async () => {
    await page.context().close();
    assert.deepEqual(complaints, []);
  });

  const field = (id) => page.locator(`#${id}`);
  const search = (text) => field("search").fill(text);
  /** One of the registered extensions; which one does not matter. */
  const registered = async () => {
    const { answer } = await sim.call("GET", "/Users?$filter=IsRegistered eq true&$skip=200&$top=1&$expand=Phones");
    return answer.value[0];
  };

  test("tells what it is, and never the secret", async () => {
    await reads(field("version"), /^20\.0\.10\./);
    await reads(field("company"), "Demo Ltd");
    await reads(field("url"), sim.url);
    await reads(field("client"), sim.clientId);
    await reads(field("now"), "2026-11-26 09:30:00 UTC");
    await field("connect").click();
    await reads(field("sheet"), "grant_type=client_credentials");
    assert.ok(!(await page.content()).includes(sim.secret));
  });

  test("counts everybody once", async () => {
    const shown = async (state) => Number((await tile(page, state).locator("b").textContent()).replaceAll(",", ""));
    const { answer } = await sim.call("GET", "/Users?$filter=IsRegistered eq true&$top=0&$count=true");
    assert.equal(await shown("registered"), answer["@odata.count"]);
    assert.equal((await shown("registered")) + (await shown("unregistered")) + (await shown("none")), 10_000);
    await tile(page, "unregistered").click();
    await reads(field("extension-count"), / of 10,000$/);
    const states = await page.locator("#extension-table .badge").allTextContents();
    assert.ok(states.length > 0 && states.every((state) => ["Unregistered", "On a call"].includes(state)), states.join());
  });

  test("scrolls through all rows with few elements", async () => {
    const scroller = page.locator("#extensions .scroll");
    for (const part of [0.25, 0.5, 0.75, 1]) {
      const number = await scroller.evaluate((element, part) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * part;
        const height = element.querySelector(".rows tr").offsetHeight;
        return String(10_001 + Math.floor(element.scrollTop / height));
      }, part);
      await row(page, "extension", number).waitFor();
      assert.ok((await elements(page)) < MOST_ELEMENTS);
    }
    await row(page, "extension", "19999").waitFor();
  });

  test("shows a phone being provisioned, and the request that ordered it", async () => {
    const { Id: id, Number: number } = await registered();
    await search(number);
    await reads(field("extension-count"), "1 of 10,000");
    const phone = row(page, "extension", number).locator(".phone");
    await reads(phone, "Registered");
    assert.equal((await sim.call("POST", "/Users/Pbx.ReprovisionAllPhones", { ids: [id] })).status, 204);
    await reads(phone, "Provisioning");
    await reads(tile(page, "provisioning"), "1");
    await sim.control("POST", "/clock", { seconds: 20 });
    await reads(phone, "Restarting");
    await page.locator("[data-step='20']").click();
    await reads(tile(page, "restarting"), "0");
    await reads(phone, "Registered");

    const request = row(page, "request", "Users.ReprovisionAllPhones");
    await reads(request, "204 No Content");
    await reads(request, "carried out");
    await request.click();
    await reads(field("sheet-title"), "Users.ReprovisionAllPhones");
    const body = JSON.parse(await page.locator("#sheet pre").first().textContent());
    assert.deepEqual(body, { ids: [id] });
  });

  test("shows an extension in detail, and follows it", async () => {
    const { Id: id, Number: number, EmailAddress: address, Phones: phones } = await registered();
    await search(number);
    await row(page, "extension", number).click();
    await reads(page.locator("#sheet .card"), phones[0].MacAddress);
    await reads(page.locator("#sheet dl").last(), address);
    await sim.call("PATCH", `/Users(${id})`, { EmailAddress: "new@demo.example" });
    await reads(page.locator("#sheet dl").last(), "new@demo.example");
    await sim.call("DELETE", `/Users(${id})`);
    await reads(field("sheet"), "no longer exists");
    await reads(tile(page, "all"), "9,999");
  });

  test("filters the log", async () => {
    await sim.call("GET", "/Users?$top=1&$select=Id");
    await sim.call("GET", "/Users(1)");
    await sim.call("PATCH", "/Users(30)", { Mobile: "+49301" });
    const shown = page.locator("#request-table .rows tr");
    const showsOnly = async (...operations) => {
      await page.waitForFunction((count) => document.querySelectorAll("#request-table .rows tr").length === count, operations.length);
      const texts = await shown.locator(".strong").allTextContents();
      assert.deepEqual(texts, operations);
    };
    await showsOnly("Users.UpdateUser", "Users.GetUser", "Users.ListUser");
    await field("only-failures").check();
    await showsOnly("Users.GetUser");
    await field("only-failures").uncheck();
    await field("only-changes").check();
    await showsOnly("Users.UpdateUser");
    await field("only-changes").uncheck();
    await field("request-operation").selectOption("Users.ListUser");
    await showsOnly("Users.ListUser");
    await field("request-operation").selectOption("");
    await field("request-search").fill("404 users(1)");
    await showsOnly("Users.GetUser");
    await shown.click();
    await reads(page.locator("#sheet dl").nth(1), "Id");
    await reads(field("sheet-body"), "WARNINGS.XAPI.NOT_FOUND");
    await field("sheet-close").click();
    await field("clear").click();
    await reads(page.locator("#requests .empty"), "No requests yet");
  });

  test("shows a call until it is dropped", async () => {
    const before = (await sim.call("GET", "/ActiveCalls?$top=100&$select=Id")).answer.value.map((call) => call.Id);
    await sim.call("POST", "/Users/Pbx.MakeCall", { dn: "10300", destination: "10301" });
    const call = row(page, "call", /10300.*10301/);
    await reads(call, "Initiating");
    await page.locator("[data-step='20']").click();
    await reads(call, "Talking");
    await tile(page, "call").click();
    await search("10301");
    await reads(row(page, "extension", "10301"), "On a call");
    const { answer } = await sim.call("GET", "/ActiveCalls?$orderby=Id desc&$top=1");
    assert.ok(!before.includes(answer.value[0].Id));
    await sim.call("POST", `/ActiveCalls(${answer.value[0].Id})/Pbx.DropCall`);
    await call.waitFor({ state: "detached" });
    await reads(page.locator("#extensions .empty"), "No extension matches.");
  });

  test("takes names for text, whatever they are", async () => {
    await sim.call("PATCH", "/Users(35)", { DisplayName: HOSTILE });
    await sim.call("PATCH", "/Groups(28)", { Name: HOSTILE });
    await sim.call("GET", `/Users(Number='${encodeURIComponent(HOSTILE.replaceAll("'", "''"))}')`);
    await search("onerror 10006");
    await reads(row(page, "extension", HOSTILE), "10006");
    await row(page, "extension", HOSTILE).click();
    await reads(field("sheet-title"), HOSTILE);
    await field("sheet-close").click();
    await row(page, "request", "Users.GetUserByNumber").first().click();
    await reads(field("sheet-body"), HOSTILE);
    await field("sheet-close").click();
    await row(page, "request", "Users.UpdateUser").click();
    await reads(field("sheet-body"), "onerror");
    assert.equal(await page.locator("img:not([src='/sim/page/icon.svg'])").count(), 0);
    assert.notEqual(await page.title(), "broken into");
    // Even a mistake in its scripts would not make markup of a text.
    await assert.rejects(page.evaluate((text) => (document.body.innerHTML = text), HOSTILE), /TrustedHTML/);
    assert.match(complaints.splice(0).join(), /^This document requires 'TrustedHTML' assignment/);
  });

  test("warns of misbehaviour, and ends it", async () => {
    await sim.control("PUT", "/faults", ["503:1@Users.GetUser"]);
    await reads(field("faults"), "503:1@Users.GetUser");
    await sim.call("GET", "/Users(30)");
    const request = row(page, "request", "Users.GetUser");
    await reads(request, "503 Unavailable");
    await reads(request, "not carried out · 503");
    await sim.control("PUT", "/latency", ["1ms"]);
    await reads(field("faults"), "Answers wait: 1ms");
    await field("behave").click();
    await field("faults").waitFor({ state: "hidden" });
    assert.equal((await sim.call("GET", "/Users(30)")).status, 200);
  });

  test("stands still while paused, and catches up", async () => {
    await field("pause").click();
    await reads(field("live-text"), "Paused");
    await sim.call("GET", "/Users(30)");
    assert.equal(await row(page, "request", "Users.GetUser").count(), 0);
    await field("pause").click();
    await reads(field("live-text"), "Live");
    await row(page, "request", "Users.GetUser").waitFor();
  });

  test("asks before it evicts tokens or resets", async () => {
    await sim.call("PATCH", "/Users(30)", { DisplayName: "Somebody else" });
    await reads(row(page, "extension", "10001"), "Somebody else");
    await field("evict").click();
    await field("confirm-no").click();
    assert.equal((await sim.call("GET", "/Users(30)")).status, 200);
    await field("evict").click();
    await field("confirm-yes").click();
    await reads(field("toast"), "All tokens are invalid now.");
    assert.equal((await sim.call("GET", "/Users(30)")).status, 401);
    await field("reset").click();
    await field("confirm-yes").click();
    await reads(field("toast"), "as on the first day");
    await row(page, "extension", "Somebody else").waitFor({ state: "detached" });
    await reads(page.locator("#requests .empty"), "No requests yet");
    await sim.logIn();
  });

  test("is used by keyboard", async () => {
    await field("extension-table").focus();
    for (const key of ["ArrowDown", "ArrowDown", "End", "Home", "ArrowDown"]) await page.keyboard.press(key);
    await reads(page.locator("#extension-table tr[aria-selected='true']"), "10001");
    await page.keyboard.press("Enter");
    await reads(field("sheet-title"), "10001");
    await page.keyboard.press("Escape");
    await field("sheet").waitFor({ state: "hidden" });
    assert.equal(await page.evaluate(() => document.activeElement.id), "extension-table");
  });

  test("is accessible in light and dark, by axe's rules", async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    await sim.call("POST", "/Users/Pbx.ReprovisionAllPhones", { ids: [29, 30, 31] });
    await sim.call("GET", "/Users(1)");
    await row(page, "request", "Users.GetUser").waitFor();
    await page.evaluate(axe);
    const violations = async () => {
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("\n")}`);
    };
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      assert.deepEqual(await violations(), []);
      await row(page, "extension", "10001").click();
      await page.locator("#sheet .card").first().waitFor();
      assert.deepEqual(await violations(), []);
      await page.keyboard.press("Escape");
    }
  });

  test("fits on a narrow screen", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await row(page, "extension", "10000").click();
    await page.locator("#sheet .card").first().waitFor();
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  });
});

test("the page goes on when the PBX is started anew", async () => {
  const first = await Sim.start("--users", "50", ...CLOCK);
  const port = new URL(first.url).port;
  const { page } = await openPage(browser, first.url);
  await reads(tile(page, "all"), "50");
  await first.call("GET", "/Users(30)");
  await row(page, "request", "Users.GetUser").waitFor();
  await first.stop();
  await reads(page.locator("#trouble"), "cannot be reached");
  const second = await Sim.start("--users", "60", "--port", port, ...CLOCK);
  try {
    await reads(tile(page, "all"), "60");
    await reads(page.locator("#live-text"), "Live");
    await row(page, "request", "Users.GetUser").waitFor({ state: "detached" });
    await row(page, "request", "/connect/token").waitFor();
  } finally {
    await page.context().close();
    await second.stop();
  }
});
