// What the desk shows, kept current: one snapshot, then changes in the order of their numbers.
//
//     connecting ──snapshot──► live ──gap──► (ask for a snapshot) ──► live
//          └──────────────────── refused ──► lost ──(retry)──► live

import type { Account } from '../bindings/Account';
import type { Call } from '../bindings/Call';
import type { Card } from '../bindings/Card';
import type { CardRules } from '../bindings/CardRules';
import type { Change } from '../bindings/Change';
import type { ClickToCall } from '../bindings/ClickToCall';
import type { Devices } from '../bindings/Devices';
import type { Done } from '../bindings/Done';
import type { EventsView } from '../bindings/EventsView';
import type { HistoryEntry } from '../bindings/HistoryEntry';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { HistoryQuery } from '../bindings/HistoryQuery';
import type { Intent } from '../bindings/Intent';
import type { Origination } from '../bindings/Origination';
import type { Preferences } from '../bindings/Preferences';
import type { Preview } from '../bindings/Preview';
import type { Prompt } from '../bindings/Prompt';
import type { Snapshot } from '../bindings/Snapshot';
import { Refusal, type Host, type Imported, type Message } from '../host';
import { Callbacks } from './callbacks.svelte';
import { Floor } from './floor.svelte';
import { withFirst, withOne } from './lists';
import { Notes } from './notes.svelte';
import { Supervising } from './supervising.svelte';

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
  /** The newest first. */
  cards = $state.raw<Card[]>([]);
  cardRules = $state.raw<CardRules>(noRules());
  prompts = $state.raw<Prompt[]>([]);
  originations = $state.raw<Origination[]>([]);
  clickToCall = $state.raw<ClickToCall>(noClicks());
  devices = $state.raw<Devices>(noDevices());
  preferences = $state.raw<Preferences>({ language: 'system', do_not_disturb: false, secrets_in_file: false });
  practice = $state(false);
  levels = $state.raw<Levels>(SILENCE);
  /** Counts up when a call may be written down otherwise than before. */
  written = $state(0);
  readonly floor = new Floor();
  readonly supervising = new Supervising();
  readonly callbacks = new Callbacks();
  /** What is being written about calls. */
  readonly notes = new Notes((intent) => this.#tell(intent));

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
    // What was typed comes before what is done with it; to answer a call waits for nothing.
    const typed = this.notes.flush();
    if (ENDS_WORK.includes(intent.type)) await typed;
    return this.#tell(intent);
  }

  /** What `text` would dial. Rejects with a `Refusal`. */
  preview(text: string, account?: string): Promise<Preview> {
    return orRefusal(this.#host.preview(text, account));
  }

  /** A page of the history. Rejects with a `Refusal`. */
  pastCalls(query: HistoryQuery): Promise<HistoryPage> {
    return orRefusal(this.#host.history(query));
  }

  /** Saves what a search shows; says as which file. Rejects with a `Refusal`. */
  exportHistory(query: HistoryQuery): Promise<string> {
    return orRefusal(this.#host.exportHistory(query));
  }

  /** Where events come from, and what came last. Rejects with a `Refusal`. */
  events(): Promise<EventsView> {
    return orRefusal(this.#host.events());
  }

  /** Takes an event in once more. Rejects with a `Refusal`. */
  replay(event: number): Promise<void> {
    return orRefusal(this.#host.replay(event));
  }

  /** Takes a file into the address book. Rejects with a `Refusal`. */
  importContacts(name: string, text: string): Promise<Imported> {
    return orRefusal(this.#host.importContacts(name, text));
  }

  #tell(intent: Intent): Promise<Done> {
    return orRefusal(this.#host.intent(intent));
  }

  #receive(message: Message) {
    if ('snapshot' in message) return this.#replace(message.snapshot);
    if ('refused' in message) return this.onnotice(message.refused.code, message.refused.detail);
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
    this.cards = snapshot.cards;
    this.cardRules = snapshot.card_rules;
    this.prompts = snapshot.prompts;
    this.originations = snapshot.originations;
    this.clickToCall = snapshot.click_to_call;
    this.devices = snapshot.devices;
    this.preferences = snapshot.preferences;
    this.practice = snapshot.practice;
    this.floor.replace(snapshot);
    this.supervising.replace(snapshot);
    this.callbacks.replace(snapshot);
    this.connection = 'live';
    this.written++;
    // Its numbers may have begun anew.
    this.notes.follow(this.cards, Infinity);
    this.#resyncing = false;
    const ahead = this.#ahead;
    this.#ahead = [];
    for (const change of ahead) this.#receive(change);
  }

  #apply(change: Change) {
    this.#seq = change.seq;
    this.floor.apply(change);
    this.supervising.apply(change);
    this.callbacks.apply(change);
    switch (change.type) {
      case 'call_changed':
        this.calls = withOne(this.calls, change.call, byId);
        break;
      case 'call_removed':
        this.calls = this.calls.filter((call) => call.id !== change.call);
        break;
      case 'history_added':
        this.history = [change.entry, ...this.history].slice(0, HISTORY_LENGTH);
        this.written++;
        break;
      case 'card_changed':
        this.#cards(withFirst(this.cards, change.card, byId));
        if (change.card.ended_at) this.written++;
        break;
      case 'card_removed':
        this.#cards(this.cards.filter((card) => card.id !== change.card));
        this.written++;
        break;
      case 'card_rules_changed':
        this.cardRules = change.card_rules;
        break;
      case 'account_changed':
        this.accounts = withOne(this.accounts, change.account, byId);
        break;
      case 'account_removed':
        this.accounts = this.accounts.filter((account) => account.id !== change.account);
        break;
      case 'prompt_changed':
        this.prompts = withOne(this.prompts, change.prompt, byId);
        break;
      case 'prompt_removed':
        this.prompts = this.prompts.filter((prompt) => prompt.id !== change.prompt);
        break;
      case 'origination_changed':
        this.originations = withOne(this.originations, change.origination, byId);
        break;
      case 'origination_removed':
        this.originations = this.originations.filter((origination) => origination.id !== change.origination);
        break;
      case 'click_to_call_changed':
        this.clickToCall = change.click_to_call;
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

  #cards(cards: Card[]) {
    this.cards = cards;
    this.notes.follow(cards, this.#seq);
  }
}

/** They are about what was typed before. */
const ENDS_WORK: Intent['type'][] = ['dispose', 'finish_wrap_up', 'dismiss_card'];

async function orRefusal<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (thrown) {
    throw Refusal.from(thrown);
  }
}

const byId = ({ id }: { id: string }) => id;

function noRules(): CardRules {
  return { show: 'none', dispositions: [], wrap_up: 'off', wrap_up_ms: 0 };
}

function noDevices(): Devices {
  const nothing = { wanted: [], in_use: null };
  return { present: [], microphone: nothing, speaker: nothing, ring: nothing };
}

function noClicks(): ClickToCall {
  return {
    port: 0,
    port_taken: null,
    callto: 'ask',
    links: 'dial',
    hotkey: '',
    via: 'softphone',
    pbx: false,
    origins: [],
    refused: 0,
  };
}
