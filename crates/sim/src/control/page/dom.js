// Elements and texts. Whatever comes from the PBX becomes text, never markup.

/** An element with properties, `data-*` under `data`, and children: elements or texts. */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

/** The element with an id. */
export const find = (id) => document.getElementById(id);

/** Writes a text where it differs, so that nothing is laid out anew for nothing. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Whole numbers for people: 10,000. */
export const count = (number) => number.toLocaleString("en");

/** One or many: `1 phone`, `2 phones`. */
export const many = (number, thing) => `${count(number)} ${thing}${number === 1 ? "" : "s"}`;

/** How long something has lasted: `12 s`, `3:05`, `1:02:03`. */
export function lasted(from, to) {
  const seconds = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1000));
  const two = (number) => String(number).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  return hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** The time of day of an instant, as the PBX tells it. */
export const timeOfDay = (instant) => instant.slice(11, 19);

/** A list of facts; those without a value are left out. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return make("dl", {}, ...known.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

/** A heading in a sheet, with a button to copy what stands below it, if that is given. */
export function heading(text, copied) {
  const title = make("h3", {}, text);
  // Browsers have no clipboard for pages that came over plain HTTP from another machine.
  if (copied !== undefined && navigator.clipboard) {
    const button = make("button", { type: "button" }, "Copy");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(copied);
      toast("Copied.");
    });
    title.append(button);
  }
  return title;
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** JSON, pretty and coloured. */
export function json(value) {
  const text = JSON.stringify(value, null, 2);
  const shown = make("pre");
  let end = 0;
  for (const token of text.matchAll(TOKEN)) {
    const [whole, string, colon] = token;
    shown.append(text.slice(end, token.index));
    const kind = colon ? "j-name" : string ? "j-text" : "j-other";
    shown.append(make("span", { className: kind }, string ?? whole), colon ?? "");
    end = token.index + whole.length;
  }
  shown.append(text.slice(end));
  return shown;
}

let hiding;

/** Says for a moment what has been done. */
export function toast(text) {
  const shown = find("toast");
  put(shown, text);
  shown.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => shown.classList.remove("shown"), 4000);
}
