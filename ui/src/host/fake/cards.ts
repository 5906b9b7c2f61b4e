// Caller cards of the fake desk: what they look like, and what becomes of them.

import type { Call } from '../../bindings/Call';
import type { Card } from '../../bindings/Card';
import type { CardRules } from '../../bindings/CardRules';
import type { Disposition } from '../../bindings/Disposition';
import type { Intent } from '../../bindings/Intent';
import { Refusal } from '../index';
import type { FakeDesk } from './index';

type Of<T extends Intent['type']> = Extract<Intent, { type: T }>;

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();
const now = () => new Date().toISOString();

export const DISPOSITIONS: Disposition[] = [
  { code: 'sold', label: 'Sold' },
  { code: 'callback', label: 'Call back' },
  { code: 'complaint', label: 'Complaint' },
  { code: 'wrong', label: 'Wrong number' },
];

export function rules(changes: Partial<CardRules> = {}): CardRules {
  return { show: 'card', dispositions: DISPOSITIONS, wrap_up: 'off', wrap_up_ms: 30_000, ...changes };
}

/** Somebody well known rings at this desk. */
export function card(changes: Partial<Card> = {}): Card {
  return {
    id: 'k1',
    state: 'ringing',
    direction: 'inbound',
    call: null,
    extension: '101',
    number: '+74952294989',
    number_shown: '+7 495 229-49-89',
    name: 'Anna Sergeevna Volkova',
    company: 'Kedr Logistics',
    queue: 'support',
    waited_ms: 32_000,
    did: '+7 495 120-00-17',
    diversion: null,
    taken_by: null,
    outcome: null,
    offered_at: ago(4),
    answered_at: null,
    ended_at: null,
    lookup: 'found',
    has_link: true,
    fields: [
      { label: 'Contract', text: 'K-20417, gold' },
      { label: 'Open order', text: '№ 88123, left the warehouse on Monday' },
    ],
    earlier: [
      {
        at: ago(86_400 * 2),
        direction: 'inbound',
        answered: true,
        talk_ms: 312_000,
        note: 'Asks where the second pallet is. Promised to call back by Friday.',
        disposition: 'callback',
      },
      { at: ago(86_400 * 3), direction: 'inbound', answered: false, talk_ms: 0, note: '', disposition: null },
      { at: ago(86_400 * 9), direction: 'outbound', answered: true, talk_ms: 95_000, note: '', disposition: 'sold' },
    ],
    note: '',
    disposition: null,
    wrap_up: null,
    registration: 'none',
    ...changes,
  };
}

export function active(changes: Partial<Card> = {}): Card {
  return card({ state: 'active', offered_at: ago(80), answered_at: ago(72), ...changes });
}

export function over(changes: Partial<Card> = {}): Card {
  const ended = { state: 'ended', outcome: 'answered', answered_at: ago(196), ended_at: ago(6) } as const;
  return card({ ...ended, offered_at: ago(204), ...changes });
}

/** Over, and the work after it has begun; `seconds` of it are left. */
export function wrapping(mode: CardRules['wrap_up'], changes: Partial<Card> = {}, seconds = 24): Card {
  const ends_at = mode === 'mandatory' ? null : ago(-seconds);
  return over({ wrap_up: { mode, since: ago(6), ends_at }, ...changes });
}

/** Nobody knows who it is. */
export const NOBODY = {
  name: null,
  company: null,
  lookup: 'unknown',
  has_link: false,
  fields: [],
  earlier: [],
} as const satisfies Partial<Card>;

export function perform(
  desk: FakeDesk,
  intent: Of<'note' | 'dispose' | 'finish_wrap_up' | 'dismiss_card' | 'open_card' | 'set_cards'>,
): void {
  switch (intent.type) {
    case 'note':
      return change(desk, find(desk, intent.call), { note: intent.text });
    case 'dispose': {
      const meant = find(desk, intent.call);
      return change(desk, meant, { disposition: intent.disposition ?? null, ...(intent.disposition && done(meant)) });
    }
    case 'finish_wrap_up': {
      const meant = find(desk, intent.card);
      if (meant.wrap_up?.mode === 'mandatory' && !meant.disposition)
        throw new Refusal('disposition_needed', 'say first what came of this call');
      return change(desk, meant, done(meant));
    }
    case 'dismiss_card':
      return desk.change({ type: 'card_removed', card: find(desk, intent.card).id });
    case 'open_card':
      return;
    case 'set_cards':
      return desk.change({
        type: 'card_rules_changed',
        card_rules: { ...desk.now.card_rules, show: intent.show },
      });
  }
}

/** A call goes on, and its card with it. */
export function follow(desk: FakeDesk, call: Call) {
  const card = desk.now.cards.find(({ id }) => id === call.card);
  if (!card) return;
  if (call.state === 'active' && card.state === 'ringing')
    change(desk, card, { state: 'active', answered_at: call.answered_at });
  if (call.state === 'ended' && card.state !== 'ended') change(desk, card, ended(desk, card));
}

function ended(desk: FakeDesk, { answered_at }: Card): Partial<Card> {
  const { wrap_up: mode, wrap_up_ms } = desk.now.card_rules;
  const over = { state: 'ended', call: null, ended_at: now() } as const;
  if (!answered_at) return { ...over, outcome: 'missed' };
  const ends_at = mode === 'mandatory' ? null : new Date(Date.now() + wrap_up_ms).toISOString();
  return { ...over, outcome: 'answered', wrap_up: mode === 'off' ? null : { mode, since: now(), ends_at } };
}

function done({ wrap_up }: Card): Partial<Card> {
  return wrap_up ? { wrap_up: null, registration: 'waiting' } : {};
}

function change(desk: FakeDesk, card: Card, changes: Partial<Card>) {
  desk.change({ type: 'card_changed', card: { ...card, ...changes } });
}

/** By its own name, or by that of its call. */
function find(desk: FakeDesk, named: string | undefined): Card {
  const found = desk.now.cards.find(({ id, call }) => id === named || (named !== undefined && call === named));
  const meant = named === undefined ? desk.now.cards[0] : found;
  if (!meant) throw new Refusal('unknown_card', `there is no card ${named}`);
  return meant;
}
