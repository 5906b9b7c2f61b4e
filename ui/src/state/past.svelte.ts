// The calls that were: asked for page by page from the journal, as the agent types. Where the journal cannot be read, the
// calls since the start must do.

import type { CardOutcome } from '../bindings/CardOutcome';
import type { HistoryCall } from '../bindings/HistoryCall';
import type { HistoryEntry } from '../bindings/HistoryEntry';
import type { HistoryFilter } from '../bindings/HistoryFilter';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { HistoryQuery } from '../bindings/HistoryQuery';

const PAUSE_MS = 120;
/** Notes change with each keystroke; the list need not. */
const REFRESH_MS = 400;
const PAGE = 50;
const AT_MOST = 200;

export class Past {
  text = $state('');
  filter = $state<HistoryFilter>('all');
  /** Nothing yet before the first answer. */
  calls = $state.raw<HistoryCall[] | undefined>();
  /** There are older ones. */
  more = $state(false);
  /** The journal cannot be read. */
  failed = $state(false);

  #read: (query: HistoryQuery) => Promise<HistoryPage>;
  #next: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up with each question: an answer to an older one is stale. */
  #turn = 0;

  constructor(read: (query: HistoryQuery) => Promise<HistoryPage>) {
    this.#read = read;
  }

  get query(): HistoryQuery {
    return { text: this.text.trim(), filter: this.filter };
  }

  search(text: string) {
    this.text = text;
    this.#soon(PAUSE_MS);
  }

  choose(filter: HistoryFilter) {
    this.filter = filter;
    void this.load();
  }

  /** Something was written down: what is shown may be old. */
  refresh() {
    if (this.calls === undefined) void this.load();
    else this.#soon(REFRESH_MS, this.calls.length);
  }

  /** From the newest on; as many as are shown, so that nobody's place is lost. */
  async load(shown = 0): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const limit = Math.min(AT_MOST, Math.max(PAGE, shown));
    try {
      const page = await this.#read({ ...this.query, limit });
      if (turn === this.#turn) this.#show(page.calls, page.next, false);
    } catch {
      if (turn === this.#turn) this.#show(undefined, null, true);
    }
  }

  /** Nobody looks any more. */
  stop() {
    clearTimeout(this.#timer);
    this.#turn++;
  }

  /** The next page. */
  async loadMore(): Promise<void> {
    const { before, turn } = { before: this.#next, turn: this.#turn };
    if (before === undefined) return;
    // Asked for once, however often the end of the list comes into view.
    this.#next = undefined;
    try {
      const page = await this.#read({ ...this.query, before, limit: PAGE });
      if (turn !== this.#turn) return;
      const known = new Set(this.calls?.map(({ key }) => key));
      this.#show([...(this.calls ?? []), ...page.calls.filter(({ key }) => !known.has(key))], page.next, false);
    } catch {
      if (turn === this.#turn) this.#next = before;
    }
  }

  #soon(pause: number, shown = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(shown), pause);
  }

  #show(calls: HistoryCall[] | undefined, next: string | null, failed: boolean) {
    this.calls = calls;
    this.failed = failed;
    this.#next = next ?? undefined;
    this.more = next !== null;
  }
}

/** A call of this session in the journal's words. */
export function pastOf({ call, account, direction, peer, started_at, answered_at, ended, talk_ms }: HistoryEntry) {
  return {
    key: call,
    direction,
    number: peer.number,
    number_shown: peer.number,
    name: peer.name,
    company: null,
    extension: null,
    account,
    queue: null,
    did: null,
    started_at,
    answered_at,
    ended_at: ended.at,
    talk_ms,
    outcome: outcomeOf(answered_at, ended.reason),
    taken_by: null,
    note: '',
    disposition: null,
    registration: 'none',
    recording: null,
  } satisfies HistoryCall as HistoryCall;
}

function outcomeOf(answered_at: string | null, reason: HistoryEntry['ended']['reason']): CardOutcome {
  if (answered_at) return 'answered';
  switch (reason) {
    case 'answered_elsewhere':
      return 'taken';
    case 'busy':
    case 'declined':
    case 'rejected':
      return 'busy';
    case 'no_answer':
    case 'cancelled':
      return 'missed';
    default:
      return 'failed';
  }
}

/** Whom a call was with, as people call them; empty if withheld. */
export function pastName({ name, number_shown }: HistoryCall): string {
  return name?.trim() || number_shown;
}

export function isMissedCall({ direction, outcome }: HistoryCall): boolean {
  return direction === 'inbound' && outcome === 'missed';
}

/** Whether a call belongs to what the agent wants to see. */
export function isOf(call: HistoryCall, filter: HistoryFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'in':
      return call.direction === 'inbound';
    case 'out':
      return call.direction === 'outbound';
    case 'missed':
      return isMissedCall(call);
  }
}

/** Whether a search for `text` would find a call, as far as that can be told here. */
export function speaksOf({ name, company, note, number, number_shown }: HistoryCall, text: string): boolean {
  const all = [name, company, note, number, number_shown].filter(Boolean).join('\n').toLocaleLowerCase();
  return text
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((part) => all.includes(part));
}
