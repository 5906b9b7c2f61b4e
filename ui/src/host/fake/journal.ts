// What the fake desk has written down: its history in the journal's words.

import type { HistoryCall } from '../../bindings/HistoryCall';
import type { HistoryPage } from '../../bindings/HistoryPage';
import type { HistoryQuery } from '../../bindings/HistoryQuery';
import { isOf, pastOf, speaksOf } from '../../state/past.svelte';
import type { FakeDesk } from './index';

const PAGE = 50;

/** What the agent wrote, by call. */
const WRITTEN: Record<string, Partial<HistoryCall>> = {
  h1: {
    company: 'Raman & Daughters',
    queue: 'support',
    note: 'The invoice of May was sent twice; one is cancelled.',
    disposition: 'complaint',
    registration: 'done',
    recording: 'rec-h1',
  },
  h4: { company: 'ООО «Кедр»', note: 'Перезвонить в четверг до обеда.', disposition: 'callback', recording: 'rec-h4' },
  h5: { recording: 'rec-h5' },
  h6: { taken_by: '102' },
};

export function history(desk: FakeDesk, { text, filter, before, limit = PAGE }: HistoryQuery): HistoryPage {
  const fitting = desk.now.history
    .map((entry) => ({ ...pastOf(entry), ...WRITTEN[entry.call] }))
    .filter((call) => isOf(call, filter) && speaksOf(call, text));
  const from = Number(before ?? 0);
  const next = from + limit < fitting.length ? String(from + limit) : null;
  return { calls: fitting.slice(from, from + limit), next };
}
