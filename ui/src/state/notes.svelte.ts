// What the agent is writing about calls. It lives here and not in the fields: a field may go at any moment, because the
// call moves from one place of the window to another, but no keystroke may go with it.
//
//     same as the desk's ──typed──► to be sent ──► under way ──told back──► same as the desk's
//                                       ▲              │
//                                       └─typed, failed┘

import { SvelteMap } from 'svelte/reactivity';
import type { Card } from '../bindings/Card';
import type { Done } from '../bindings/Done';
import type { Intent } from '../bindings/Intent';
import { Refusal } from '../host';

/** At most ten a second for each card. */
export const PACE_MS = 100;
const RETRY_MS = 1000;

/** Where the agent is writing. */
export interface Caret {
  card: string;
  start: number;
  end: number;
}

interface Draft {
  text: string;
  /** What the desk has said yes to, and the number of the change that shows it. */
  kept: { text: string; seq: number } | undefined;
  /** Why it said no. */
  refusal: Refusal | undefined;
}

interface Sending {
  /** The request under way. */
  request: Promise<void> | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
}

export class Notes {
  /** While a field has the keyboard, and until another has: a field that takes its place goes on there. */
  caret: Caret | undefined;

  #ask: (intent: Intent) => Promise<Done>;
  #seq = 0;
  #drafts = new SvelteMap<string, Draft>();
  #sending = new Map<string, Sending>();

  constructor(ask: (intent: Intent) => Promise<Done>) {
    this.#ask = ask;
  }

  /** What a field shows: what is being typed, else what the desk has. */
  textOf({ id, note }: Card): string {
    return this.#drafts.get(id)?.text ?? note;
  }

  /** Why the text is not kept, while it is not. */
  refusalOf(card: string): Refusal | undefined {
    return this.#drafts.get(card)?.refusal;
  }

  /** A keystroke. The first goes out at once, those that follow soon after in one. */
  write(card: string, text: string) {
    this.#drafts.set(card, { kept: this.#drafts.get(card)?.kept, refusal: undefined, text });
    const sending = this.#of(card);
    if (!sending.request && sending.timer === undefined) this.#send(card);
  }

  /** Sends what is not yet sent, of one card or of all; settles when the desk has it, or has said no. */
  async flush(card?: string): Promise<void> {
    const cards = card === undefined ? [...this.#drafts.keys()] : [card];
    await Promise.all(cards.map((id) => this.#hurry(id)));
  }

  /** How cards stand after change `seq`: from here on the desk's text counts again where it has all that was typed. */
  follow(cards: Card[], seq: number) {
    this.#seq = seq;
    for (const [id, { text }] of this.#drafts) {
      const card = cards.find((card) => card.id === id);
      if (card ? card.note === text : !this.#isUnsent(id)) this.#drafts.delete(id);
      else this.#settle(id);
    }
  }

  async #hurry(card: string): Promise<void> {
    for (let under_way; (under_way = this.#sending.get(card)?.request);) await under_way;
    this.#stop(this.#of(card));
    if (this.#isUnsent(card)) return this.#send(card);
    this.#sending.delete(card);
  }

  #isUnsent(card: string): boolean {
    const draft = this.#drafts.get(card);
    return draft !== undefined && draft.kept?.text !== draft.text && !draft.refusal;
  }

  #settle(card: string) {
    const draft = this.#drafts.get(card);
    if (draft?.kept?.text === draft?.text && draft?.kept && draft.kept.seq <= this.#seq) this.#drafts.delete(card);
  }

  #send(card: string): Promise<void> {
    const sending = this.#of(card);
    const { text = '' } = this.#drafts.get(card) ?? {};
    this.#stop(sending);
    const request = this.#ask({ type: 'note', call: card, text }).then(
      ({ seq }) => this.#kept(card, text, seq),
      (thrown) => this.#refused(card, text, Refusal.from(thrown)),
    );
    sending.request = request.finally(() => (sending.request = undefined));
    sending.timer = setTimeout(() => this.#goOn(card), PACE_MS);
    return sending.request;
  }

  #goOn(card: string) {
    const sending = this.#of(card);
    sending.timer = undefined;
    if (sending.request) void sending.request.then(() => this.#goOn(card));
    else if (this.#isUnsent(card)) void this.#send(card);
    else this.#sending.delete(card);
  }

  #kept(card: string, text: string, seq: number) {
    const draft = this.#drafts.get(card);
    if (draft) this.#drafts.set(card, { ...draft, kept: { text, seq }, refusal: undefined });
    this.#settle(card);
  }

  /** A no to older text says nothing of the newer. An engine that is away may come back: nothing is thrown away. */
  #refused(card: string, text: string, refusal: Refusal) {
    const draft = this.#drafts.get(card);
    if (draft?.text !== text) return;
    this.#drafts.set(card, { ...draft, refusal });
    if (refusal.code !== 'host_gone') return;
    setTimeout(() => {
      const now = this.#drafts.get(card);
      if (now?.refusal) this.write(card, now.text);
    }, RETRY_MS);
  }

  #of(card: string): Sending {
    const known = this.#sending.get(card);
    if (known) return known;
    const fresh = { request: undefined, timer: undefined };
    this.#sending.set(card, fresh);
    return fresh;
  }

  #stop(sending: Sending) {
    clearTimeout(sending.timer);
    sending.timer = undefined;
  }
}
