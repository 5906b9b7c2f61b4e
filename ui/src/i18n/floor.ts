// Sentences of the floor, of supervision, and of what else the PBX is asked to do.

import type { Agent } from '../bindings/Agent';
import type { AgentState } from '../bindings/AgentState';
import type { FloorState } from '../bindings/FloorState';
import type { Listener } from '../bindings/Listener';
import type { Peer } from '../bindings/Peer';
import type { PbxOrder } from '../bindings/PbxOrder';
import type { Presence } from '../bindings/Presence';
import type { Supervision } from '../bindings/Supervision';
import type { SupervisionMode } from '../bindings/SupervisionMode';
import type { Floor } from '../state/floor.svelte';
import type { FloorFilter } from '../state/floor_view.svelte';
import type { Played } from '../state/played';
import type { Errand } from '../state/supervising.svelte';
import { m } from './compiled/messages';
import { isolated, isolatedText } from './format';
import { orderTrouble } from './sentences';

const STATE: Record<AgentState, () => string> = {
  unknown: m.floor_state_unknown,
  not_registered: m.floor_state_not_registered,
  free: m.floor_state_free,
  ringing: m.floor_state_ringing,
  dialing: m.floor_state_dialing,
  talking: m.floor_state_talking,
  on_hold: m.floor_state_on_hold,
};

const FILTER: Record<FloorFilter, () => string> = {
  all: m.floor_filter_all,
  in_call: m.floor_filter_in_call,
  ringing: m.floor_filter_ringing,
  free: m.floor_filter_free,
  paused: m.floor_filter_paused,
  off: m.floor_filter_off,
};

const MODE: Record<SupervisionMode, { word: () => string; verb: () => string }> = {
  spy: { word: m.supervision_spy, verb: m.floor_listen },
  whisper: { word: m.supervision_whisper, verb: m.floor_whisper },
  barge: { word: m.supervision_barge, verb: m.floor_barge },
};

export const agentStateWord = (state: AgentState) => STATE[state]();
export const filterWord = (filter: FloorFilter) => FILTER[filter]();
/** `Listening`. */
export const modeWord = (mode: SupervisionMode) => MODE[mode].word();
/** `Listen`. */
export const modeVerb = (mode: SupervisionMode) => MODE[mode].verb();

/** A colleague in the middle of a sentence. */
export function agentName({ name, extension }: Pick<Agent, 'name' | 'extension'>): string {
  return name?.trim() ? isolatedText(name) : isolated(extension);
}

/** What people call the colleague or the recording that an errand is about. */
export function errandName(errand: Errand | undefined, floor: Floor, played: Played): string {
  if (!errand) return '';
  const { kind, subject } = errand;
  if (kind === 'play_recording') return isolatedText(played.nameOf(subject));
  return agentName(floor.agent(subject) ?? { name: null, extension: subject });
}

/** The other party: as much as is known of them. */
export function partyName({ name, number }: Peer): string {
  if (name?.trim()) return isolatedText(name);
  return number ? isolated(number) : m.unknown_caller();
}

/** Why what is shown may not hold. */
export function staleSentence({ trouble }: FloorState): string {
  return trouble ? m.floor_stale_because({ sentence: orderTrouble(trouble) }) : m.floor_stale_unknown();
}

export function pausedWord({ reason }: NonNullable<Agent['paused']>): string {
  return reason ? m.floor_paused_because({ reason: isolatedText(reason) }) : m.floor_paused();
}

/** What this desk is in a colleague's call, in a word; never more than is so. */
export function supervisionHeadline({ state, mode }: Supervision, rings: boolean): string {
  switch (state) {
    case 'asked':
      return m.supervision_asked();
    case 'connecting':
      return rings ? m.supervision_rings() : m.supervision_connecting();
    case 'active':
      return modeWord(mode);
    case 'ending':
      return m.supervision_ending();
    case 'failed':
      return m.supervision_failed();
  }
}

/** Who hears this desk. */
export function heardSentence({ state, mode, heard, trouble }: Supervision, agent: string): string {
  if (state === 'failed') return trouble ? orderTrouble(trouble) : '';
  if (state !== 'active') return m.supervision_not_yet();
  if (mode === 'spy') return heard ? m.supervision_overheard() : m.supervision_spy_heard();
  if (!heard) return m.supervision_unheard();
  return mode === 'whisper' ? m.supervision_whisper_heard({ name: agent }) : m.supervision_barge_heard();
}

/** Who listens to this agent, and how. */
export function listenerSentence({ by, mode }: Listener): string {
  const who = isolated(by);
  if (mode === 'whisper') return m.supervision_listener_whisper({ by: who });
  return mode === 'barge' ? m.supervision_listener_barge({ by: who }) : m.supervision_listener_spy({ by: who });
}

/** Where an order stands; nothing once what was wanted is so. */
export function orderSentence({ kind, state }: PbxOrder, name: string): string | undefined {
  const [asked, connecting, failed] =
    kind === 'pick_up'
      ? [m.floor_pick_up_asked, m.floor_pick_up_connecting, m.floor_pick_up_failed]
      : [m.recording_asked, m.recording_connecting, m.recording_failed];
  if (state === 'asked') return asked({ name });
  if (state === 'connecting') return connecting({ name });
  return state === 'failed' ? failed({ name }) : undefined;
}

export function presenceWord({ state, reason }: Presence): string {
  if (state === 'available') return m.presence_available();
  return reason ? reason : m.presence_away();
}
