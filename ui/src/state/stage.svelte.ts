// What is open on the stage of calls. It is the window's alone: the desk does not know and need not.

import type { Call } from '../bindings/Call';

export type Panel = 'digits' | 'transfer';

export class Stage {
  /** The panel that is open, and for which call. */
  open = $state.raw<{ call: string; panel: Panel } | null>(null);
  /** Digits sent, by call. */
  sent = $state<Record<string, string>>({});
  /** A call on hold whose card is shown in full. */
  expanded = $state<string | null>(null);

  toggle(call: string, panel: Panel) {
    this.open = this.isOpen(call, panel) ? null : { call, panel };
  }

  isOpen(call: string, panel: Panel): boolean {
    return this.open?.call === call && this.open.panel === panel;
  }

  close() {
    this.open = null;
  }

  remember(call: string, digits: string) {
    this.sent[call] = (this.sent[call] ?? '') + digits;
  }

  /** Forgets what belonged to calls that are gone. */
  follow(calls: Call[]) {
    const up = new Set(calls.filter(({ state }) => state !== 'ended').map(({ id }) => id));
    if (this.open && !up.has(this.open.call)) this.open = null;
    if (this.expanded && !up.has(this.expanded)) this.expanded = null;
    for (const id of Object.keys(this.sent)) if (!up.has(id)) delete this.sent[id];
  }
}
