// The calls that were recorded, the newest first. The journal does not know them apart, so its pages are read until there
// are enough of them.

import type { HistoryCall } from '../bindings/HistoryCall';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { HistoryQuery } from '../bindings/HistoryQuery';

const PAGE = 200;
/** As many are shown. */
export const ENOUGH = 40;
/** As far back as that one looks for them. */
const PAGES = 10;
const PAUSE_MS = 150;

export class Recordings {
  text = $state('');
  /** Nothing before the first answer. */
  calls = $state.raw<HistoryCall[] | undefined>();
  /** The journal cannot be read. */
  failed = $state(false);

  #read: (query: HistoryQuery) => Promise<HistoryPage>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up with each search: an answer to an older one is stale. */
  #turn = 0;

  constructor(read: (query: HistoryQuery) => Promise<HistoryPage>) {
    this.#read = read;
  }

  search(text: string) {
    this.text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), PAUSE_MS);
  }

  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const found: HistoryCall[] = [];
    let before: string | undefined;
    try {
      for (let page = 0; page < PAGES && found.length < ENOUGH; page++) {
        const query = { text: this.text.trim(), filter: 'all' as const, limit: PAGE };
        const { calls, next } = await this.#read(before === undefined ? query : { ...query, before });
        if (turn !== this.#turn) return;
        found.push(...calls.filter(({ recording }) => recording !== null));
        if (next === null) break;
        before = next;
      }
      this.calls = found.slice(0, ENOUGH);
      this.failed = false;
    } catch {
      if (turn !== this.#turn) return;
      this.calls = [];
      this.failed = true;
    }
  }

  /** Nobody looks any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#turn++;
  }
}
