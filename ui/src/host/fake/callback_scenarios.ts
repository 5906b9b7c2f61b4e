// Moments of calling back.

import type { Snapshot } from '../../bindings/Snapshot';
import { CALLBACKS, callback, due, line } from './callbacks';
import { active, over, rules } from './cards';
import { powers } from './floor';
import { call, clickToCall, snapshot } from './scenarios';

const TALKS = { call: 'c1', card: 'k1' };
const CALLER = { number: '+74952294989', name: 'Anna Sergeevna Volkova' };

/** The agent speaks with Anna. */
function talking(changes: Partial<Snapshot> = {}): Snapshot {
  return snapshot({
    cards: [active({ call: TALKS.call, fields: [], earlier: [] })],
    calls: [call({ card: TALKS.card, direction: 'inbound', peer: CALLER })],
    card_rules: rules(),
    ...changes,
  });
}

export const CALLBACK_SCENARIOS: Record<string, () => Snapshot> = {
  callbacks: () => snapshot({ callbacks: CALLBACKS(), click_to_call: clickToCall({ pbx: true }), powers: powers() }),
  callbacks_many: () =>
    snapshot({
      callbacks: Array.from({ length: 400 }, (_, place) =>
        callback({
          id: `b${place}`,
          name: `Customer ${place}`,
          due_at: new Date(Date.now() + place * 60_000).toISOString(),
        }),
      ),
    }),
  callback_can_promise: () => talking(),
  callback_promised: () => talking({ callbacks: [callback({ note: 'Price of the second pallet' })] }),
  callback_missed_card: () =>
    snapshot({
      cards: [over({ answered_at: null, outcome: 'missed', fields: [], earlier: [] })],
      callbacks: [due({ reason: 'missed' })],
      card_rules: rules(),
    }),
  line: () => snapshot({ callback_line: line() }),
  line_full: () => snapshot({ callback_line: line({ made_last_hour: 20 }) }),
  line_trouble: () =>
    snapshot({
      callback_line: line({
        calls: [],
        made_last_hour: 0,
        trouble: { code: 'line_no_trunk', detail: 'The account that calls back is not registered', sip_status: null },
      }),
    }),
  line_off: () => snapshot({ callback_line: line({ enabled: false, calls: [], made_last_hour: 0 }) }),
  pbx_settings: () =>
    snapshot({
      click_to_call: clickToCall({ pbx: true }),
      floor: {
        sources: ['ami', 'dialogs'],
        live: false,
        trouble: { code: 'pbx_unreachable', detail: 'The PBX does not answer', sip_status: null },
      },
      powers: powers({
        barge: {
          allowed: false,
          why: { code: 'pbx_forbidden', detail: 'The PBX does not let this desk do it', sip_status: null },
        },
        pause: { allowed: false, why: null },
      }),
    }),
};
