// What a call is, in the words the window asks.

import type { Call } from '../bindings/Call';
import type { Direction } from '../bindings/Direction';
import type { Peer } from '../bindings/Peer';

/** It rings here and waits for the agent. */
export function isIncoming(call: Call): boolean {
  return call.direction === 'inbound' && call.state === 'ringing';
}

/** Who called whom: what the PBX was asked to dial goes out, though the PBX rings here to place it. */
export function directionOf({ direction, origination }: Call): Direction {
  return origination === null ? direction : 'outbound';
}

export function isEnded(call: Call): boolean {
  return call.state === 'ended';
}

/** Answered and not yet over. */
export function isAnswered(call: Call): boolean {
  return call.state === 'active' || call.state === 'held';
}

/** What a card headlines: the name if there is one, else the number. */
export function nameOf(peer: Peer): string {
  return peer.name?.trim() || peer.number;
}

/** `crm.example` of `https://crm.example`. */
export function siteOf(origin: string): string {
  return origin.replace(/^https?:\/\//, '');
}

/** Milliseconds since the answer, or since the start while there is none. */
export function runningMs(call: Call, now: number): number {
  const from = Date.parse(call.answered_at ?? call.started_at);
  const to = call.ended ? Date.parse(call.ended.at) : now;
  return Math.max(0, to - from);
}

/** The call that the keyboard means: the one being spoken on, else one on its way, else one on hold. */
export function currentCall(calls: Call[]): Call | undefined {
  const mine = calls.filter((call) => !isIncoming(call) && !isEnded(call));
  return mine.find(({ state }) => state === 'active') ?? mine.find(({ state }) => state !== 'held') ?? mine[0];
}

/** MOS to bars: 4.0 and more is what people call good (ITU-T G.107 annex B), below 2.6 nearly all complain. */
export function barsOf(mos: number): 0 | 1 | 2 | 3 | 4 {
  if (mos >= 4.0) return 4;
  if (mos >= 3.6) return 3;
  if (mos >= 3.1) return 2;
  if (mos >= 2.6) return 1;
  return 0;
}
