// Sentences for the stable codes of the desk. The tests see to it that every code has one in every language.

import type { Call } from '../bindings/Call';
import type { Direction } from '../bindings/Direction';
import type { Ended } from '../bindings/Ended';
import type { Registration } from '../bindings/Registration';
import type { Trouble } from '../bindings/Trouble';
import type { Refusal } from '../host';
import { m } from './compiled/messages';

type Sentence = (inputs: { direction: Direction }) => string;

const ENDED: Record<Ended['reason'], Sentence> = {
  hung_up: m.ended_hung_up,
  remote_hung_up: m.ended_remote_hung_up,
  declined: m.ended_declined,
  busy: m.ended_busy,
  no_answer: m.ended_no_answer,
  cancelled: m.ended_cancelled,
  not_found: m.ended_not_found,
  answered_elsewhere: m.ended_answered_elsewhere,
  unreachable: m.ended_unreachable,
  rejected: m.ended_rejected,
  media_lost: m.ended_media_lost,
  failed: m.ended_failed,
};

const OUTCOME: Record<Ended['reason'], () => string> = {
  hung_up: m.outcome_hung_up,
  remote_hung_up: m.outcome_remote_hung_up,
  declined: m.outcome_declined,
  busy: m.outcome_busy,
  no_answer: m.outcome_no_answer,
  cancelled: m.outcome_cancelled,
  not_found: m.outcome_not_found,
  answered_elsewhere: m.outcome_answered_elsewhere,
  unreachable: m.outcome_unreachable,
  rejected: m.outcome_rejected,
  media_lost: m.outcome_media_lost,
  failed: m.outcome_failed,
};

const REGISTRATION: Record<Registration, () => string> = {
  registered: m.registration_registered,
  registering: m.registration_registering,
  unregistered: m.registration_unregistered,
  failed: m.registration_failed,
};

/** Why a call ended. */
export function endedSentence(reason: Ended['reason'], direction: Direction): string {
  return (ENDED[reason] ?? ENDED.failed)({ direction });
}

/** The same in a word or two, for a list. */
export function outcomeWord(reason: Ended['reason']): string {
  return (OUTCOME[reason] ?? OUTCOME.failed)();
}

/** The word for where a registration stands. */
export function registrationWord(registration: Registration): string {
  return REGISTRATION[registration]();
}

/** Why a registration, a call by the PBX or the callback line failed. */
export function troubleSentence(trouble: Trouble): string {
  return byCode('trouble', trouble.code, trouble.detail);
}

/** Why the PBX did not do what it was asked beside placing calls: the same code then has another remedy. */
export function orderTrouble(trouble: Trouble): string {
  return byCode('order', trouble.code, trouble.detail);
}

/** Why the desk said no. */
export function refusalSentence(refusal: Refusal): string {
  return byCode('refusal', refusal.code, refusal.detail);
}

/** What the desk wants the agent to know: something that happened, or why it said no to what was asked elsewhere. */
export function noticeSentence(code: string, detail: string): string {
  return byCode('notice', code, detail);
}

/** Where a call stands. */
export function stateSentence(call: Call): string {
  switch (call.state) {
    case 'dialing':
      return m.state_dialing();
    case 'ringing':
      return m.state_ringing({ direction: call.direction });
    case 'early':
      return m.state_early();
    case 'active':
      return call.in_conference ? m.state_conference() : call.muted ? m.muted() : m.state_active();
    case 'held':
      return heldSentence(call);
    case 'ending':
      return m.state_ending();
    case 'ended':
      return m.state_ended();
  }
}

function heldSentence(call: Call): string {
  const [local, remote] = [call.held_by.includes('local'), call.held_by.includes('remote')];
  if (local && remote) return m.state_held_both();
  return remote ? m.state_held_remote() : m.state_held_local();
}

export type Kind = 'trouble' | 'order' | 'refusal' | 'notice';

/** A code may travel on as another kind: what is refused now is told later as a trouble or a notice. */
const KINDS: Record<Kind, Kind[]> = {
  trouble: ['trouble', 'order', 'refusal'],
  order: ['order', 'trouble', 'refusal'],
  refusal: ['refusal', 'order'],
  notice: ['notice', 'order', 'refusal', 'trouble'],
};

/** The sentence of a code, if there is one. */
export function sentenceOf(kind: Kind, code: string): (() => string) | undefined {
  const all = m as unknown as Record<string, (() => string) | undefined>;
  return KINDS[kind].map((kind) => all[`${kind}_${code}`]).find(Boolean);
}

/** A newer desk may have codes we do not know: then its own English sentence is better than none. */
function byCode(kind: Kind, code: string, detail: string): string {
  return sentenceOf(kind, code)?.() ?? detail ?? code;
}
