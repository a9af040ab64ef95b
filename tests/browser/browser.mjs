// A headless Chromium: Debian's, driven by playwright-core.

import { createRequire } from "node:module";

// Modules may lie in the cache of `cargo xtask test`, where only `require` looks (NODE_PATH).
const { chromium } = createRequire(import.meta.url)("playwright-core");

/** Nothing but what a test asks for goes over the network. */
const QUIET = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Starts a browser; whoever started it closes it. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET],
  });
}

/** A page that remembers everything it complained of. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: "en-GB", ...options });
  // A busy machine may take long; what never comes still fails.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, complaints };
}
