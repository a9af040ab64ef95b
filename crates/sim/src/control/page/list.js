// A table of many rows, of which only those in sight exist. One row is the current one: arrow
// keys move it, Enter opens it.

import { find, make, put } from "./dom.js";

/** Rows above and below those in sight, so that scrolling finds them there. */
const SPARE = 8;
/** Browsers do not draw what is much higher than this many pixels. */
const HIGHEST = 15_000_000;

export class List {
  #items = [];
  #current = null;
  #slots = [];
  #first = 0;

  /**
   * `columns`: the classes of a row's cells. `fill(cells, item, row)`: writes an item into a row.
   * `open(item)`: what a click or Enter does, if anything.
   */
  constructor(id, { height, columns, fill, open }) {
    Object.assign(this, { height, columns, fill, open });
    this.table = find(id);
    this.scroller = this.table.parentElement;
    this.empty = this.scroller.querySelector(".empty");
    this.above = this.#spacer();
    this.body = make("tbody", { className: "rows" });
    this.below = this.#spacer();
    this.table.append(this.above.parentElement, this.body, this.below.parentElement);
    this.table.classList.toggle("opens", Boolean(open));
    this.scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    this.table.addEventListener("keydown", (event) => this.#key(event));
    this.body.addEventListener("click", (event) => this.#click(event));
  }

  /** Puts other items in the place of those that are shown. What is in sight stays in sight. */
  show(items, whyEmpty) {
    const scrolled = this.scroller.scrollTop;
    const anchor = scrolled > 0 ? this.#items[Math.floor(scrolled / this.height)] : undefined;
    const before = anchor && this.#items.indexOf(anchor);
    this.#items = items.length * this.height > HIGHEST ? items.slice(0, HIGHEST / this.height) : items;
    this.table.setAttribute("aria-rowcount", items.length + 1);
    this.empty.hidden = items.length > 0;
    put(this.empty, items.length > 0 ? "" : whyEmpty);
    const after = anchor ? this.#items.indexOf(anchor) : -1;
    this.draw();
    if (after >= 0 && after !== before) {
      this.scroller.scrollTop = scrolled + (after - before) * this.height;
      this.draw();
    }
  }

  /** Back to the first row. */
  toTop() {
    this.scroller.scrollTop = 0;
  }

  /** Writes what is in sight. */
  draw() {
    const count = this.#items.length;
    const fits = Math.ceil(this.scroller.clientHeight / this.height) + 2 * SPARE;
    const shown = Math.min(count, fits);
    const top = Math.floor(this.scroller.scrollTop / this.height) - SPARE;
    this.#first = Math.max(0, Math.min(top, count - shown));
    while (this.#slots.length < shown) this.#slots.push(this.#slot(this.#slots.length));
    while (this.#slots.length > shown) this.#slots.pop().row.remove();
    this.above.style.height = `${this.#first * this.height}px`;
    this.below.style.height = `${(count - shown - this.#first) * this.height}px`;
    let current = "";
    this.#slots.forEach(({ row, cells }, place) => {
      const item = this.#items[this.#first + place];
      row.setAttribute("aria-rowindex", this.#first + place + 2);
      row.setAttribute("aria-selected", item === this.#current);
      if (item === this.#current) current = row.id;
      this.fill(cells, item, row);
    });
    this.table.setAttribute("aria-activedescendant", current);
  }

  #spacer() {
    const row = make("tr", {}, make("td"));
    make("tbody", { className: "spacer", ariaHidden: "true" }, row);
    return row;
  }

  #slot(place) {
    const cells = this.columns.map((className) => make("td", { className, role: "gridcell" }));
    const row = make("tr", { id: `${this.table.id}-${place}` }, ...cells);
    this.body.append(row);
    return { row, cells };
  }

  #click(event) {
    const place = this.#slots.findIndex(({ row }) => row.contains(event.target));
    if (place >= 0) this.#take(this.#first + place, true);
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / this.height) - 2);
    const at = this.#current ? this.#items.indexOf(this.#current) : -1;
    const places = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? 0 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#items.length - 1,
    };
    if (event.key in places && this.#items.length) {
      this.#take(Math.max(0, Math.min(places[event.key], this.#items.length - 1)), false);
    } else if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      this.#take(at, true);
    } else {
      return;
    }
    event.preventDefault();
  }

  /** Makes an item the current one, brings it into sight, and opens it if that is meant. */
  #take(index, opens) {
    this.#current = this.#items[index];
    const head = this.table.tHead.offsetHeight;
    const [top, bottom] = [index * this.height, (index + 1) * this.height + head];
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (bottom > scrollTop + clientHeight) this.scroller.scrollTop = bottom - clientHeight;
    this.draw();
    if (opens) this.open?.(this.#current);
  }
}
