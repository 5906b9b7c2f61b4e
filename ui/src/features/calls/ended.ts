import type { Call } from '../../bindings/Call';

/** A conversation that ended as conversations do needs no reading; a call that failed does, as long as the desk keeps it. */
const USUAL = ['hung_up', 'remote_hung_up', 'cancelled', 'declined', 'answered_elsewhere'];
const USUAL_SHOWN_MS = 6000;

export function isShown(call: Call, now: number): boolean {
  if (!call.ended) return false;
  return !USUAL.includes(call.ended.reason) || now - Date.parse(call.ended.at) < USUAL_SHOWN_MS;
}
