// The keyboard of the pop-up, once the agent has clicked into it. The keys are those of the main window.

import type { Card } from '../../bindings/Card';
import type { CardRules } from '../../bindings/CardRules';
import type { Intent } from '../../bindings/Intent';
import { disposal } from '../../features/cards/work';
import { current } from '../../state/card';
import { placeOf, shortcutOf, type Shortcut } from '../../state/keys';

interface Keyboard {
  cards: () => Card[];
  rules: () => CardRules;
  act: (intent: Intent) => void;
}

export function keyboard({ cards, rules, act }: Keyboard): (event: KeyboardEvent) => void {
  const callIn = (state: Card['state']) => cards().find((card) => card.state === state && card.call)?.call;

  function meaning(shortcut: Shortcut | undefined): Intent | undefined {
    const [ringing, active] = [callIn('ringing'), callIn('active')];
    if (shortcut === 'answer' && ringing) return { type: 'answer', call: ringing };
    if (shortcut === 'decline' && ringing) return { type: 'decline', call: ringing };
    if (shortcut === 'busy' && ringing) return { type: 'decline', call: ringing, reason: 'busy' };
    if (shortcut === 'hang_up' && active) return { type: 'hang_up', call: active };
    return undefined;
  }

  function disposed(place: number | undefined): Intent | undefined {
    const card = current(cards());
    const disposition = place === undefined ? undefined : rules().dispositions[place];
    return card && disposition && disposal(card, disposition.code);
  }

  return (event) => {
    if (event.defaultPrevented || event.repeat) return;
    if (shortcutOf(event) === 'note') {
      event.preventDefault();
      document.querySelector<HTMLElement>('textarea')?.focus();
      return;
    }
    const intent = meaning(shortcutOf(event)) ?? disposed(placeOf(event));
    if (!intent) return;
    event.preventDefault();
    act(intent);
  };
}
