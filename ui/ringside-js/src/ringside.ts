// Numbers on a page that dial with the Ringside of whoever reads it. `ringside.d.ts` describes it.

import type { Attached, Options, Status } from '../ringside';
import { buttons, type Root } from './buttons';
import { ask } from './desk';
import { Follower } from './follow';
import { say, wordsOf } from './words';

/** Two clicks this near to each other are one, also by keyboard or script. */
const TWICE_MS = 1_000;

const IDLE: Status = { state: 'idle', reason: null, number: null, call: null, element: null };

const attached = new Map<Root, Page>();

export function attach(root: Root = document, options: Options = {}): Attached {
  const page = attached.get(root) ?? new Page(root, options);
  attached.set(root, page);
  return page;
}

class Page implements Attached {
  state = IDLE;
  private readonly base: string;
  private readonly follower: Follower;
  private readonly listeners = new Set<(status: Status) => void>();
  /** Numbers from their click to the end of their call. */
  private readonly busy = new Set<string>();
  /** The desk shows one question of a site at a time, and refuses a second. */
  private asking = false;
  private gone = false;
  private last = { number: '', at: -TWICE_MS };
  private readonly release: () => void;

  constructor(
    private readonly root: Root,
    private readonly options: Options,
  ) {
    this.base = `http://127.0.0.1:${options.port ?? 4059}`;
    this.follower = new Follower(this.base);
    this.release = buttons(root, options.selector, (element, number) => void this.call(number, element));
  }

  async call(number: string, element: Element | null = null): Promise<Status> {
    if (this.asking || this.busy.has(number) || this.isTwice(number)) return this.state;
    const status = { ...IDLE, number, element };
    this.asking = true;
    this.busy.add(number);
    this.tell({ ...status, state: 'asking' });
    const { state, reason, call, origination } = await ask(this.base, number);
    this.asking = false;
    const told = { ...status, state, reason, call };
    if (this.gone) return told;
    this.tell(told);
    if (state === 'dialing') this.follow(told, origination);
    else this.busy.delete(number);
    if (state === 'fallback' && this.options.fallback !== 'none') location.href = link(number);
    return told;
  }

  async pair(): Promise<boolean> {
    if (this.asking) return false;
    this.asking = true;
    const { paired, state, reason } = await ask(this.base);
    this.asking = false;
    this.tell({ ...IDLE, state, reason });
    return paired;
  }

  on(_event: 'state', listener: (status: Status) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  detach() {
    this.gone = true;
    this.release();
    this.follower.stop();
    this.listeners.clear();
    attached.delete(this.root);
  }

  private follow(status: Status, origination: string | null) {
    const wanted = { call: status.call, origination, state: status.state };
    this.follower.follow(wanted, (state, reason, call) => {
      if (state === 'ended' || state === 'failed') this.busy.delete(status.number!);
      this.tell({ ...status, state, reason, call });
    });
  }

  private isTwice(number: string): boolean {
    const at = performance.now();
    const twice = number === this.last.number && at - this.last.at < TWICE_MS;
    if (!twice) this.last = { number, at };
    return twice;
  }

  private tell(status: Status) {
    this.state = status;
    mark(status);
    const words = { ...wordsOf(document.documentElement.lang), ...this.options.words };
    say(words[status.state]);
    for (const listener of [...this.listeners]) listener(status);
  }
}

function mark(status: Status) {
  const { element, state, reason } = status;
  if (!element) return;
  element.setAttribute('data-ringside-state', state);
  element.setAttribute('aria-busy', String(state === 'asking'));
  if (reason) element.setAttribute('data-ringside-reason', reason);
  else element.removeAttribute('data-ringside-reason');
  element.dispatchEvent(new CustomEvent('ringside:state', { bubbles: true, composed: true, detail: status }));
}

/** The number for whichever program the system has for it. */
function link(number: string): string {
  if (/^(tel|sips?|callto):/i.test(number)) return number;
  return `tel:${number.replace(/\s/g, '').replace(/[^\d+*;=.()-]/g, encodeURIComponent)}`;
}
