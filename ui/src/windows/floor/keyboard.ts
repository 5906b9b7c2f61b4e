// The keyboard of the floor's window: plain keys mean the colleague who is chosen.

import type { Agent } from '../../bindings/Agent';
import type { Intent } from '../../bindings/Intent';
import { deedsFor, type Deed, type DeedName } from '../../features/floor/deeds';
import { isFree, shortcutOf } from '../../state/keys';
import { listening, type Supervising } from '../../state/supervising.svelte';

interface Keyboard {
  chosen: () => Agent | undefined;
  supervising: Supervising;
  /** Chooses another colleague; says whether the key means that. */
  step: (key: string) => boolean;
  focusSearch: () => void;
  ondeed: (deed: Deed) => void;
  act: (intent: Intent) => void;
}

const DEEDS: Record<string, DeedName> = {
  Enter: 'spy',
  NumpadEnter: 'spy',
  KeyW: 'whisper',
  KeyB: 'barge',
  KeyP: 'pick_up',
  KeyC: 'call',
};

export function keyboard(window: Keyboard): (event: KeyboardEvent) => void {
  const { supervising } = window;

  /** What the key would have done to the one who is chosen; nothing if it makes no sense with them. */
  function deed(code: string): Deed | undefined {
    const agent = window.chosen();
    const name = DEEDS[code];
    return agent && deedsFor(agent, supervising.powers, supervising.now).find(({ deed }) => deed === name);
  }

  function plain(event: KeyboardEvent): (() => void) | undefined {
    if (event.code === 'Escape' || event.code === 'KeyS') {
      const { now } = supervising;
      return now ? () => window.act({ type: 'stop_supervising', extension: now.extension }) : undefined;
    }
    if (event.code === 'Slash') return window.focusSearch;
    // Enter on a button is the button's.
    if (event.code.endsWith('Enter') && event.target instanceof Element && event.target.closest('button')) return;
    const meant = deed(event.code);
    return meant && (() => window.ondeed(meant));
  }

  return (event) => {
    if (event.defaultPrevented) return;
    if (isFree(event) && window.step(event.key)) return event.preventDefault();
    if (event.repeat) return;
    const meaning = meaningOf(event);
    if (!meaning) return;
    event.preventDefault();
    meaning();
  };

  function meaningOf(event: KeyboardEvent): (() => void) | undefined {
    if (shortcutOf(event) === 'help_listen') {
      const intent = listening(supervising);
      return intent && (() => window.act(intent));
    }
    if (event.code === 'KeyF' && event.ctrlKey) return window.focusSearch;
    return isFree(event) && !event.shiftKey ? plain(event) : undefined;
  }
}
