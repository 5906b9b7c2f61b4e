// The floor of the fake desk: who works there, and what becomes of what is asked about them.

import type { Agent } from '../../bindings/Agent';
import type { AgentState } from '../../bindings/AgentState';
import type { Change } from '../../bindings/Change';
import type { Help } from '../../bindings/Help';
import type { Intent } from '../../bindings/Intent';
import type { PbxOrder } from '../../bindings/PbxOrder';
import type { Powers } from '../../bindings/Powers';
import type { Queue } from '../../bindings/Queue';
import type { Snapshot } from '../../bindings/Snapshot';
import type { Supervision } from '../../bindings/Supervision';
import type { SupervisionMode } from '../../bindings/SupervisionMode';
import { isInCall } from '../../state/agent';
import { Refusal } from '../index';
import type { FakeDesk } from './index';

type Of<T extends Intent['type']> = Extract<Intent, { type: T }>;
type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const now = () => new Date().toISOString();

/** How long the fake's PBX takes for an answer. */
const PBX_MS = 400;

export function agent(changes: Partial<Agent> = {}): Agent {
  return {
    extension: '102',
    name: 'Sara Ahmadi',
    state: 'free',
    since: ago(340),
    party: null,
    direction: null,
    queue: null,
    queues: ['support'],
    paused: null,
    supervised_by: [],
    is_own: false,
    ...changes,
  };
}

export function talking(changes: Partial<Agent> = {}): Agent {
  const party = { number: '+7 495 229-49-89', name: 'Anna Volkova' };
  return agent({ state: 'talking', since: ago(184), party, direction: 'inbound', queue: 'support', ...changes });
}

export function powers(changes: Partial<Powers> = {}): Powers {
  const yes = { allowed: true, why: null };
  return {
    spy: yes,
    whisper: yes,
    barge: yes,
    pick_up: yes,
    play_recording: yes,
    pause: yes,
    ask_help: yes,
    floor: yes,
    ...changes,
  };
}

export function supervision(changes: Partial<Supervision> = {}): Supervision {
  return {
    extension: '102',
    mode: 'spy',
    state: 'active',
    switching_to: null,
    call: 'c7',
    heard: false,
    since: ago(48),
    trouble: null,
    ...changes,
  };
}

export function order(changes: Partial<PbxOrder> = {}): PbxOrder {
  return {
    id: 'p1',
    kind: 'play_recording',
    subject: '1730201.41',
    state: 'asked',
    call: null,
    trouble: null,
    asked_at: ago(1),
    ...changes,
  };
}

export function help(changes: Partial<Help> = {}): Help {
  return {
    id: 'h1',
    extension: '102',
    name: 'Sara Ahmadi',
    number: '+7 495 229-49-89',
    text: 'They want the contract ended today. May I?',
    since: ago(12),
    ...changes,
  };
}

const GIVEN = ['Sara', 'Omid', 'Thomas', 'Анна', 'Иван', 'Priya', 'نگار', 'رضا', 'Chiara', 'Мария', 'Jonas', 'Lena'];
const FAMILY = ['Ahmadi', 'Kazemi', 'Lindqvist', 'Волкова', 'Петров', 'Raman', 'رضایی', 'Rossi', 'Berg', 'Соколова'];
const CALLERS = ['Anna Volkova', 'شرکت آریا', 'ООО «Кедр»', 'Miller & Sons', 'Priya Raman', null];
const DOING: AgentState[] = [
  'talking',
  'free',
  'talking',
  'ringing',
  'free',
  'on_hold',
  'talking',
  'not_registered',
  'free',
  'dialing',
  'talking',
  'free',
];
const QUEUES = ['support', 'sales', 'поддержка'];

/** Scatters a number; the same each time. */
const mixed = (place: number) => Math.imul(place + 1, 0x9e3779b1) >>> 20;

/** So many colleagues, the same each time. */
export function agents(count: number): Agent[] {
  return Array.from({ length: count }, (_, place) => {
    const state = DOING[mixed(place) % DOING.length]!;
    const isCalling = state !== 'free' && state !== 'not_registered';
    const queue = QUEUES[place % 3]!;
    return agent({
      extension: String(102 + place),
      name: `${GIVEN[mixed(place + 1) % GIVEN.length]} ${FAMILY[mixed(place + 2) % FAMILY.length]}`,
      state,
      since: place % 17 === 16 ? null : ago(7 + ((place * 37) % 1800)),
      party: isCalling
        ? {
            number: `+7 495 ${String(1_000_000 + place * 7919).slice(0, 7)}`,
            name: CALLERS[place % CALLERS.length] ?? null,
          }
        : null,
      direction: isCalling ? (state === 'dialing' ? 'outbound' : 'inbound') : null,
      queue: isCalling && state !== 'dialing' ? queue : null,
      queues: place % 5 === 4 ? [queue, 'vip'] : [queue],
      paused: place % 12 === 4 ? { reason: 'Lunch', since: ago(900) } : null,
      supervised_by: state === 'talking' && place % 9 === 0 ? ['201'] : [],
    });
  });
}

export function queue(changes: Partial<Queue> = {}): Queue {
  return {
    name: 'support',
    waiting: [
      { party: { number: '+7 812 345-67-89', name: null }, since: ago(75) },
      { party: { number: '+98 21 8820 4410', name: 'نگار رضایی' }, since: ago(31) },
    ],
    waiting_count: 2,
    free: 14,
    members: 168,
    abandoned: 3,
    ...changes,
  };
}

export const ALL_QUEUES: Queue[] = [
  queue({ name: 'sales', waiting: [], waiting_count: 0, free: 31, abandoned: 0 }),
  queue(),
  queue({ name: 'vip', waiting: [], waiting_count: 0, free: 0, members: 100, abandoned: 1 }),
  queue({
    name: 'поддержка',
    waiting: [{ party: { number: '', name: null }, since: ago(402) }],
    waiting_count: 61,
    free: 0,
    members: 166,
    abandoned: 27,
  }),
];

/** Keeps a change of what this file is about. */
export function keep(at: Snapshot, what: WithoutSeq<Change>) {
  switch (what.type) {
    case 'agent_changed':
      at.agents = put(at.agents, what.agent, ({ extension }) => extension);
      break;
    case 'agent_removed':
      at.agents = at.agents.filter(({ extension }) => extension !== what.agent);
      break;
    case 'queue_changed':
      at.queues = put(at.queues, what.queue, ({ name }) => name);
      break;
    case 'queue_removed':
      at.queues = at.queues.filter(({ name }) => name !== what.queue);
      break;
    case 'floor_changed':
      at.floor = what.floor;
      break;
    case 'supervision_changed':
      at.supervision = what.supervision;
      break;
    case 'order_changed':
      at.orders = put(at.orders, what.order, ({ id }) => id);
      break;
    case 'order_removed':
      at.orders = at.orders.filter(({ id }) => id !== what.order);
      break;
    case 'powers_changed':
      at.powers = what.powers;
      break;
    case 'presence_changed':
      at.presence = what.presence;
      break;
    case 'help_changed':
      at.help = put(at.help, what.help, ({ id }) => id);
      break;
    case 'help_removed':
      at.help = at.help.filter(({ id }) => id !== what.help);
      break;
    case 'help_asked_changed':
      at.help_asked = what.help_asked;
      break;
    case 'listeners_changed':
      at.listeners = what.listeners;
  }
}

export function perform(
  desk: FakeDesk,
  intent: Of<
    | 'supervise'
    | 'stop_supervising'
    | 'pick_up'
    | 'play_recording'
    | 'set_presence'
    | 'ask_help'
    | 'cancel_help'
    | 'dismiss_help'
  >,
): void {
  switch (intent.type) {
    case 'supervise':
      return supervise(desk, intent.extension, intent.mode);
    case 'stop_supervising':
      return desk.change({ type: 'supervision_changed', supervision: null });
    case 'pick_up':
      return ask(desk, 'pick_up', intent.extension);
    case 'play_recording':
      return ask(desk, 'play_recording', intent.recording);
    case 'set_presence': {
      const presence = { state: intent.state, reason: intent.reason ?? null, since: now() };
      desk.change({ type: 'presence_changed', presence: { ...presence, told: false } });
      setTimeout(() => desk.change({ type: 'presence_changed', presence: { ...presence, told: true } }), PBX_MS);
      return;
    }
    case 'ask_help':
      desk.change({ type: 'help_asked_changed', help_asked: 'asking' });
      setTimeout(() => desk.change({ type: 'help_asked_changed', help_asked: 'delivered' }), PBX_MS);
      return;
    case 'cancel_help':
      return desk.change({ type: 'help_asked_changed', help_asked: null });
    case 'dismiss_help':
      return desk.change({ type: 'help_removed', help: intent.help });
  }
}

function supervise(desk: FakeDesk, extension: string, mode: SupervisionMode) {
  const whose = desk.now.agents.find((agent) => agent.extension === extension);
  if (whose && !isInCall(whose)) throw new Refusal('not_in_call', `${extension} is in no call`);
  const running = desk.now.supervision;
  const isSwitch = running?.extension === extension && running.state === 'active';
  const begun = isSwitch
    ? { ...running, switching_to: mode }
    : supervision({ extension, mode, state: 'asked', call: null, since: now() });
  desk.change({ type: 'supervision_changed', supervision: begun });
  setTimeout(() => {
    const active = supervision({ extension, mode, since: begun.since, call: null, heard: mode !== 'spy' });
    desk.change({ type: 'supervision_changed', supervision: active });
  }, PBX_MS);
}

function ask(desk: FakeDesk, kind: PbxOrder['kind'], subject: string) {
  const asked = order({ id: `p${desk.fresh()}`, kind, subject, asked_at: now() });
  desk.change({ type: 'order_changed', order: asked });
  setTimeout(() => desk.change({ type: 'order_changed', order: { ...asked, state: 'connecting' } }), PBX_MS);
}

function put<T>(list: T[], item: T, name: (item: T) => string): T[] {
  const at = list.findIndex((old) => name(old) === name(item));
  return at < 0 ? [item, ...list] : list.with(at, item);
}
