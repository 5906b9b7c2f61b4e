// Moments in the life of a desk.

import type { Account } from '../../bindings/Account';
import type { Call } from '../../bindings/Call';
import type { HistoryEntry } from '../../bindings/HistoryEntry';
import type { Language } from '../../bindings/Language';
import type { Snapshot } from '../../bindings/Snapshot';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export function account(changes: Partial<Account> = {}): Account {
  return {
    id: 'work',
    aor: 'sip:101@pbx.example',
    registrar: null,
    username: null,
    transport: 'udp',
    ca: null,
    display_name: 'Sara Ahmadi',
    practice: false,
    registration: 'registered',
    detail: null,
    ...changes,
  };
}

export function call(changes: Partial<Call> = {}): Call {
  return {
    id: 'c1',
    account: 'work',
    direction: 'outbound',
    state: 'active',
    peer: { number: '+7 495 229-49-89', name: 'Anna Sergeevna Volkova' },
    card: null,
    held_by: [],
    muted: false,
    in_conference: false,
    codec: 'opus',
    started_at: ago(200),
    answered_at: ago(192),
    ended: null,
    quality: { mos: 4.3, loss_pct: 0.2, jitter_ms: 3.1, rtt_ms: 18, jitter_buffer_ms: 20, mouth_to_ear_ms: 61 },
    transfer: null,
    digits_received: '',
    ...changes,
  };
}

export function ringing(changes: Partial<Call> = {}): Call {
  return call({
    id: 'c2',
    direction: 'inbound',
    state: 'ringing',
    peer: { number: '+98 21 8820 4410', name: 'نگار رضایی' },
    started_at: ago(3),
    answered_at: null,
    codec: null,
    quality: null,
    ...changes,
  });
}

export function ended(
  reason: NonNullable<Call['ended']>['reason'],
  sip_status: number | null,
  changes: Partial<Call> = {},
) {
  return call({
    id: 'c9',
    state: 'ended',
    answered_at: null,
    quality: null,
    peer: { number: '713', name: null },
    ended: { reason, sip_status, detail: null, at: ago(1) },
    ...changes,
  });
}

function entry(
  call: string,
  direction: HistoryEntry['direction'],
  peer: HistoryEntry['peer'],
  seconds: number,
  talk: number,
  reason: HistoryEntry['ended']['reason'],
): HistoryEntry {
  const started_at = ago(seconds);
  const ended = { reason, sip_status: null, detail: null, at: ago(seconds - talk) };
  const answered_at = talk > 0 ? ago(seconds - 5) : null;
  return { call, account: 'work', direction, peer, started_at, answered_at, ended, talk_ms: talk * 1000 };
}

export const HISTORY: HistoryEntry[] = [
  entry('h1', 'inbound', { number: '+44 20 7946 0018', name: 'Priya Raman' }, 460, 312, 'remote_hung_up'),
  entry('h2', 'inbound', { number: '+98 912 345 6789', name: 'شرکت بازرگانی آریا' }, 1900, 0, 'cancelled'),
  entry('h3', 'outbound', { number: '713', name: null }, 2700, 0, 'busy'),
  entry('h4', 'outbound', { number: '+7 495 229-49-89', name: 'Анна Волкова' }, 3900, 1287, 'hung_up'),
  entry('h5', 'inbound', { number: '8 800 555-35-35', name: null }, 5600, 44, 'hung_up'),
  entry('h6', 'inbound', { number: '104', name: 'Thomas Lindqvist' }, 7200, 0, 'answered_elsewhere'),
  entry('h7', 'outbound', { number: 'billing@partner.example', name: null }, 9100, 95, 'remote_hung_up'),
  entry('h8', 'inbound', { number: '+1 415 555 0134', name: null }, 90_000, 0, 'no_answer'),
];

const HEADSET = { id: 'pulse:headset', name: 'Jabra Evolve2 65 Mono', input: true, output: true };
const SPEAKERS = { id: 'pulse:speakers', name: 'Built-in Audio Analog Stereo', input: false, output: true };

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    seq: 1,
    accounts: [account()],
    calls: [],
    history: HISTORY,
    cards: [],
    callbacks: [],
    agents: [],
    devices: {
      present: [HEADSET, SPEAKERS],
      microphone: { wanted: [HEADSET.id, 'default'], in_use: HEADSET.id },
      speaker: { wanted: [HEADSET.id, 'default'], in_use: HEADSET.id },
      ring: { wanted: ['default'], in_use: SPEAKERS.id },
    },
    preferences: { language: language(), do_not_disturb: false, secrets_in_file: false },
    practice: false,
    ...changes,
  };
}

const hold = (id: string, changes: Partial<Call> = {}) =>
  call({ id, state: 'held', held_by: ['local'], started_at: ago(610), answered_at: ago(604), ...changes });

const PRACTICE = account({ id: 'practice', aor: 'sip:100@127.0.0.1' });
const LONG = 'Конституционный суд Российской Федерации, приёмная заместителя председателя';

const SCENARIOS: Record<string, () => Snapshot> = {
  idle: () => snapshot(),
  practice: () => snapshot({ practice: true, history: [], accounts: [PRACTICE] }),
  fresh: () => snapshot({ history: [], accounts: [] }),
  dialing: () => snapshot({ calls: [call({ state: 'ringing', answered_at: null, codec: null, quality: null })] }),
  call: () => snapshot({ calls: [call()] }),
  muted: () => snapshot({ calls: [call({ muted: true })] }),
  held: () => snapshot({ calls: [hold('c1')] }),
  incoming: () => snapshot({ calls: [ringing()] }),
  waiting: () => snapshot({ calls: [call(), ringing()] }),
  two: () => snapshot({ calls: [hold('c4', { peer: { number: '104', name: 'Thomas Lindqvist' } }), call()] }),
  conference: () =>
    snapshot({
      calls: [
        call({ id: 'c4', in_conference: true, peer: { number: '104', name: 'Thomas Lindqvist' } }),
        call({ in_conference: true }),
      ],
    }),
  three: () =>
    snapshot({
      calls: [
        hold('c4', { peer: { number: '104', name: 'Thomas Lindqvist' } }),
        hold('c6', {
          direction: 'inbound',
          held_by: ['local', 'remote'],
          peer: { number: '+98 21 8820 4410', name: 'نگار رضایی' },
        }),
        call({
          quality: { mos: 3.2, loss_pct: 4.1, jitter_ms: 31, rtt_ms: 210, jitter_buffer_ms: 80, mouth_to_ear_ms: 240 },
        }),
      ],
    }),
  long: () =>
    snapshot({
      calls: [
        hold('c4', { peer: { number: '+78123456789012345', name: LONG } }),
        call({ peer: { number: 'reception.of.the.deputy.chairman@court.example', name: LONG } }),
        ringing({ peer: { number: '+78123456789012345', name: LONG } }),
      ],
    }),
  busy: () => snapshot({ calls: [ended('busy', 486)] }),
  ended: () =>
    snapshot({
      calls: [
        ended('remote_hung_up', null, { answered_at: ago(190), peer: { number: '104', name: 'Thomas Lindqvist' } }),
        ended('not_found', 404, { id: 'c8' }),
      ],
    }),
  failed: () =>
    snapshot({
      accounts: [
        account({
          registration: 'failed',
          detail: { code: 'wrong_credentials', detail: '403 Forbidden', sip_status: 403 },
        }),
        account({ id: 'home', aor: 'sip:sara@home.example', transport: 'tls' }),
      ],
      preferences: { language: language(), do_not_disturb: true, secrets_in_file: true },
    }),
};

export function scenario(name: string): Snapshot {
  return (SCENARIOS[name] ?? SCENARIOS.idle!)();
}

/** `?lang=fa` stands in for what the settings would say. */
function language(): Language {
  const asked = new URLSearchParams(globalThis.location?.search).get('lang');
  return asked === 'en' || asked === 'ru' || asked === 'fa' ? asked : 'en';
}
