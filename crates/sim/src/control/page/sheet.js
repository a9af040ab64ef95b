// The sheet at the side with details of one thing, and questions before something is done.

import { find, make, put } from "./dom.js";

const sheet = find("sheet");
/** Counts what was opened, so that a late answer does not fill another's sheet. */
let opened = 0;
let refresh = null;

find("sheet-close").addEventListener("click", () => sheet.close());
sheet.addEventListener("close", () => (refresh = null));
// A click beside the sheet closes it.
sheet.addEventListener("click", (event) => event.target === sheet && sheet.close());

/**
 * Opens the sheet with what `content()` gives: elements, or a promise of them. `again` tells
 * whether it has to be filled anew after an update.
 */
export async function open(title, content, again) {
  opened += 1;
  put(find("sheet-title"), title);
  refresh = again ? () => again() && fill(content) : null;
  find("sheet-body").replaceChildren(make("p", { className: "quiet" }, "Loading …"));
  if (!sheet.open) sheet.showModal();
  await fill(content);
  sheet.scrollTop = 0;
}

/** Fills it anew, if it is open and what it shows has changed. */
export function update() {
  if (sheet.open) refresh?.();
}

async function fill(content) {
  const number = opened;
  let elements;
  try {
    elements = await content();
  } catch (error) {
    elements = [make("p", {}, `This cannot be shown: ${error.message}`)];
  }
  if (number === opened) find("sheet-body").replaceChildren(...elements);
}

/** Asks before something is done that cannot be undone. */
export function confirm(title, text, yes) {
  const dialog = find("confirm");
  put(find("confirm-title"), title);
  put(find("confirm-text"), text);
  put(find("confirm-yes"), yes);
  dialog.returnValue = "";
  find("confirm-no").onclick = () => dialog.close();
  find("confirm-yes").onclick = () => dialog.close("yes");
  dialog.showModal();
  return new Promise((decide) => (dialog.onclose = () => decide(dialog.returnValue === "yes")));
}
