import type { Card } from '../../bindings/Card';
import type { Intent } from '../../bindings/Intent';

/** Says what came of a call; what was said already is taken back. */
export function disposal(card: Card, code: string): Intent {
  return { type: 'dispose', call: card.id, ...(card.disposition === code ? {} : { disposition: code }) };
}

/** There is something to write about: they spoke or speak. */
export function hasWork({ answered_at, wrap_up, note }: Card): boolean {
  return answered_at !== null || wrap_up !== null || note !== '';
}
