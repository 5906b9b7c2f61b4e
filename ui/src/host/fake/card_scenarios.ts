// Moments in the life of a card.

import type { Snapshot } from '../../bindings/Snapshot';
import { active, card, NOBODY, over, rules, wrapping } from './cards';
import { call, ended, ringing, snapshot } from './scenarios';

const LONG =
  'Конституционный суд Российской Федерации, приёмная заместителя председателя, отдел по работе с обращениями граждан и организаций';
/** A name that would turn the line around, close a tag and carry a picture. */
const HOSTILE = '<img src=x onerror="alert(1)"> \u202e7777\u202c 👩‍👩‍👧‍👦 </script><b>Bobby</b> ' + 'W'.repeat(60);

/** The call of a card, on this telephone. */
const rings = { call: 'c2' };
const talks = { call: 'c1' };
const CALLER = { number: '+74952294989', name: 'Anna Sergeevna Volkova' };

export const CARD_SCENARIOS: Record<string, () => Snapshot> = {
  card_ringing: () =>
    snapshot({ cards: [card(rings)], calls: [ringing({ card: 'k1', peer: CALLER })], card_rules: rules() }),
  card_active: () =>
    snapshot({
      cards: [active({ ...talks, note: 'Wants the second pallet by Friday.' })],
      calls: [call({ card: 'k1', direction: 'inbound', peer: CALLER })],
      card_rules: rules(),
    }),
  card_taken: () =>
    snapshot({
      cards: [card({ state: 'taken', outcome: 'taken', taken_by: '102', ended_at: new Date().toISOString() })],
      card_rules: rules(),
    }),
  card_unknown: () =>
    snapshot({
      cards: [card({ ...rings, ...NOBODY })],
      calls: [ringing({ card: 'k1', peer: { number: CALLER.number, name: null } })],
      card_rules: rules(),
    }),
  card_withheld: () =>
    snapshot({
      cards: [
        card({ ...NOBODY, lookup: 'off', number: '', number_shown: '', did: null, queue: null, waited_ms: null }),
      ],
      card_rules: rules(),
    }),
  card_long: () =>
    snapshot({
      cards: [
        card({
          ...rings,
          name: LONG,
          company: LONG,
          queue: LONG,
          diversion: '+7 812 345-67-89',
          fields: [
            { label: LONG, text: LONG.repeat(2) },
            { label: 'HTML', text: HOSTILE },
          ],
        }),
        active({ id: 'k2', name: HOSTILE, company: HOSTILE, queue: HOSTILE, number_shown: '+7 812 345-67-89' }),
      ],
      calls: [ringing({ card: 'k1', peer: { number: CALLER.number, name: LONG } })],
      card_rules: rules(),
    }),
  card_three: () =>
    snapshot({
      cards: [
        card({ ...NOBODY, ...rings, id: 'k3', number_shown: '+98 21 8820 4410', lookup: 'looking', queue: 'sales' }),
        card({ id: 'k2', name: 'Thomas Lindqvist', company: null, extension: '205', number_shown: '104', fields: [] }),
        active({ ...talks, earlier: [] }),
      ],
      calls: [
        call({ card: 'k1', direction: 'inbound', peer: CALLER }),
        ringing({ card: 'k3', peer: { number: '+982188204410', name: null } }),
      ],
      card_rules: rules(),
    }),
  card_elsewhere: () => snapshot({ cards: [active({ extension: '205' })], card_rules: rules() }),
  card_wrap_optional: () =>
    snapshot({
      cards: [wrapping('optional', { note: 'Wants the second pallet by Friday.' })],
      calls: [ended('remote_hung_up', null, { card: 'k1', peer: CALLER })],
      card_rules: rules({ wrap_up: 'optional' }),
    }),
  card_wrap_boxed: () =>
    snapshot({ cards: [wrapping('boxed', { fields: [], earlier: [] })], card_rules: rules({ wrap_up: 'boxed' }) }),
  card_wrap_mandatory: () =>
    snapshot({ cards: [wrapping('mandatory', { earlier: [] })], card_rules: rules({ wrap_up: 'mandatory' }) }),
  card_missed: () =>
    snapshot({ cards: [over({ outcome: 'missed', answered_at: null, earlier: [] })], card_rules: rules() }),
  card_told: () =>
    snapshot({ cards: [over({ disposition: 'sold', note: 'Two more.', registration: 'done' })], card_rules: rules() }),
};
