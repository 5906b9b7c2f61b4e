// Promises to call back, and the line that calls back by itself.

import type { Callback } from '../bindings/Callback';
import type { CallbackLine } from '../bindings/CallbackLine';
import type { Change } from '../bindings/Change';
import type { Snapshot } from '../bindings/Snapshot';
import { withOne } from './lists';

export class Callbacks {
  /** Those that are open, and the last that were closed. */
  list = $state.raw<Callback[]>([]);
  line = $state.raw<CallbackLine>(noLine());

  /** Those that the agent was told are due, and has neither dealt with nor put aside; the oldest first. */
  told = $state.raw<string[]>([]);

  replace({ callbacks, callback_line }: Snapshot) {
    const kept = this.told.filter((told) => callbacks.some(({ id }) => id === told));
    this.told = [...kept, ...this.#unheard(callbacks).filter((id) => !kept.includes(id))];
    this.list = callbacks;
    this.line = callback_line;
  }

  apply(change: Change) {
    switch (change.type) {
      case 'callback_changed':
        this.list = withOne(this.list, change.callback, ({ id }) => id);
        break;
      case 'callback_removed':
        this.list = this.list.filter(({ id }) => id !== change.callback);
        this.putAside(change.callback);
        break;
      case 'callback_due':
        this.putAside(change.callback);
        this.told = [...this.told, change.callback];
        break;
      case 'callback_line_changed':
        this.line = change.callback_line;
        break;
    }
  }

  /** Those that became due while nobody listened, the oldest first. */
  #unheard(callbacks: Callback[]): string[] {
    const wasDue = new Set(this.list.filter(({ is_due }) => is_due).map(({ id }) => id));
    return callbacks
      .filter(({ id, is_due }) => is_due && !wasDue.has(id))
      .sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at))
      .map(({ id }) => id);
  }

  /** The agent has seen that it is due. */
  putAside(callback: string) {
    this.told = this.told.filter((told) => told !== callback);
  }
}

export function noLine(): CallbackLine {
  return { configured: false, enabled: false, trouble: null, calls: [], made_last_hour: 0, per_hour: 0 };
}
