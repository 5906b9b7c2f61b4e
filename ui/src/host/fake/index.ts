// A desk in memory: for component tests, screenshots and work on the window without the engine. It keeps the promises
// of the real one that the window relies on (numbers, order, codes) and fakes the rest.

import type { Call } from '../../bindings/Call';
import type { Change } from '../../bindings/Change';
import type { EventsView } from '../../bindings/EventsView';
import type { HistoryQuery } from '../../bindings/HistoryQuery';
import type { Intent } from '../../bindings/Intent';
import type { Snapshot } from '../../bindings/Snapshot';
import { Refusal, type Host, type Message } from '../index';
import { CALLBACK_SCENARIOS } from './callback_scenarios';
import * as callbacks from './callbacks';
import { CARD_SCENARIOS } from './card_scenarios';
import * as cards from './cards';
import * as clicks from './clicks';
import { EVENTS, NO_EVENTS } from './events';
import * as floor from './floor';
import { FLOOR_SCENARIOS } from './floor_scenarios';
import { history } from './journal';
import { previewOf } from './preview';
import { numbers, scenario } from './scenarios';

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;

/** How long the fake's far end lets it ring. */
const ANSWER_MS = 1200;

export class FakeDesk implements Host {
  asked: Intent[] = [];
  /** What the PBX told. */
  seen: EventsView = EVENTS;
  replayed: number[] = [];
  /** The journal cannot be read. */
  journalGone = false;
  #snapshot: Snapshot;
  #listeners = new Set<(message: Message) => void>();
  #next = 101;

  constructor(snapshot: Snapshot) {
    this.#snapshot = structuredClone(snapshot);
  }

  async snapshot(): Promise<Snapshot> {
    return structuredClone(this.#snapshot);
  }

  async preview(text: string) {
    return { ...previewOf(text), via: this.#snapshot.click_to_call.via };
  }

  async history(query: HistoryQuery) {
    if (this.journalGone) throw new Refusal('journal_unavailable', 'the journal could not be opened');
    return structuredClone(history(this, query));
  }

  async exportHistory() {
    return '/home/sara/Downloads/ringside-calls.csv';
  }

  async events() {
    return structuredClone(this.seen);
  }

  async replay(event: number) {
    this.replayed.push(event);
  }

  async importContacts(name: string, text: string) {
    if (!/\.(csv|vcf)$/i.test(name)) throw new Refusal('unreadable_contacts', `${name}: neither CSV nor vCard`);
    const lines = text.trim().split('\n').length - 1;
    return { taken: lines, skipped: lines > 1 ? 1 : 0 };
  }

  async subscribe(listener: (message: Message) => void): Promise<() => void> {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async intent(intent: Intent) {
    this.asked.push(intent);
    const call = this.#perform(intent) ?? null;
    return { seq: this.#snapshot.seq, call };
  }

  /** Where the desk stands. */
  get now(): Snapshot {
    return this.#snapshot;
  }

  /** The number of a new id. */
  fresh(): number {
    return (this.#next += 2);
  }

  /** Tells a change to everybody who listens, and keeps it. */
  change(what: WithoutSeq<Change>) {
    this.#keep(what);
    this.tell(what);
  }

  /** Only tells it. */
  tell(what: WithoutSeq<Change>) {
    const change = { seq: ++this.#snapshot.seq, ...what } as Change;
    for (const listener of this.#listeners) listener(structuredClone(change));
  }

  /** Changes a call. */
  call(id: string, changes: Partial<Call>) {
    const call = this.#find(id);
    this.change({ type: 'call_changed', call: { ...call, ...changes } });
    cards.follow(this, { ...call, ...changes });
  }

  #find(id: string): Call {
    const call = this.#snapshot.calls.find((call) => call.id === id);
    if (!call) throw new Refusal('unknown_call', `there is no call ${id}`);
    return call;
  }

  #keep(what: WithoutSeq<Change>) {
    const at = this.#snapshot;
    if (what.type === 'call_changed') {
      at.calls = [...at.calls.filter(({ id }) => id !== what.call.id), what.call].sort((a, b) =>
        a.started_at.localeCompare(b.started_at),
      );
    } else if (what.type === 'call_removed') {
      at.calls = at.calls.filter(({ id }) => id !== what.call);
    } else if (what.type === 'history_added') {
      at.history = [what.entry, ...at.history];
    } else if (what.type === 'card_changed') {
      const isKnown = at.cards.some(({ id }) => id === what.card.id);
      at.cards = isKnown
        ? at.cards.map((old) => (old.id === what.card.id ? what.card : old))
        : [what.card, ...at.cards];
    } else if (what.type === 'card_removed') {
      at.cards = at.cards.filter(({ id }) => id !== what.card);
    } else if (what.type === 'card_rules_changed') {
      at.card_rules = what.card_rules;
    } else if (what.type === 'account_changed') {
      at.accounts = [...at.accounts.filter(({ id }) => id !== what.account.id), what.account];
    } else if (what.type === 'account_removed') {
      at.accounts = at.accounts.filter(({ id }) => id !== what.account);
    } else if (what.type === 'prompt_changed') {
      at.prompts = [...at.prompts.filter(({ id }) => id !== what.prompt.id), what.prompt];
    } else if (what.type === 'prompt_removed') {
      at.prompts = at.prompts.filter(({ id }) => id !== what.prompt);
    } else if (what.type === 'origination_changed') {
      at.originations = [what.origination, ...at.originations.filter(({ id }) => id !== what.origination.id)];
    } else if (what.type === 'origination_removed') {
      at.originations = at.originations.filter(({ id }) => id !== what.origination);
    } else if (what.type === 'click_to_call_changed') {
      at.click_to_call = what.click_to_call;
    } else if (what.type === 'preferences_changed') {
      at.preferences = what.preferences;
    } else if (what.type === 'devices_changed') {
      at.devices = what.devices;
    } else if (!callbacks.keep(at, what)) {
      floor.keep(at, what);
    }
  }

  #perform(intent: Intent): string | void {
    const now = () => new Date().toISOString();
    const { preferences, devices } = this.#snapshot;
    switch (intent.type) {
      case 'dial':
        if ((intent.via ?? this.#snapshot.click_to_call.via) === 'pbx') return clicks.originate(this, intent.target);
        return this.dial(intent.target);
      case 'answer': {
        const answered = this.#meant(intent.call);
        for (const other of this.#snapshot.calls)
          if (other.state === 'active') this.call(other.id, { state: 'held', held_by: ['local'] });
        this.call(answered, { state: 'active', answered_at: now(), codec: 'opus' });
        return answered;
      }
      case 'decline':
        this.#end(
          this.#meant(intent.call),
          intent.reason === 'busy' ? 'busy' : 'declined',
          intent.reason === 'busy' ? 486 : 603,
        );
        return;
      case 'hang_up':
        this.#end(
          this.#meant(intent.call),
          this.#find(this.#meant(intent.call)).answered_at ? 'hung_up' : 'cancelled',
          null,
        );
        return;
      case 'hold':
        this.call(intent.call, { state: 'held', held_by: ['local'] });
        return;
      case 'resume':
        this.call(intent.call, { state: 'active', held_by: [] });
        return;
      case 'mute':
      case 'unmute':
        this.call(intent.call, { muted: intent.type === 'mute' });
        return;
      case 'send_dtmf':
        return;
      case 'transfer_blind':
        this.call(this.#meant(intent.call), { transfer: { target: intent.target, succeeded: null, sip_status: null } });
        return;
      case 'transfer_attended':
        this.#end(intent.call, 'hung_up', null);
        this.#end(intent.to_call, 'hung_up', null);
        return;
      case 'conference':
        for (const { id } of this.#snapshot.calls) {
          const in_conference = intent.calls.includes(id);
          this.call(id, in_conference ? { in_conference, state: 'active', held_by: [] } : { in_conference });
        }
        return;
      case 'set_device':
        this.change({
          type: 'devices_changed',
          devices: { ...devices, [intent.role]: { wanted: [intent.device], in_use: intent.device } },
        });
        return;
      case 'set_do_not_disturb':
        this.change({ type: 'preferences_changed', preferences: { ...preferences, do_not_disturb: intent.on } });
        return;
      case 'set_language':
        this.change({ type: 'preferences_changed', preferences: { ...preferences, language: intent.language } });
        return;
      case 'set_account':
        this.#register(intent.account);
        return;
      case 'remove_account':
        this.change({ type: 'account_removed', account: intent.account });
        return;
      case 'meter':
        if (intent.on) this.change({ type: 'levels', microphone: -21, speaker: -60 });
        return;
      case 'confirm':
        return clicks.confirm(this, intent);
      case 'dismiss_prompt':
        return clicks.dismiss(this, intent.prompt);
      case 'pair_origin':
        return clicks.judge(this, intent.origin, 'allowed');
      case 'refuse_origin':
        return clicks.judge(this, intent.origin, 'refused');
      case 'forget_origin':
        return clicks.judge(this, intent.origin, undefined);
      case 'set_click_to_call': {
        const { type, ...changes } = intent;
        return clicks.set(this, changes);
      }
      case 'note':
      case 'dispose':
      case 'finish_wrap_up':
      case 'dismiss_card':
      case 'open_card':
      case 'set_cards':
        return cards.perform(this, intent);
      case 'supervise':
      case 'stop_supervising':
      case 'pick_up':
      case 'play_recording':
      case 'set_presence':
      case 'ask_help':
      case 'cancel_help':
      case 'dismiss_help':
        return floor.perform(this, intent);
      case 'request_callback':
      case 'claim_callback':
      case 'release_callback':
      case 'call_callback':
      case 'defer_callback':
      case 'close_callback':
      case 'set_callback_line':
        return callbacks.perform(this, intent);
      case 'offer':
        return clicks.offer(this, intent.text);
      case 'open_link':
      case 'focus':
        return;
      case 'dismiss':
        this.change({ type: 'call_removed', call: intent.call });
        return;
    }
  }

  /** The call named, or the only one. */
  #meant(id: string | undefined): string {
    const meant = id ?? this.#snapshot.calls[0]?.id;
    if (!meant) throw new Refusal('no_call', 'there is no call');
    return meant;
  }

  /** Calls, on behalf of a site if one asked. */
  dial(target: string, started_by: string | null = null): string {
    if (!/[\p{L}\p{N}]/u.test(target))
      throw new Refusal('target_undialable', `${target} is not something one can dial`);
    const id = `c${this.fresh()}`;
    const call: Call = {
      id,
      account: this.#snapshot.accounts[0]?.id ?? 'practice',
      direction: 'outbound',
      state: 'dialing',
      peer: { number: target, name: null },
      card: null,
      held_by: [],
      muted: false,
      in_conference: false,
      codec: null,
      started_at: new Date().toISOString(),
      answered_at: null,
      ended: null,
      quality: null,
      transfer: null,
      digits_received: '',
      started_by,
      origination: null,
      of_order: false,
    };
    this.change({ type: 'call_changed', call });
    setTimeout(() => this.#far(id), ANSWER_MS);
    return id;
  }

  /** The far end: 713 is busy, everybody else answers. */
  #far(id: string) {
    const call = this.#snapshot.calls.find((call) => call.id === id);
    if (!call || call.state === 'ended') return;
    if (call.peer.number === '713') return this.#end(id, 'busy', 486);
    const quality = { mos: 4.3, loss_pct: 0.1, jitter_ms: 2.4, rtt_ms: 12, jitter_buffer_ms: 20, mouth_to_ear_ms: 58 };
    this.call(id, { state: 'active', answered_at: new Date().toISOString(), codec: 'opus', quality });
  }

  #end(id: string, reason: NonNullable<Call['ended']>['reason'], sip_status: number | null) {
    const call = this.#find(id);
    const ended = { reason, sip_status, detail: null, at: new Date().toISOString() };
    this.call(id, { state: 'ended', ended, held_by: [] });
    const { account, direction, peer, started_at, answered_at } = call;
    const talk_ms = answered_at ? Date.now() - Date.parse(answered_at) : 0;
    this.change({
      type: 'history_added',
      entry: { call: id, account, direction, peer, started_at, answered_at, ended, talk_ms },
    });
  }

  #register(form: Extract<Intent, { type: 'set_account' }>['account']) {
    const account = {
      id: form.id ?? /^(?:sips?:)?([^@]*)/.exec(form.aor)?.[1] ?? 'new',
      aor: form.aor,
      registrar: form.registrar ?? null,
      username: form.username ?? null,
      transport: form.transport ?? ('udp' as const),
      ca: form.ca ?? null,
      display_name: form.display_name ?? null,
      numbers: form.numbers ?? numbers(),
      practice: false,
    };
    this.change({ type: 'account_changed', account: { ...account, registration: 'registering', detail: null } });
    const wrong = form.password === 'wrong';
    const detail = wrong ? { code: 'wrong_credentials', detail: 'the PBX said 403', sip_status: 403 } : null;
    setTimeout(
      () =>
        this.change({
          type: 'account_changed',
          account: { ...account, registration: wrong ? 'failed' : 'registered', detail },
        }),
      ANSWER_MS,
    );
  }
}

export function fakeHost(name: string): FakeDesk {
  const desk = new FakeDesk(
    (CALLBACK_SCENARIOS[name] ?? CARD_SCENARIOS[name] ?? FLOOR_SCENARIOS[name])?.() ?? scenario(name),
  );
  if (name === 'fresh') desk.seen = NO_EVENTS;
  // For screenshots and for a look at rare states from the browser's console.
  Object.assign(globalThis, { fakeDesk: desk });
  return desk;
}
