// Sentences of caller cards, and of calls that were.

import type { Card } from '../bindings/Card';
import type { CardOutcome } from '../bindings/CardOutcome';
import type { CardRules } from '../bindings/CardRules';
import type { Direction } from '../bindings/Direction';
import type { HistoryCall } from '../bindings/HistoryCall';
import { m } from './compiled/messages';
import { duration, isolated, isolatedText } from './format';

/** Where a card stands. Which telephone is told where it is not this one. */
export function cardSentence(card: Card): string {
  const elsewhere = card.call === null && card.extension ? isolated(card.extension) : undefined;
  switch (card.state) {
    case 'ringing':
      if (card.direction === 'inbound' && elsewhere) return m.card_ringing_at({ extension: elsewhere });
      return m.state_ringing({ direction: card.direction });
    case 'active':
      return elsewhere ? m.card_talking_at({ extension: elsewhere }) : m.state_active();
    case 'taken':
      return takenSentence(card.taken_by);
    case 'ended':
      if (card.outcome === 'answered' && card.taken_by) return m.card_moved({ to: isolatedText(card.taken_by) });
      return outcomeSentence(card.outcome ?? 'failed', card.direction, card.taken_by);
  }
}

/** How a call went. */
export function outcomeSentence(outcome: CardOutcome, direction: Direction, takenBy: string | null): string {
  switch (outcome) {
    case 'answered':
      return m.card_over();
    case 'missed':
      return m.card_missed({ direction });
    case 'taken':
      return takenSentence(takenBy);
    case 'busy':
      return m.card_busy({ direction });
    case 'failed':
      return m.card_failed();
  }
}

/** The same for a row of the history, which need not say that an answered call was one. */
export function pastSentence({ outcome, direction, taken_by, ended_at }: HistoryCall): string | undefined {
  if (outcome === 'answered') return undefined;
  if (outcome) return outcomeSentence(outcome, direction, taken_by);
  return ended_at ? undefined : m.history_under_way();
}

/** `support, waited 0:32`. */
export function queueSentence(queue: string, waitedMs: number | null): string {
  const name = isolatedText(queue);
  return waitedMs === null ? name : m.fact_queue_waited({ queue: name, time: duration(waitedMs) });
}

/** What the agent reads of a disposition; a code that the rules no longer have is better than nothing. */
export function dispositionLabel(code: string, rules: CardRules): string {
  return rules.dispositions.find((known) => known.code === code)?.label ?? code;
}

function takenSentence(by: string | null): string {
  return by ? m.card_taken_by({ by: isolatedText(by) }) : m.card_taken();
}
