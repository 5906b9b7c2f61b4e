// The keyboard of the whole window.

import type { Call } from '../../bindings/Call';
import type { Card } from '../../bindings/Card';
import type { CardRules } from '../../bindings/CardRules';
import type { Intent } from '../../bindings/Intent';
import { disposal, hasWork } from '../../features/cards/work';
import { currentCall, isAnswered, isIncoming } from '../../state/call';
import { current } from '../../state/card';
import { ordinary, playing } from '../../state/errand';
import { isFree, opensFloor, placeOf, shortcutOf, type Shortcut } from '../../state/keys';
import { asciiDigits, startsNumber } from '../../state/number';
import type { Panel, Stage } from '../../state/stage.svelte';
import { listening, type Supervising } from '../../state/supervising.svelte';

interface Keyboard {
  calls: () => Call[];
  cards: () => Card[];
  rules: () => CardRules;
  supervising: Supervising;
  stage: Stage;
  act: (intent: Intent) => void;
  focusDial: () => void;
  focusPrompt: () => void;
  focusNote: (card: Card) => void;
  openCallbacks: () => void;
  typeToDial: (key: string) => void;
  openFloor: () => void;
  help: () => void;
}

export function keyboard(window: Keyboard): (event: KeyboardEvent) => void {
  const { supervising } = window;
  const calls = () => ordinary(window.calls(), supervising.errands);
  const incoming = () => calls().find(isIncoming);
  const turnedTo = () => currentCall(calls());
  const spoken = () => {
    const call = turnedTo();
    return call && isAnswered(call) ? call : undefined;
  };

  function toggle(panel: Panel) {
    const call = spoken();
    if (call) window.stage.toggle(call.id, panel);
  }

  /** The card whose work is shown. */
  const worked = () => {
    const card = current(window.cards());
    return card && hasWork(card) ? card : undefined;
  };

  /** The result at that place is what came of the call. */
  function dispose(place: number) {
    const disposition = window.rules().dispositions[place];
    if (disposition) on(worked(), (card) => window.act(disposal(card, disposition.code)));
  }

  /** A conversation first; then what is only listened to. */
  function hangUp() {
    const call = turnedTo() ?? (supervising.now ? undefined : playing(window.calls(), supervising.errands)[0]);
    if (call) window.act({ type: 'hang_up', call: call.id });
    else if (supervising.now) window.act({ type: 'stop_supervising', extension: supervising.now.extension });
  }

  function askHelp() {
    const canAsk = supervising.powers.ask_help.allowed && supervising.helpAsked === null;
    if (canAsk) on(spoken(), ({ id }) => window.act({ type: 'ask_help', call: id }));
  }

  const meanings: Record<Shortcut, () => void> = {
    answer: () => on(incoming(), ({ id }) => window.act({ type: 'answer', call: id })),
    decline: () => on(incoming(), ({ id }) => window.act({ type: 'decline', call: id })),
    busy: () => on(incoming(), ({ id }) => window.act({ type: 'decline', call: id, reason: 'busy' })),
    mute: () => on(spoken(), ({ id, muted }) => window.act({ type: muted ? 'unmute' : 'mute', call: id })),
    hold: () =>
      on(spoken(), ({ id, held_by }) => window.act({ type: held_by.includes('local') ? 'resume' : 'hold', call: id })),
    hang_up: hangUp,
    digits: () => toggle('digits'),
    transfer: () => toggle('transfer'),
    dial: window.focusDial,
    prompt: window.focusPrompt,
    note: () => on(worked(), window.focusNote),
    callbacks: window.openCallbacks,
    help_ask: askHelp,
    help_listen: () => on(listening(supervising), window.act),
    help: window.help,
  };

  return (event) => {
    if (event.defaultPrevented || event.repeat) return;
    const shortcut = shortcutOf(event);
    if (shortcut) {
      event.preventDefault();
      meanings[shortcut]();
    } else if (opensFloor(event)) {
      event.preventDefault();
      window.openFloor();
    } else if (placeOf(event) !== undefined) {
      event.preventDefault();
      dispose(placeOf(event)!);
    } else if (isFree(event) && window.stage.open?.panel !== 'digits') {
      const key = asciiDigits(event.key);
      if (!startsNumber(key)) return;
      event.preventDefault();
      window.typeToDial(key);
    }
  };
}

function on<T>(thing: T | undefined, then: (thing: T) => void) {
  if (thing) then(thing);
}
