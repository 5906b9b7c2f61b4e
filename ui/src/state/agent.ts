// What a colleague is, in the words the windows ask.

import type { Agent } from '../bindings/Agent';
import type { Help } from '../bindings/Help';
import type { Power } from '../bindings/Power';
import type { Powers } from '../bindings/Powers';
import type { Queue } from '../bindings/Queue';

/** One could listen to them. */
export function isInCall({ state }: Agent): boolean {
  return state === 'talking' || state === 'on_hold';
}

/** Their name if anybody knows it, else the extension. */
export function calledBy({ name, extension }: Pick<Agent, 'name' | 'extension'>): string {
  return name?.trim() || extension;
}

export function helpOf(extension: string, help: Help[]): Help | undefined {
  return help.find((asked) => asked.extension === extension);
}

/** How long somebody has done what they do; nothing if nobody saw it begin. */
export function sinceMs(since: string | null, now: number): number | undefined {
  return since === null ? undefined : Math.max(0, now - Date.parse(since));
}

/** How long whoever waits longest has. */
export function longestWaitMs({ waiting }: Queue, now: number): number | undefined {
  return sinceMs(waiting[0]?.since ?? null, now);
}

/** A button for it is shown: it can be done, or it is worth telling why not. */
export function isOffered({ allowed, why }: Power): boolean {
  return allowed || (why !== null && why.code !== 'pbx_not_set_up');
}

/** The PBX takes orders by its manager interface: nothing is left over for which no PBX is set up. */
export function hasManager({ spy, whisper, barge, pick_up, play_recording, pause }: Powers): boolean {
  return [spy, whisper, barge, pick_up, play_recording, pause].every(isOffered);
}
