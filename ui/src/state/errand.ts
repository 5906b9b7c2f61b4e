// Calls that were made for a purpose: to listen to a colleague, to hear a recording, to take a call that rang elsewhere.

import type { Call } from '../bindings/Call';
import type { Errand } from './supervising.svelte';

type Errands = Record<string, Errand>;

/** Calls as people know them: somebody at the other end. A call that was picked up is one. */
export function ordinary(calls: Call[], errands: Errands): Call[] {
  return calls.filter(({ id }) => !(id in errands) || errands[id]?.kind === 'pick_up');
}

/** Calls that play recordings, and are not over. */
export function playing(calls: Call[], errands: Errands): Call[] {
  return calls.filter(({ id, state }) => errands[id]?.kind === 'play_recording' && state !== 'ended');
}
