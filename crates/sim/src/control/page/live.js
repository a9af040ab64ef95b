// What has changed on the PBX, asked for again and again. Nothing is asked while the page is hidden.

const EVERY = 1000;
const AT_MOST_EVERY = 10_000;
const PATIENCE = 15_000;

/** An answer of /sim/*: JSON, or nothing. Throws what the PBX says if it refuses. */
export async function ask(method, path, body) {
  const response = await fetch(path, {
    method,
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
    cache: "no-store",
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : null;
  if (!response.ok) throw Object.assign(new Error(answer?.error ?? `it answered ${response.status}`), { refused: true });
  return answer;
}

export class Live {
  #cursor = null;
  #wake = () => {};
  #paused = false;

  get paused() {
    return this.#paused;
  }

  set paused(paused) {
    this.#paused = paused;
    this.#wake();
  }

  /** Looks now rather than later. */
  look() {
    this.#wake();
  }

  /** Goes on for ever. `update` gets every answer, `trouble` gets why there is none. */
  async run(update, trouble) {
    document.addEventListener("visibilitychange", () => this.#wake());
    for (let failures = 0; ; ) {
      if (this.#paused || document.hidden) {
        await this.#sleep();
        continue;
      }
      let answer = null;
      try {
        answer = await ask("GET", this.#cursor ? `/sim/live?since=${this.#cursor}` : "/sim/live");
        failures = 0;
      } catch (error) {
        failures += 1;
        // Another version of the PBX may not know the cursor.
        if (error.refused) this.#cursor = null;
        if (!this.#paused) trouble(error);
      }
      if (this.#paused) continue;
      if (answer) {
        this.#cursor = answer.cursor;
        update(answer);
        if (answer.more) continue;
      }
      await this.#sleep(Math.min(EVERY * 2 ** failures, AT_MOST_EVERY));
    }
  }

  #sleep(milliseconds) {
    return new Promise((done) => {
      const timer = milliseconds && setTimeout(done, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
