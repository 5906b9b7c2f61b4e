// What a callback is, in the words the windows ask.
//
//     open, claimed ──due_at──► due ──a while──► overdue
//        │   ▲                   │
//        └───┴──── calling ◄─────┘        any of them ──► closed

import type { Callback } from '../bindings/Callback';
import { asciiDigits } from './number';

const MINUTE_MS = 60_000;
/** Whoever is called within that time was called when it was promised. */
const GRACE_MS = 5 * MINUTE_MS;

export type Section = 'due' | 'later' | 'closed';

export function isOpen({ state }: Callback): boolean {
  return state !== 'closed';
}

/** Its time has come. The desk says so, and the clock does where the desk has not yet. */
export function isDue(callback: Callback, now: number): boolean {
  return isOpen(callback) && (callback.is_due || Date.parse(callback.due_at) <= now);
}

export function isOverdue(callback: Callback, now: number): boolean {
  return isOpen(callback) && now - Date.parse(callback.due_at) >= GRACE_MS;
}

/** A colleague has taken it. */
export function isAnothers({ state, claimed_by, is_mine }: Callback): boolean {
  return state !== 'closed' && claimed_by !== null && !is_mine;
}

/** How many are due that no colleague sees to. */
export function dueCount(callbacks: Callback[], now: number): number {
  return callbacks.filter((callback) => isDue(callback, now) && !isAnothers(callback)).length;
}

/** Due ones with the longest due first, what comes later with the next first, and those closed today with the last first. */
export function sections(callbacks: Callback[], now: number): Record<Section, Callback[]> {
  const today = new Date(now).toDateString();
  const open = callbacks.filter(isOpen).sort((a, b) => time(a.due_at) - time(b.due_at));
  return {
    due: open.filter((callback) => isDue(callback, now)),
    later: open.filter((callback) => !isDue(callback, now)),
    closed: callbacks
      .filter(({ closed_at }) => closed_at !== null && new Date(closed_at).toDateString() === today)
      .sort((a, b) => time(b.closed_at!) - time(a.closed_at!)),
  };
}

/** Whether a search for `text` finds it, in any digits. */
export function speaksOf({ name, number, number_shown, queue, note }: Callback, text: string): boolean {
  const all = [name, number, number_shown, bare(number_shown), queue, note].join('\n').toLocaleLowerCase();
  const words = asciiDigits(text).toLocaleLowerCase().split(/\s+/);
  return words.every((word) => all.includes(word));
}

/** The open callback of whoever has this number: of the queue, if there are several. */
export function openOf(callbacks: Callback[], number: string, queue: string | null = null): Callback | undefined {
  const theirs = callbacks.filter((callback) => isOpen(callback) && isSameNumber(callback, number));
  return theirs.find((callback) => callback.queue === queue) ?? theirs[0];
}

function isSameNumber({ number, number_shown }: Callback, other: string): boolean {
  const digits = bare(other);
  return digits !== '' && (digits === bare(number) || digits === bare(number_shown));
}

function bare(number: string): string {
  return number.includes('@') ? number : asciiDigits(number).replace(/[^0-9a-z*#]/gi, '');
}

/** Whole minutes until it is due: begun ones count ahead, full ones behind. */
export function minutesLeft({ due_at }: Callback, now: number): number {
  const left = (time(due_at) - now) / MINUTE_MS;
  return left > 0 ? Math.ceil(left) : Math.ceil(left) || 0;
}

const time = (at: string) => Date.parse(at);
