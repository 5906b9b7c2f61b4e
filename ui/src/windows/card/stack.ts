// Which cards the pop-up holds, and in what order.

import type { Card } from '../../bindings/Card';
import type { CardRules } from '../../bindings/CardRules';

/** As many are shown; the rest are counted. */
export const AT_MOST = 3;

/** The agent has, or has just had, something to do with it. The shell goes by the same: see `is_current` in its popup.rs. */
export function isCurrent(card: Card, rules: CardRules): boolean {
  if (card.direction !== 'inbound') return false;
  if (card.state !== 'ended') return true;
  return card.outcome === 'answered' && (card.wrap_up !== null || rules.wrap_up === 'off');
}

/** Whoever waits for an answer first, then who is spoken to, then the work after a call; the newest before the others. */
export function stack(cards: Card[], rules: CardRules): Card[] {
  const current = cards.filter((card) => isCurrent(card, rules));
  return current.sort((a, b) => RANK[a.state] - RANK[b.state] || b.offered_at.localeCompare(a.offered_at));
}

const RANK: Record<Card['state'], number> = { ringing: 0, active: 1, ended: 2, taken: 3 };
