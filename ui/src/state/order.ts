// A sorted list that stays sorted as its items change: those that changed are taken out and put where they now belong,
// the others are left alone.

import type { Agent } from '../bindings/Agent';
import type { Turns } from './floor.svelte';

export interface Ordering {
  fits: (agent: Agent) => boolean;
  /** Never 0 for two different agents. */
  compare: (a: Agent, b: Agent) => number;
}

/** When more than this share changed, sorting anew is cheaper than inserting. */
const MANY = 1 / 8;

/** The extensions of all that fit, in order. */
export function ordered(agents: Iterable<Agent>, { fits, compare }: Ordering): string[] {
  return [...agents]
    .filter(fits)
    .sort(compare)
    .map(({ extension }) => extension);
}

/**
 * `order` after `turns`; `order` itself if nothing moved, came or went. `agent` finds everybody as they are now.
 */
export function reordered(
  order: string[],
  turns: Turns,
  agent: (extension: string) => Agent | undefined,
  { fits, compare }: Ordering,
): string[] {
  const left = new Set<string>();
  const come: Agent[] = [];
  for (const [extension, { was, is }] of turns) {
    const stood = was && fits(was) ? was : undefined;
    const stands = is && fits(is) ? is : undefined;
    if (stood && stands && compare(stood, stands) === 0) continue;
    if (stood) left.add(extension);
    if (stands) come.push(stands);
  }
  if (left.size === 0 && come.length === 0) return order;
  const rest = left.size === 0 ? [...order] : order.filter((extension) => !left.has(extension));
  const known = (extension: string) => agent(extension)!;
  if (come.length > rest.length * MANY) return ordered([...rest.map(known), ...come], { fits, compare });
  for (const one of come) rest.splice(placeOf(one, rest, known, compare), 0, one.extension);
  return rest;
}

/** Where `one` belongs: binary search. */
function placeOf(
  one: Agent,
  order: string[],
  agent: (extension: string) => Agent,
  compare: Ordering['compare'],
): number {
  let [from, to] = [0, order.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (compare(agent(order[middle]!), one) < 0) from = middle + 1;
    else to = middle;
  }
  return from;
}
