// A person at n8n's editor, in a headless Chromium: what they click and type, found by the ids that
// n8n gives its elements for tests. Whatever appears is waited for.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { openPage } from "../../../tests/browser/browser.mjs";

const PICTURES = fileURLToPath(new URL("../../docs/", import.meta.url));

export class Editor {
  /** Logs in by the form, as the owner. */
  static async open(browser, n8n, owner) {
    const editor = new Editor();
    const view = { viewport: { width: 1360, height: 850 }, reducedMotion: "reduce" };
    ({ page: editor.page } = await openPage(browser, `${n8n.url}/signin`, view));
    editor.n8n = n8n;
    await editor.page.locator("#emailOrLdapLoginId").fill(owner.email);
    await editor.page.locator("#password").fill(owner.password);
    await editor.id("form-submit-button").click();
    await editor.page.waitForURL(/\/home\/workflows/);
    return editor;
  }

  /** What n8n calls by this id and shows. */
  id(name, options) {
    return this.page.locator(`[data-test-id="${name}"]:visible`, options);
  }

  parameter(name) {
    return this.id(`parameter-input-${name}`);
  }

  /** Opens a workflow that nobody has had open. */
  async openWorkflow(workflow) {
    const { id } = await this.n8n.save(workflow);
    await this.page.goto(`${this.n8n.url}/workflow/${id}`);
    await this.id("canvas-node").first().waitFor();
    return id;
  }

  /** Opens a node of the workflow by a double click. */
  async openNode(name) {
    await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
    await this.id("node-parameters").waitFor();
  }

  /** Adds a node after the first, by typing; any of its actions opens it. */
  async addNode(typed, name) {
    await this.id("canvas-handle-plus").first().click();
    await this.id("node-creator-search-bar").fill(typed);
    await this.id("node-creator-item-name").getByText(name, { exact: true }).click();
    await this.id("node-creator-category-item", { hasText: "Actions" }).waitFor();
    await this.id("node-creator-item-name").first().click();
    await this.id("node-parameters").waitFor();
  }

  /** Chooses an option of a dropdown by typing a part of its name. */
  async choose(parameter, typed, option) {
    await this.offer(parameter, typed, option);
    await this.option(option).click();
    await this.option(option).waitFor({ state: "hidden" });
  }

  /** Opens a dropdown and types; waits for an option. */
  async offer(parameter, typed, option) {
    await this.parameter(parameter).locator("input").first().click();
    await this.page.keyboard.type(typed);
    await this.option(option).waitFor();
  }

  /** An option of the dropdown that is open. */
  option(name) {
    const title = this.page.getByText(name, { exact: true });
    return this.page.locator("[role=option]:visible").filter({ has: title });
  }

  /** Searches a resource locator's list for `typed` and takes what is called `name`. */
  async pick(parameter, typed, name) {
    await this.id(`resource-locator-${parameter}`).locator('[data-test-id="rlc-input"]').click();
    await this.id("rlc-search").fill(typed);
    await this.id("rlc-item", { hasText: name }).click();
  }

  /** Executes the node that is open and waits for its items; all that the output panel shows. */
  async execute() {
    await this.id("node-execute-button").click();
    await this.id("output-panel").locator('[data-test-id="ndv-items-count"]').waitFor();
    return this.id("output-panel").locator('[data-test-id="ndv-data-container"]').innerText();
  }

  /** Goes back to the canvas. */
  async close() {
    await this.id("ndv-close-button").click();
    await this.id("ndv").waitFor({ state: "hidden" });
  }

  /** A picture for the README, if new ones are wanted. */
  async picture(name) {
    if (!process.env.UPDATE_SCREENSHOTS) return;
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled", caret: "hide" });
  }
}
