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

  /** Opens a workflow that has never been open. */
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

  /** Chooses several options of a dropdown, each by typing. */
  async chooseSeveral(parameter, choices) {
    for (const [typed, option] of choices) {
      await this.offer(parameter, typed, option);
      await this.option(option).click();
      await this.page.keyboard.press("Escape");
      await this.option(option).waitFor({ state: "hidden" });
    }
  }

  /** Opens a dropdown, once its options have come, and types; waits for an option. */
  async offer(parameter, typed, option) {
    const dropdown = this.parameter(parameter).locator(".el-select");
    await dropdown.locator("input:disabled").waitFor({ state: "detached" });
    await dropdown.click();
    await this.page.locator("[role=option]:visible").first().waitFor();
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

  /** Fills in a field of the body, chosen from the menu of all fields. */
  async addField(label, name, value) {
    await this.id("add-fields-select").getByRole("button").click();
    await this.page.getByRole("menuitem", { name: label, exact: true }).click();
    await this.fill(name, value);
  }

  async fill(parameter, value) {
    await this.parameter(parameter).locator("input, textarea").first().fill(value);
  }

  /** Adds an option to the collection of options; that of settings comes after it. */
  async addOption(name) {
    await this.id("collection-parameter-add").first().click();
    await this.option(name).click();
  }

  /** Fills in a new credential in its dialog. */
  async newCredential(values) {
    await this.id("node-credentials-select").click();
    await this.id("node-credentials-select-item-new").click();
    for (const [parameter, value] of Object.entries(values)) await this.fill(parameter, value);
  }

  /** Saves the credential; what the dialog says of its test. */
  async saveCredential() {
    await this.id("credential-save-button").click();
    const banner = this.id("credential-edit-dialog").getByText(/connection tested|couldn.t connect/i).first();
    return banner.innerText();
  }

  /** Executes the node that is open and waits until its output shows all of these texts. */
  async execute(...texts) {
    await this.id("node-execute-button").click();
    for (const text of texts) {
      await this.id("output-panel").locator('[data-test-id="ndv-data-container"]', { hasText: text }).waitFor();
    }
  }

  /** Goes back to the canvas. */
  async close() {
    await this.id("ndv-close-button").click();
    await this.id("ndv").waitFor({ state: "hidden" });
  }

  /** Leaves the field that is being filled in, so that its hints go away. */
  async leave() {
    await this.page.evaluate(() => document.activeElement?.blur());
  }

  /** A picture for the README, if new ones are wanted. */
  async picture(name) {
    if (!process.env.UPDATE_SCREENSHOTS) return;
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`), animations: "disabled", caret: "hide" });
  }
}
