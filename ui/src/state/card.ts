// What a caller card is, in the words the windows ask.

import type { Call } from '../bindings/Call';
import type { Card } from '../bindings/Card';

/** Whom a card or a call headlines. */
export interface Who {
  /** Empty if nobody knows. */
  name: string;
  /** As people write it; empty if withheld. */
  number: string;
}

export function whoIs(card: Card): Who {
  return { name: card.name?.trim() ?? '', number: card.number_shown || card.number };
}

/** The same for a call, which may have a card that knows more. */
export function whoCalls(call: Call, card: Card | undefined): Who {
  const known = card && whoIs(card);
  return { name: known?.name || (call.peer.name?.trim() ?? ''), number: known?.number || call.peer.number };
}

/** What is written large. */
export function headline({ name, number }: Who): string {
  return name || number;
}

/** The agent's desk phone rings, or another of their telephones. */
export function ringsElsewhere({ state, direction, call, extension }: Card): boolean {
  return state === 'ringing' && direction === 'inbound' && call === null && extension !== '';
}

export function cardOf(call: Call, cards: Card[]): Card | undefined {
  return cards.find(({ id }) => id === call.card) ?? cards.find((card) => card.call === call.id);
}

/** Something is left to do or to read on a card whose call is over: its work, or what came of it. */
export function isWorkedOn({ wrap_up, note, disposition }: Card): boolean {
  return wrap_up !== null || note !== '' || disposition !== null;
}

/**
 * Cards that stand by themselves. The others are shown with their call: while it is up, and where nothing is left to do,
 * while its end is.
 */
export function standing(cards: Card[], calls: Call[]): Card[] {
  return cards.filter((card) => {
    const call = calls.find((call) => call.card === card.id || call.id === card.call);
    if (!call) return true;
    return call.state === 'ended' && isWorkedOn(card);
  });
}

/** The card that the agent works on: of the call that is up, else the one whose work is not done, as the desk chooses. */
export function current(cards: Card[]): Card | undefined {
  return cards.find(({ state }) => state === 'active') ?? cards.find(({ wrap_up }) => wrap_up !== null);
}

/** When the oldest of the calls began that are not over; `Infinity` if all are. */
export function underWaySince(calls: Call[], cards: Card[]): number {
  const begun = [
    ...calls.filter(({ state }) => state !== 'ended').map(({ started_at }) => started_at),
    ...cards.filter(({ ended_at }) => ended_at === null).map(({ offered_at }) => offered_at),
  ];
  return Math.min(...begun.map((at) => Date.parse(at)));
}

/** Milliseconds it rang, they spoke, or they had spoken. */
export function cardMs({ offered_at, answered_at, ended_at }: Card, now: number): number {
  const to = ended_at ? Date.parse(ended_at) : now;
  return Math.max(0, to - Date.parse(answered_at ?? offered_at));
}

/** What is left of the work after the call; nothing if it has no end. */
export function leftMs({ wrap_up }: Card, now: number): number | undefined {
  return wrap_up?.ends_at ? Math.max(0, Date.parse(wrap_up.ends_at) - now) : undefined;
}
