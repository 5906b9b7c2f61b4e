// Listening, picking up, recordings, help: what this desk asks of the PBX beside calls, and what is asked of it.

import type { Change } from '../bindings/Change';
import type { Help } from '../bindings/Help';
import type { HelpAsked } from '../bindings/HelpAsked';
import type { Intent } from '../bindings/Intent';
import type { Listener } from '../bindings/Listener';
import type { PbxOrder } from '../bindings/PbxOrder';
import type { Powers } from '../bindings/Powers';
import type { Presence } from '../bindings/Presence';
import type { Snapshot } from '../bindings/Snapshot';
import type { Supervision } from '../bindings/Supervision';
import { withFirst } from './lists';

/** Why there is a call that is not like the others. */
export type Errand = { kind: 'supervision' | 'pick_up' | 'play_recording'; subject: string };

export class Supervising {
  /** The colleague's call that this desk takes part in. */
  now = $state.raw<Supervision | null>(null);
  /** The newest first. */
  orders = $state.raw<PbxOrder[]>([]);
  powers = $state.raw<Powers>(noPowers());
  presence = $state.raw<Presence>({ state: 'available', reason: null, since: null, told: true });
  /** Colleagues who ask for it, the newest first. */
  help = $state.raw<Help[]>([]);
  /** What became of this agent's own wish for it. */
  helpAsked = $state.raw<HelpAsked | null>(null);
  /** Who listens to this agent. */
  listeners = $state.raw<Listener[]>([]);
  /** Calls that were made for a purpose, by id: an order goes before the call that it made. */
  errands = $state.raw<Record<string, Errand>>({});

  replace(snapshot: Snapshot) {
    this.errands = {};
    this.#supervise(snapshot.supervision);
    this.orders = snapshot.orders;
    snapshot.orders.forEach((order) => this.#note(order.call, order));
    this.powers = snapshot.powers;
    this.presence = snapshot.presence;
    this.help = snapshot.help;
    this.helpAsked = snapshot.help_asked;
    this.listeners = snapshot.listeners;
  }

  apply(change: Change) {
    switch (change.type) {
      case 'supervision_changed':
        return this.#supervise(change.supervision);
      case 'order_changed':
        this.orders = withFirst(this.orders, change.order, ({ id }) => id);
        return this.#note(change.order.call, change.order);
      case 'order_removed':
        this.orders = this.orders.filter(({ id }) => id !== change.order);
        return;
      case 'powers_changed':
        this.powers = change.powers;
        return;
      case 'presence_changed':
        this.presence = change.presence;
        return;
      case 'help_changed':
        this.help = withFirst(this.help, change.help, ({ id }) => id);
        return;
      case 'help_removed':
        this.help = this.help.filter(({ id }) => id !== change.help);
        return;
      case 'help_asked_changed':
        this.helpAsked = change.help_asked;
        return;
      case 'listeners_changed':
        this.listeners = change.listeners;
        return;
      case 'call_removed':
        if (change.call in this.errands) {
          const { [change.call]: _, ...rest } = this.errands;
          this.errands = rest;
        }
    }
  }

  #supervise(supervision: Supervision | null) {
    this.now = supervision;
    if (supervision) this.#note(supervision.call, { kind: 'supervision', subject: supervision.extension });
  }

  #note(call: string | null, { kind, subject }: Errand) {
    if (call && !(call in this.errands)) this.errands = { ...this.errands, [call]: { kind, subject } };
  }
}

/** Listening to whoever waits longest for help, if anybody does and one may. */
export function listening({ help, powers }: Pick<Supervising, 'help' | 'powers'>): Intent | undefined {
  const asked = help.at(-1);
  return asked && powers.spy.allowed ? { type: 'supervise', extension: asked.extension, mode: 'spy' } : undefined;
}

export function noPowers(): Powers {
  const no = { allowed: false, why: null };
  return {
    spy: no,
    whisper: no,
    barge: no,
    pick_up: no,
    play_recording: no,
    pause: no,
    ask_help: no,
    floor: no,
  };
}
