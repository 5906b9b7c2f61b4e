// A question that comes by itself must not be answered by a press that was meant for something else: a page can time a
// second click, or a second Enter, onto a button that has just appeared.
//
//     not seen ──seen in a window with focus──► settling ──600 ms──► armed
//        ▲                                         ▲                   │
//        └──────── unseen, focus lost ─────────────┴── another one ────┘

/** Longer than a double click takes, and than a hand needs to see and stop. */
export const ARMING_MS = 600;

export class Arming {
  #armed = $state(false);
  #shown: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #early = false;

  get armed(): boolean {
    return this.#armed;
  }

  /** What is before the agent's eyes, in full; `null` while it is not. */
  see(shown: string | null) {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#armed = false;
    clearTimeout(this.#timer);
    if (shown !== null) this.#timer = setTimeout(() => (this.#armed = true), ARMING_MS);
  }

  /** A button or key goes down. */
  begin(repeated = false) {
    this.#early = repeated || !this.#armed;
  }

  /** Whether a press that ends now may do something: it must have begun late enough, too. */
  accepts(): boolean {
    const early = this.#early;
    this.#early = false;
    return this.#armed && !early;
  }
}
