// What the number being typed would dial, told while it is typed.

import type { Preview } from '../bindings/Preview';

const PAUSE_MS = 80;

export class Previewer {
  /** Of the text as it stands; nothing while that is not known. */
  current = $state.raw<Preview>();

  #ask: (text: string, account?: string) => Promise<Preview>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up with each text: an answer to an older one is stale. */
  #turn = 0;

  constructor(ask: (text: string, account?: string) => Promise<Preview>) {
    this.#ask = ask;
  }

  /** The text has changed. What was known of the one before stays until the answer, so that nothing flickers. */
  follow(text: string, account?: string) {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    if (!text) {
      this.current = undefined;
      return;
    }
    this.#timer = setTimeout(async () => {
      const preview = await this.#ask(text, account).catch(() => undefined);
      if (turn === this.#turn) this.current = preview;
    }, PAUSE_MS);
  }
}
