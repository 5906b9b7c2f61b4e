// What people call the recordings that they asked for: the PBX has a number for each.

import type { HistoryCall } from '../bindings/HistoryCall';
import { pastName } from './past.svelte';

export class Played {
  #names = new Map<string, string>();

  remember(recording: string, call: HistoryCall) {
    this.#names.set(recording, pastName(call));
  }

  /** With whom the call was that it is of; the number of the PBX if nobody knows. */
  nameOf(recording: string): string {
    return this.#names.get(recording) || recording;
  }
}
