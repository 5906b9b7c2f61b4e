// What the desk shows, kept current: one snapshot, then changes in the order of their numbers.
//
//     connecting ──snapshot──► live ──gap──► (ask for a snapshot) ──► live
//          └──────────────────── refused ──► lost ──(retry)──► live

import type { Account } from '../bindings/Account';
import type { Call } from '../bindings/Call';
import type { Change } from '../bindings/Change';
import type { Devices } from '../bindings/Devices';
import type { Done } from '../bindings/Done';
import type { HistoryEntry } from '../bindings/HistoryEntry';
import type { Intent } from '../bindings/Intent';
import type { Preferences } from '../bindings/Preferences';
import type { Snapshot } from '../bindings/Snapshot';
import { Refusal, type Host, type Message } from '../host';

export interface Levels {
  /** dBFS. */
  microphone: number;
  /** dBFS. */
  speaker: number;
}

export type Connection = 'connecting' | 'live' | 'lost';

/** The desk keeps as many; see `Snapshot.history`. */
const HISTORY_LENGTH = 500;
const RETRY_MS = 1000;
const SILENCE: Levels = { microphone: -100, speaker: -100 };

export class Desk {
  connection = $state<Connection>('connecting');
  accounts = $state.raw<Account[]>([]);
  calls = $state.raw<Call[]>([]);
  history = $state.raw<HistoryEntry[]>([]);
  devices = $state.raw<Devices>(noDevices());
  preferences = $state.raw<Preferences>({ language: 'system', do_not_disturb: false, secrets_in_file: false });
  practice = $state(false);
  levels = $state.raw<Levels>(SILENCE);

  /** Called for each notice; a notice is told once and not kept. */
  onnotice: (code: string, detail: string) => void = () => {};

  #host: Host;
  #seq = -1;
  #ahead: Change[] = [];
  #resyncing = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Listens first and asks then, so that nothing falls in between. */
  async connect(): Promise<() => void> {
    const stop = await this.#host.subscribe((message) => this.#receive(message));
    // A host that begins with a snapshot has spared us the question.
    if (this.#seq < 0) await this.#resync();
    return stop;
  }

  /** Asks for something. Rejects with a `Refusal`. */
  async ask(intent: Intent): Promise<Done> {
    try {
      return await this.#host.intent(intent);
    } catch (thrown) {
      throw Refusal.from(thrown);
    }
  }

  #receive(message: Message) {
    if ('snapshot' in message) return this.#replace(message.snapshot);
    // Levels are a stream of their own moment: a stale one is simply overwritten.
    if (message.type === 'levels') this.levels = { microphone: message.microphone, speaker: message.speaker };
    if (this.#resyncing || this.#seq < 0) {
      this.#ahead.push(message);
      return;
    }
    if (message.seq <= this.#seq) return;
    if (message.seq > this.#seq + 1) {
      this.#ahead.push(message);
      void this.#resync();
      return;
    }
    this.#apply(message);
  }

  async #resync() {
    this.#resyncing = true;
    for (;;) {
      try {
        const snapshot = await this.#host.snapshot();
        // The host may have sent a newer one by itself in the meantime.
        if (this.#resyncing) this.#replace(snapshot);
        return;
      } catch {
        this.connection = 'lost';
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #replace(snapshot: Snapshot) {
    this.#seq = snapshot.seq;
    this.accounts = snapshot.accounts;
    this.calls = snapshot.calls;
    this.history = snapshot.history;
    this.devices = snapshot.devices;
    this.preferences = snapshot.preferences;
    this.practice = snapshot.practice;
    this.connection = 'live';
    this.#resyncing = false;
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const change of ahead) this.#receive(change);
  }

  #apply(change: Change) {
    this.#seq = change.seq;
    switch (change.type) {
      case 'call_changed':
        this.calls = withOne(this.calls, change.call);
        break;
      case 'call_removed':
        this.calls = this.calls.filter((call) => call.id !== change.call);
        break;
      case 'history_added':
        this.history = [change.entry, ...this.history].slice(0, HISTORY_LENGTH);
        break;
      case 'account_changed':
        this.accounts = withOne(this.accounts, change.account);
        break;
      case 'account_removed':
        this.accounts = this.accounts.filter((account) => account.id !== change.account);
        break;
      case 'devices_changed':
        this.devices = change.devices;
        break;
      case 'preferences_changed':
        this.preferences = change.preferences;
        break;
      case 'notice':
        this.onnotice(change.code, change.detail);
        break;
    }
  }
}

/** The list with `item` in the place of the one of its id, or at the end. */
function withOne<T extends { id: string }>(list: T[], item: T): T[] {
  return list.some(({ id }) => id === item.id) ? list.map((old) => (old.id === item.id ? item : old)) : [...list, item];
}

function noDevices(): Devices {
  const nothing = { wanted: [], in_use: null };
  return { present: [], microphone: nothing, speaker: nothing, ring: nothing };
}
