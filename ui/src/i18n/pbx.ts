// Words of the PBX's page in the settings.

import type { CallbackLine } from '../bindings/CallbackLine';
import type { EventManager } from '../bindings/EventManager';
import type { Powers } from '../bindings/Powers';
import { m } from './compiled/messages';

const POWER: Record<keyof Powers, () => string> = {
  spy: m.pbx_settings_spy,
  whisper: m.pbx_settings_whisper,
  barge: m.pbx_settings_barge,
  pick_up: m.pbx_settings_pick_up,
  play_recording: m.pbx_settings_play_recording,
  pause: m.pbx_settings_pause,
  ask_help: m.pbx_settings_ask_help,
  floor: m.pbx_settings_see_floor,
};

/** In the order in which they are listed. */
export const POWERS = Object.keys(POWER) as (keyof Powers)[];
export const powerWord = (power: keyof Powers) => POWER[power]();

const SOURCE: Record<string, () => string> = {
  ami: m.pbx_settings_source_ami,
  dialogs: m.pbx_settings_source_dialogs,
  events: m.pbx_settings_source_events,
};

/** From where the floor is known. */
export function sourceWords(sources: string[]): string {
  return sources.map((source) => SOURCE[source]?.() ?? source).join(', ') || m.pbx_settings_source_none();
}

/** By which of its doors the PBX is spoken to: the desk tells what it can do there, and that gives the door away. */
export function driverWord(manager: EventManager | undefined, powers: Powers, places: boolean): string {
  if (manager) return m.pbx_settings_ami();
  if (places) return m.pbx_settings_http();
  const { spy, whisper, barge, pick_up, play_recording, pause } = powers;
  const codes = [spy, whisper, barge, pick_up, play_recording, pause].some(({ allowed }) => allowed);
  return codes ? m.pbx_settings_codes() : m.pbx_settings_none();
}

/** Whether the line calls back. */
export function lineWord({ configured, enabled, trouble }: CallbackLine): string {
  if (!configured) return m.line_none();
  if (!enabled) return m.line_off();
  return trouble ? m.line_stands_still() : m.line_works();
}
