// Sentences of callbacks, and of the line that calls back by itself.

import type { AttemptResult } from '../bindings/AttemptResult';
import type { Callback } from '../bindings/Callback';
import type { CallbackOutcome } from '../bindings/CallbackOutcome';
import type { CallbackReason } from '../bindings/CallbackReason';
import type { LineState } from '../bindings/LineState';
import { isAnothers, isDue, isOverdue, minutesLeft, type Section } from '../state/callback';
import { daysAhead } from '../state/later';
import { counted } from './clicks';
import { m } from './compiled/messages';
import { hourMinute, isolated, isolatedText, span, when } from './format';

const REASON: Record<CallbackReason, () => string> = {
  missed: m.callback_reason_missed,
  abandoned: m.callback_reason_abandoned,
  promised: m.callback_reason_promised,
  requested: m.callback_reason_requested,
};

const RESULT: Record<AttemptResult, () => string> = {
  calling: m.callback_result_calling,
  answered: m.callback_result_answered,
  no_answer: m.callback_result_no_answer,
  busy: m.callback_result_busy,
  failed: m.callback_result_failed,
  interrupted: m.callback_result_interrupted,
};

const OUTCOME: Record<CallbackOutcome, () => string> = {
  reached: m.callback_outcome_reached,
  reached_elsewhere: m.callback_outcome_reached_elsewhere,
  gave_up: m.callback_outcome_gave_up,
  cancelled: m.callback_outcome_cancelled,
};

const SECTION: Record<Section, () => string> = {
  due: m.callback_section_due,
  later: m.callback_section_later,
  closed: m.callback_section_closed,
};

const LINE: Record<LineState, () => string> = {
  waiting: m.line_state_waiting,
  calling: m.line_state_calling,
  dialling: m.line_state_dialling,
  handing_on: m.line_state_handing_on,
  done: m.line_state_done,
  refused: m.line_state_refused,
  failed: m.line_state_failed,
};

export const reasonWord = (reason: CallbackReason) => REASON[reason]();
export const resultWord = (result: AttemptResult) => RESULT[result]();
export const callbackOutcomeWord = (outcome: CallbackOutcome) => OUTCOME[outcome]();
export const sectionWord = (section: Section) => SECTION[section]();
export const lineStateWord = (state: LineState) => LINE[state]();

/** Whom to call back, in the middle of a sentence. */
export function calleeName({ name, number_shown }: Pick<Callback, 'name' | 'number_shown'>): string {
  return name?.trim() ? isolatedText(name) : isolated(number_shown);
}

/** How its time stands. */
export function dueWord(callback: Callback, now: number): string {
  if (callback.state === 'closed') return callback.outcome ? callbackOutcomeWord(callback.outcome) : '';
  if (callback.state === 'calling') return m.callback_calling();
  if (isOverdue(callback, now)) return m.callback_overdue({ time: span(-minutesLeft(callback, now)) });
  if (isDue(callback, now)) return m.callback_due_now();
  return m.callback_due_in({ time: span(minutesLeft(callback, now)) });
}

/** `today at 15:30`, for the end of a sentence. */
export function dayTime(at: Date, now: number): string {
  const days = daysAhead(at, now);
  if (days === 0) return m.callback_today_at({ time: isolated(hourMinute(at)) });
  if (days === 1) return m.callback_tomorrow_at({ time: isolated(hourMinute(at)) });
  return when(at.toISOString(), new Date(now).toDateString());
}

/** Who has taken it; nothing if nobody has. */
export function takenWord(callback: Callback): string | undefined {
  if (isAnothers(callback)) return m.callback_taken_by({ by: isolated(callback.claimed_by ?? '') });
  return callback.is_mine && callback.state !== 'closed' ? m.callback_taken_mine() : undefined;
}

/** `2 attempts, last: no answer`; nothing if there was none. */
export function attemptsSentence({ attempts }: Callback): string | undefined {
  const last = attempts.at(-1);
  return last && m.callback_attempts({ ...counted(attempts.length), result: resultWord(last.result) });
}

/** What was promised to whoever is on the card. */
export function promiseSentence(callback: Callback, now: number): string {
  const at = dayTime(new Date(callback.due_at), now);
  if (isAnothers(callback)) return m.callback_promise_theirs({ by: isolated(callback.claimed_by ?? ''), when: at });
  if (callback.is_mine && callback.reason === 'promised') return m.callback_promise_yours({ when: at });
  return m.callback_promise_open({ when: at });
}
