// The keyboard of the whole window.

import type { Call } from '../../bindings/Call';
import type { Intent } from '../../bindings/Intent';
import { currentCall, isAnswered, isIncoming } from '../../state/call';
import { isFree, shortcutOf, type Shortcut } from '../../state/keys';
import { asciiDigits, startsNumber } from '../../state/number';
import type { Panel, Stage } from '../../state/stage.svelte';

interface Keyboard {
  calls: () => Call[];
  stage: Stage;
  act: (intent: Intent) => void;
  focusDial: () => void;
  typeToDial: (key: string) => void;
  help: () => void;
}

export function keyboard(window: Keyboard): (event: KeyboardEvent) => void {
  const incoming = () => window.calls().find(isIncoming);
  const current = () => currentCall(window.calls());
  const spoken = () => {
    const call = current();
    return call && isAnswered(call) ? call : undefined;
  };

  function toggle(panel: Panel) {
    const call = spoken();
    if (call) window.stage.toggle(call.id, panel);
  }

  const meanings: Record<Shortcut, () => void> = {
    answer: () => on(incoming(), ({ id }) => window.act({ type: 'answer', call: id })),
    decline: () => on(incoming(), ({ id }) => window.act({ type: 'decline', call: id })),
    busy: () => on(incoming(), ({ id }) => window.act({ type: 'decline', call: id, reason: 'busy' })),
    mute: () => on(spoken(), ({ id, muted }) => window.act({ type: muted ? 'unmute' : 'mute', call: id })),
    hold: () =>
      on(spoken(), ({ id, held_by }) => window.act({ type: held_by.includes('local') ? 'resume' : 'hold', call: id })),
    hang_up: () => on(current(), ({ id }) => window.act({ type: 'hang_up', call: id })),
    digits: () => toggle('digits'),
    transfer: () => toggle('transfer'),
    dial: window.focusDial,
    help: window.help,
  };

  return (event) => {
    if (event.defaultPrevented || event.repeat) return;
    const shortcut = shortcutOf(event);
    if (shortcut) {
      event.preventDefault();
      meanings[shortcut]();
    } else if (isFree(event) && window.stage.open?.panel !== 'digits') {
      const key = asciiDigits(event.key);
      if (!startsNumber(key)) return;
      event.preventDefault();
      window.typeToDial(key);
    }
  };
}

function on(call: Call | undefined, then: (call: Call) => void) {
  if (call) then(call);
}
