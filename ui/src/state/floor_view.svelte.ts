// What somebody wants to see of the floor: whom, and in what order.

import type { Agent } from '../bindings/Agent';
import type { AgentState } from '../bindings/AgentState';
import { isInCall } from './agent';
import type { Floor, Turns } from './floor.svelte';
import { asciiDigits } from './number';
import { ordered, reordered, type Ordering } from './order';

export type FloorFilter = 'all' | 'in_call' | 'ringing' | 'free' | 'paused' | 'off';
export type FloorSort = 'name' | 'state' | 'longest';

export class FloorView {
  text = $state('');
  filter = $state<FloorFilter>('all');
  /** Only members of this queue; all if empty. */
  queue = $state('');
  sort = $state<FloorSort>('name');
  /** The extensions to show, in order. */
  rows = $state.raw<string[]>([]);

  #floor: Floor;
  #ordering: Ordering = orderingOf(this);
  #stop: () => void;

  constructor(floor: Floor) {
    this.#floor = floor;
    this.#stop = floor.follow((turns) => this.#follow(turns));
    this.#anew();
  }

  search(text: string) {
    this.text = text;
    this.#anew();
  }

  choose(choice: Partial<Pick<FloorView, 'filter' | 'queue' | 'sort'>>) {
    Object.assign(this, choice);
    this.#anew();
  }

  /** Nobody looks any more. */
  stop() {
    this.#stop();
  }

  #anew() {
    this.#ordering = orderingOf(this);
    this.rows = ordered(this.#floor.all(), this.#ordering);
  }

  #follow(turns: Turns | undefined) {
    if (!turns) return this.#anew();
    this.rows = reordered(this.rows, turns, (extension) => this.#floor.agent(extension), this.#ordering);
  }
}

type Wanted = Pick<FloorView, 'text' | 'filter' | 'queue' | 'sort'>;

/** Whom that means, and in what order. */
export function orderingOf({ text, filter, queue, sort }: Wanted): Ordering {
  const words = asciiDigits(text).toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = (agent: Agent) =>
    (filter === 'all' || IN[filter](agent)) &&
    (queue === '' || agent.queues.includes(queue) || agent.queue === queue) &&
    (words.length === 0 || speaksOf(agent, words));
  return { fits, compare: COMPARE[sort] };
}

const IN: Record<Exclude<FloorFilter, 'all'>, (agent: Agent) => boolean> = {
  in_call: isInCall,
  ringing: ({ state }) => state === 'ringing',
  free: ({ state, paused }) => state === 'free' && !paused,
  paused: ({ paused }) => paused !== null,
  off: ({ state }) => state === 'not_registered' || state === 'unknown',
};

function speaksOf({ extension, name, party, queue, paused }: Agent, words: string[]): boolean {
  const all = `${extension}\n${name ?? ''}\n${party?.name ?? ''}\n${party?.number ?? ''}\n${queue ?? ''}\n${paused?.reason ?? ''}`;
  const text = all.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** What happens comes before what does not. */
const RANK: Record<AgentState, number> = {
  ringing: 0,
  talking: 1,
  on_hold: 2,
  dialing: 3,
  free: 4,
  not_registered: 5,
  unknown: 6,
};

const byExtension = (a: Agent, b: Agent) =>
  collator.compare(a.extension, b.extension) || order(a.extension, b.extension);
/** Those who have no name come after those who have. */
const byName = (a: Agent, b: Agent) =>
  Number(!a.name?.trim()) - Number(!b.name?.trim()) ||
  collator.compare(a.name ?? '', b.name ?? '') ||
  byExtension(a, b);

const COMPARE: Record<FloorSort, Ordering['compare']> = {
  name: byName,
  state: (a, b) => RANK[a.state] - RANK[b.state] || byName(a, b),
  longest: (a, b) => talksSince(a) - talksSince(b) || byName(a, b),
};

/** Whoever talks longest comes first; whoever does not, last. */
function talksSince(agent: Agent): number {
  if (!isInCall(agent)) return Number.MAX_SAFE_INTEGER;
  return agent.since ? Date.parse(agent.since) : Number.MAX_SAFE_INTEGER - 1;
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
