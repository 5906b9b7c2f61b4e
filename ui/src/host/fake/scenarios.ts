// Moments in the life of a desk.

import type { Account } from '../../bindings/Account';
import type { Call } from '../../bindings/Call';
import type { ClickToCall } from '../../bindings/ClickToCall';
import type { HistoryEntry } from '../../bindings/HistoryEntry';
import type { Language } from '../../bindings/Language';
import type { NumberRules } from '../../bindings/NumberRules';
import type { Origination } from '../../bindings/Origination';
import type { Prompt } from '../../bindings/Prompt';
import type { Snapshot } from '../../bindings/Snapshot';
import { noLine } from '../../state/callbacks.svelte';
import { noPowers } from '../../state/supervising.svelte';
import { rules } from './cards';
import { previewOf } from './preview';

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
    numbers: numbers(),
    practice: false,
    registration: 'registered',
    detail: null,
    ...changes,
  };
}

export function numbers(changes: Partial<NumberRules> = {}): NumberRules {
  return { country: '', extensions: [], dial_as: 'typed', outside_prefix: '', ...changes };
}

export function prompt(changes: Partial<Prompt> = {}): Prompt {
  return {
    id: 'p1',
    kind: 'dial',
    source: 'page',
    origin: 'https://crm.example',
    clicked: true,
    preview: previewOf('8 495 229-49-89'),
    reasons: ['unpaired'],
    repeats: 0,
    asked_at: ago(1),
    ...changes,
  };
}

export function clickToCall(changes: Partial<ClickToCall> = {}): ClickToCall {
  return {
    port: 4059,
    port_taken: null,
    callto: 'ask',
    links: 'dial',
    hotkey: 'Ctrl+Alt+C',
    via: 'softphone',
    pbx: false,
    origins: [],
    refused: 0,
    ...changes,
  };
}

export function origination(changes: Partial<Origination> = {}): Origination {
  return {
    id: 'o1',
    preview: { ...previewOf('84952294989'), via: 'pbx' },
    state: 'accepted',
    call: null,
    trouble: null,
    asked_at: ago(2),
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
    started_by: null,
    origination: null,
    of_order: false,
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
    card_rules: rules(),
    callbacks: [],
    callback_line: noLine(),
    agents: [],
    queues: [],
    floor: { sources: [], live: false, trouble: null },
    supervision: null,
    orders: [],
    powers: noPowers(),
    presence: { state: 'available', reason: null, since: null, told: true },
    help: [],
    help_asked: null,
    listeners: [],
    prompts: [],
    originations: [],
    click_to_call: clickToCall(),
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

const STRANGER = 'http://xn--80ak6aa92e.account.login.secure.crm.example.free-prizes.example:8080';
const ORIGINS: ClickToCall['origins'] = [
  { origin: 'https://crm.example', verdict: 'allowed', refused: 0 },
  { origin: 'https://wiki.intranet.example', verdict: 'once', refused: 2 },
  { origin: STRANGER, verdict: 'refused', refused: 214 },
];

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
  prompt: () => snapshot({ prompts: [prompt()], history: HISTORY.slice(0, 3) }),
  stranger: () =>
    snapshot({
      click_to_call: clickToCall({ pbx: true }),
      prompts: [
        prompt({
          origin: STRANGER,
          clicked: false,
          repeats: 12,
          preview: previewOf('+49 30 1234567;ext=12'),
          reasons: ['unpaired', 'international', 'flood'],
        }),
        prompt({ id: 'p3', clicked: false }),
        prompt({ id: 'p4', clicked: false }),
      ],
    }),
  unknown: () => snapshot({ prompts: [prompt({ origin: null, clicked: false })] }),
  unproven: () => snapshot({ prompts: [prompt({ reasons: ['unproven'] })] }),
  link: () => snapshot({ prompts: [prompt({ source: 'link', origin: null, reasons: ['asks'] })] }),
  address: () =>
    snapshot({
      prompts: [
        prompt({
          source: 'link',
          origin: null,
          preview: previewOf('sales@partner.example'),
          reasons: ['foreign_domain'],
        }),
      ],
    }),
  emergency: () => snapshot({ prompts: [prompt({ preview: previewOf('112'), reasons: ['unpaired', 'emergency'] })] }),
  selection: () =>
    snapshot({
      prompts: [
        prompt({
          source: 'selection',
          origin: null,
          preview: previewOf('88095551234'),
          reasons: ['selected', 'premium'],
        }),
      ],
    }),
  pair: () => snapshot({ prompts: [prompt({ kind: 'pair', preview: null })] }),
  busy_prompt: () => snapshot({ calls: [call({ started_by: 'https://crm.example' }), ringing()], prompts: [prompt()] }),
  pbx: () =>
    snapshot({
      click_to_call: clickToCall({ pbx: true, via: 'pbx' }),
      originations: [
        origination(),
        origination({
          id: 'o3',
          state: 'failed',
          trouble: { code: 'pbx_unreachable', detail: 'no answer', sip_status: null },
        }),
      ],
    }),
  connecting: () => snapshot({ originations: [origination({ call: 'c2' })], calls: [ringing({ origination: 'o1' })] }),
  placed: () => snapshot({ calls: [call({ direction: 'inbound', origination: 'o1' })] }),
  sites: () =>
    snapshot({
      click_to_call: clickToCall({
        port: 40123,
        port_taken: { port: 4059, by: 'oktell (pid 812)' },
        pbx: true,
        origins: ORIGINS,
        refused: 23,
      }),
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
