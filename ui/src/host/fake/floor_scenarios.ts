// Moments of supervision: of those who do it, and of those whom they listen to.

import type { Agent } from '../../bindings/Agent';
import type { Call } from '../../bindings/Call';
import type { Snapshot } from '../../bindings/Snapshot';
import { active, card, rules } from './cards';
import { agent, agents, ALL_QUEUES, help, order, powers, supervision, talking } from './floor';
import { call, HISTORY, ringing, snapshot } from './scenarios';

const LIVE = { sources: ['ami'], live: true, trouble: null };
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

/** A supervisor's desk. */
export function floor(changes: Partial<Snapshot> = {}, count = 500): Snapshot {
  return snapshot({ floor: LIVE, powers: powers(), queues: ALL_QUEUES, agents: agents(count), ...changes });
}

/** The call that carries a supervision. */
const spying = (changes: Partial<Call> = {}) =>
  call({ id: 'c7', peer: { number: '*55102', name: null }, started_at: ago(50), answered_at: ago(48), ...changes });

/** A few colleagues, of whom one is the agent. */
const FEW: Agent[] = [
  agent({ extension: '101', name: 'Omid Kazemi', is_own: true }),
  talking(),
  agent({
    extension: '103',
    name: 'نگار رضایی',
    state: 'ringing',
    since: ago(6),
    direction: 'inbound',
    party: { number: '+7 812 345-67-89', name: null },
    queue: 'sales',
  }),
];

const PLAYED = { call: 'c8', state: 'connecting', subject: 'rec-h1' } as const;
/** Nothing but help can be asked for here. */
const agentsPowers = () => {
  const no = { allowed: false, why: null };
  return powers({ spy: no, whisper: no, barge: no, floor: no, play_recording: no });
};

export const FLOOR_SCENARIOS: Record<string, () => Snapshot> = {
  floor: () => floor(),
  floor_crowd: () => floor({}, 5000),
  floor_stale: () =>
    floor({
      floor: {
        ...LIVE,
        live: false,
        trouble: { code: 'pbx_unreachable', detail: 'The PBX does not answer', sip_status: null },
      },
    }),
  floor_powerless: () =>
    floor({
      powers: powers({
        barge: {
          allowed: false,
          why: { code: 'pbx_forbidden', detail: 'The PBX does not let this desk do it', sip_status: null },
        },
      }),
    }),
  floor_empty: () => floor({ agents: [], queues: [] }),
  supervision_asked: () => floor({ supervision: supervision({ state: 'asked', call: null }) }),
  supervision_spy: () => floor({ supervision: supervision(), calls: [spying({ muted: true })] }),
  supervision_whisper: () => floor({ supervision: supervision({ mode: 'whisper', heard: true }), calls: [spying()] }),
  supervision_barge: () => floor({ supervision: supervision({ mode: 'barge', heard: true }), calls: [spying()] }),
  supervision_switching: () =>
    floor({ supervision: supervision({ switching_to: 'whisper' }), calls: [spying({ muted: true })] }),
  supervision_failed: () =>
    floor({
      supervision: supervision({
        state: 'failed',
        call: null,
        trouble: { code: 'pbx_unreachable', detail: 'The PBX does not answer', sip_status: null },
      }),
    }),
  help_wanted: () =>
    floor({ help: [help(), help({ id: 'h2', extension: '108', name: null, text: null, number: null })] }),
  help_offered: () => snapshot({ powers: agentsPowers(), calls: [call()] }),
  help_asked: () =>
    snapshot({
      powers: agentsPowers(),
      calls: [call()],
      help_asked: 'delivered',
      listeners: [{ by: '201', mode: 'whisper', since: ago(9) }],
    }),
  help_failed: () => snapshot({ powers: agentsPowers(), calls: [call()], help_asked: 'failed' }),
  pick_up: () => floor({ agents: FEW, queues: [] }),
  desk_phone: () => floor({ agents: FEW, queues: [], cards: [card({ extension: '101' })], card_rules: rules() }),
  picked_up: () =>
    floor({
      agents: FEW,
      queues: [],
      orders: [order({ kind: 'pick_up', subject: '103', state: 'done', call: 'c1' })],
      calls: [call({ card: 'k1' })],
      cards: [active({ call: 'c1' })],
    }),
  recordings: () => floor({ agents: FEW, queues: [], history: HISTORY }),
  recording_played: () =>
    floor({
      agents: FEW,
      queues: [],
      orders: [
        order(PLAYED),
        order({
          id: 'p3',
          subject: '1730201.77',
          state: 'failed',
          trouble: { code: 'pbx_unreachable', detail: 'The PBX does not answer', sip_status: null },
        }),
      ],
      calls: [call({ id: 'c8', peer: { number: '*57', name: null }, answered_at: ago(14), started_at: ago(15) })],
    }),
  errand_rings: () =>
    floor({
      supervision: supervision({ state: 'connecting', since: ago(2) }),
      calls: [ringing({ id: 'c7', peer: { number: '102', name: null } })],
    }),
  in_no_queue: () =>
    floor({ agents: FEW, queues: [], presence: { state: 'available', reason: null, since: null, told: false } }),
  away: () =>
    floor({
      agents: FEW,
      queues: [],
      presence: { state: 'away', reason: 'Lunch', since: ago(1240), told: true },
    }),
};
