// Callbacks of the fake desk, and its line: what they look like, and what becomes of them.

import type { Callback } from '../../bindings/Callback';
import type { CallbackLine } from '../../bindings/CallbackLine';
import type { Change } from '../../bindings/Change';
import type { Intent } from '../../bindings/Intent';
import type { LineCall } from '../../bindings/LineCall';
import type { Snapshot } from '../../bindings/Snapshot';
import { openOf } from '../../state/callback';
import { Refusal } from '../index';
import type { FakeDesk } from './index';

type Of<T extends Intent['type']> = Extract<Intent, { type: T }>;
type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const now = () => new Date().toISOString();
const MINE = '101';

/** Somebody whom this agent promised a call in a while. */
export function callback(changes: Partial<Callback> = {}): Callback {
  return {
    id: 'b1',
    number: '+74952294989',
    number_shown: '+7 495 229-49-89',
    name: 'Anna Sergeevna Volkova',
    queue: null,
    reason: 'promised',
    note: '',
    created_at: ago(3600),
    due_at: ago(-1500),
    is_due: false,
    state: 'claimed',
    claimed_by: MINE,
    is_mine: true,
    attempts: [],
    call: null,
    outcome: null,
    closed_at: null,
    ...changes,
  };
}

/** Nobody has taken it yet. */
const FREE = { state: 'open', claimed_by: null, is_mine: false } as const;

export function due(changes: Partial<Callback> = {}): Callback {
  return callback({ due_at: ago(70), is_due: true, ...changes });
}

export function closed(changes: Partial<Callback> = {}): Callback {
  return callback({ state: 'closed', outcome: 'reached', due_at: ago(1900), closed_at: ago(60), ...changes });
}

/** One of each kind. */
export const CALLBACKS = (): Callback[] => [
  due({ note: 'Where is the second pallet? Ask the warehouse before you call.' }),
  due({
    ...FREE,
    id: 'b2',
    number: '+989123456789',
    number_shown: '+98 912 345 6789',
    name: 'شرکت بازرگانی آریا',
    queue: 'support',
    reason: 'missed',
    due_at: ago(2760),
    attempts: [
      { at: ago(2600), by: '103', result: 'no_answer' },
      { at: ago(1500), by: MINE, result: 'busy' },
    ],
  }),
  due({
    ...FREE,
    id: 'b3',
    number: '+78005553535',
    number_shown: '8 800 555-35-35',
    name: null,
    queue: 'поддержка',
    reason: 'abandoned',
    due_at: ago(420),
  }),
  due({
    id: 'b4',
    number: '+442079460018',
    number_shown: '+44 20 7946 0018',
    name: 'Priya Raman',
    claimed_by: '103',
    is_mine: false,
    reason: 'requested',
    note: 'About the invoice of May; from the form of the web site.',
    due_at: ago(150),
  }),
  callback({
    id: 'b5',
    number: '+982188204410',
    number_shown: '+98 21 8820 4410',
    name: 'نگار رضایی',
    note: 'قرارداد تمدید شود؟',
    attempts: [{ at: ago(4000), by: MINE, result: 'interrupted' }],
  }),
  callback({
    ...FREE,
    id: 'b6',
    number: '+14155550134',
    number_shown: '+1 415 555 0134',
    name: null,
    reason: 'requested',
    due_at: ago(-3600 * 26),
  }),
  closed({
    id: 'b7',
    number: '104',
    number_shown: '104',
    name: 'Thomas Lindqvist',
    attempts: [{ at: ago(300), by: MINE, result: 'answered' }],
  }),
  closed({
    id: 'b8',
    number: '+78123456789',
    number_shown: '+7 812 345-67-89',
    name: 'ООО «Кедр»',
    queue: 'sales',
    reason: 'missed',
    outcome: 'reached_elsewhere',
    claimed_by: null,
    is_mine: false,
    closed_at: ago(120),
  }),
];

export function lineCall(changes: Partial<LineCall> = {}): LineCall {
  return {
    id: 'b1',
    caller: { number: '+7 495 229-49-89', name: 'Anna Sergeevna Volkova' },
    target: '+7 495 229-49-89',
    state: 'waiting',
    digits: '',
    handed_to: null,
    trouble: null,
    at: ago(3),
    ...changes,
  };
}

export function line(changes: Partial<CallbackLine> = {}): CallbackLine {
  return {
    configured: true,
    enabled: true,
    trouble: null,
    calls: [
      lineCall(),
      lineCall({
        id: 'b2',
        caller: { number: '+98 912 345 6789', name: 'شرکت بازرگانی آریا' },
        target: '+98 912 345 6789',
        state: 'dialling',
        digits: '50',
        at: ago(24),
      }),
      lineCall({
        id: 'b3',
        caller: { number: '104', name: 'Thomas Lindqvist' },
        target: '+7 812 345-67-89',
        state: 'done',
        digits: '500',
        handed_to: '500',
        at: ago(190),
      }),
      lineCall({
        id: 'b4',
        caller: { number: '+882 16 555 0100', name: null },
        target: '',
        state: 'refused',
        trouble: { code: 'line_caller_not_allowed', detail: 'This caller may not use the line', sip_status: null },
        at: ago(410),
      }),
    ],
    made_last_hour: 7,
    per_hour: 20,
    ...changes,
  };
}

/** Keeps a change of what this file is about; says whether it was one. */
export function keep(at: Snapshot, what: WithoutSeq<Change>): boolean {
  switch (what.type) {
    case 'callback_changed':
      at.callbacks = [...at.callbacks.filter(({ id }) => id !== what.callback.id), what.callback];
      return true;
    case 'callback_removed':
      at.callbacks = at.callbacks.filter(({ id }) => id !== what.callback);
      return true;
    case 'callback_line_changed':
      at.callback_line = what.callback_line;
      return true;
    default:
      return false;
  }
}

type Deed = Of<
  | 'request_callback'
  | 'claim_callback'
  | 'release_callback'
  | 'call_callback'
  | 'defer_callback'
  | 'close_callback'
  | 'set_callback_line'
>;

export function perform(desk: FakeDesk, intent: Deed): string | void {
  switch (intent.type) {
    case 'request_callback':
      return request(desk, intent);
    case 'claim_callback':
      return change(desk, intent.callback, { state: 'claimed', claimed_by: MINE, is_mine: true });
    case 'release_callback':
      return change(desk, intent.callback, FREE);
    case 'call_callback': {
      const { id, number, attempts } = find(desk, intent.callback);
      const call = desk.dial(number);
      const tried = [...attempts, { at: now(), by: MINE, result: 'calling' as const }];
      change(desk, id, { state: 'calling', claimed_by: MINE, is_mine: true, call, attempts: tried });
      return call;
    }
    case 'defer_callback':
      return change(desk, intent.callback, { due_at: intent.due_at, is_due: false });
    case 'close_callback': {
      const { note } = find(desk, intent.callback);
      const { outcome, note: written = note } = intent;
      return change(desk, intent.callback, {
        state: 'closed',
        outcome,
        note: written,
        is_due: false,
        closed_at: now(),
      });
    }
    case 'set_callback_line':
      return desk.change({
        type: 'callback_line_changed',
        callback_line: { ...desk.now.callback_line, enabled: intent.on },
      });
  }
}

function request(desk: FakeDesk, { number, call, name, queue, due_at, note }: Of<'request_callback'>) {
  const card = desk.now.cards.find(({ id }) => id === call);
  const whom = number ?? card?.number ?? '';
  const known = openOf(desk.now.callbacks, whom, queue ?? null);
  const wanted = { due_at: due_at ?? now(), is_due: due_at === undefined, note: note ?? '' };
  if (known) return change(desk, known.id, wanted);
  const promised = card !== undefined;
  desk.change({
    type: 'callback_changed',
    callback: callback({
      ...(promised ? {} : FREE),
      ...wanted,
      id: `b${desk.fresh()}`,
      number: whom,
      number_shown: card?.number_shown ?? whom,
      name: name ?? card?.name ?? null,
      queue: queue ?? card?.queue ?? null,
      reason: promised ? 'promised' : 'missed',
      created_at: now(),
    }),
  });
}

function change(desk: FakeDesk, id: string, changes: Partial<Callback>) {
  desk.change({ type: 'callback_changed', callback: { ...find(desk, id), ...changes } });
}

function find(desk: FakeDesk, id: string): Callback {
  const found = desk.now.callbacks.find((callback) => callback.id === id);
  if (!found) throw new Refusal('unknown_callback', 'There is no such callback');
  return found;
}
