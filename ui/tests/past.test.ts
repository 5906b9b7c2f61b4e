// The history: searched as the agent types, page by page.

import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { HistoryPage } from '../src/bindings/HistoryPage';
import type { HistoryQuery } from '../src/bindings/HistoryQuery';
import type { Snapshot } from '../src/bindings/Snapshot';
import { card, rules } from '../src/host/fake/cards';
import { HISTORY } from '../src/host/fake/scenarios';
import { Past, pastOf } from '../src/state/past.svelte';
import Main from '../src/windows/main/Main.svelte';
import { deskWith } from './stage';

const [ONE, TWO, THREE] = HISTORY.map(pastOf) as [
  HistoryPage['calls'][0],
  HistoryPage['calls'][0],
  HistoryPage['calls'][0],
];
const page = (calls: HistoryPage['calls'], next: string | null = null): HistoryPage => ({ calls, next });

/** A journal that answers when the test says so, in any order. */
function journal() {
  const asked: { query: HistoryQuery; yes: (page: HistoryPage) => void; no: () => void }[] = [];
  const past = new Past(
    (query) => new Promise((resolve, reject) => asked.push({ query, yes: resolve, no: () => reject(new Error()) })),
  );
  return { asked, past };
}

describe('a search', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('waits for a pause in the typing', async () => {
    const { asked, past } = journal();
    for (const text of ['a', 'an', 'ann', 'anna ']) {
      past.search(text);
      await vi.advanceTimersByTimeAsync(60);
    }
    expect(asked).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(120);
    expect(asked.map(({ query }) => query.text)).toEqual(['anna']);
  });

  test('drops the answer to an older one', async () => {
    const { asked, past } = journal();
    past.search('a');
    await vi.advanceTimersByTimeAsync(120);
    past.search('an');
    await vi.advanceTimersByTimeAsync(120);
    asked[1]!.yes(page([TWO]));
    asked[0]!.yes(page([ONE, TWO, THREE]));
    await vi.advanceTimersByTimeAsync(0);
    expect(past.calls).toEqual([TWO]);
  });

  test('goes on where its page ended, once for each end, and takes nothing of another search', async () => {
    const { asked, past } = journal();
    void past.load();
    asked[0]!.yes(page([ONE], '17'));
    await vi.advanceTimersByTimeAsync(0);
    void past.loadMore();
    void past.loadMore();
    expect(asked.map(({ query }) => query.before)).toEqual([undefined, '17']);
    past.choose('missed');
    asked[1]!.yes(page([TWO]));
    asked[2]!.yes(page([THREE]));
    await vi.advanceTimersByTimeAsync(0);
    expect(past.calls).toEqual([THREE]);
    expect(past.more).toBe(false);
  });

  test('is asked anew when something is written down, for as many calls as are shown, and not at each keystroke', async () => {
    const { asked, past } = journal();
    past.refresh();
    asked[0]!.yes(page(Array.from({ length: 120 }, (_, at) => ({ ...ONE, key: `h${at}` }))));
    await vi.advanceTimersByTimeAsync(0);
    for (let keystroke = 0; keystroke < 10; keystroke++) past.refresh();
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.map(({ query }) => query.limit)).toEqual([50, 120]);
  });

  test('that fails says so, and is well again with the next', async () => {
    const { asked, past } = journal();
    void past.load();
    asked[0]!.no();
    await vi.advanceTimersByTimeAsync(0);
    expect(past.failed).toBe(true);
    past.search('x');
    await vi.advanceTimersByTimeAsync(120);
    asked[1]!.yes(page([ONE]));
    await vi.advanceTimersByTimeAsync(0);
    expect([past.failed, past.calls]).toEqual([false, [ONE]]);
  });
});

describe('the list', () => {
  async function open(changes: Partial<Snapshot> = {}, journalGone = false) {
    const { host, desk } = await deskWith(changes);
    host.journalGone = journalGone;
    render(Main, { desk });
    return host;
  }

  const list = () => screen.getByRole('region', { name: 'Recent calls' });
  const rows = () => within(list()).getAllByRole('button', { name: /^Call / });
  const search = (text: string) =>
    fireEvent.input(screen.getByRole('searchbox', { name: 'Search calls' }), { target: { value: text } });

  test('shows what was written, and finds it', async () => {
    await open();
    await vi.waitFor(() => expect(list().textContent).toContain('The invoice of May'));
    expect(list().textContent, 'the label of the result').toContain('Complaint');
    await search('invoice priya');
    await vi.waitFor(() => expect(rows()).toHaveLength(1));
    await search('nobody of this name');
    await vi.waitFor(() => expect(list().textContent).toContain('No call fits.'));
  });

  test('chooses incoming, outgoing or missed ones', async () => {
    await open();
    await fireEvent.click(screen.getByRole('radio', { name: 'Outgoing' }));
    await vi.waitFor(() => expect(rows()).toHaveLength(3));
    await fireEvent.click(screen.getByRole('radio', { name: 'Missed' }));
    await vi.waitFor(() => expect(rows()).toHaveLength(2));
  });

  test('is saved as CSV, and says where', async () => {
    await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Save as CSV' }));
    expect(await screen.findByText(/Saved as \u2066.*ringside-calls.csv/)).toBeTruthy();
  });

  test('learns of a call that has just ended', async () => {
    const host = await open({ cards: [card()], card_rules: rules() });
    await vi.waitFor(() => expect(rows()).toHaveLength(8));
    host.change({
      type: 'history_added',
      entry: { ...HISTORY[0]!, call: 'h20', peer: { number: '555', name: 'New' } },
    });
    await vi.waitFor(() => expect(rows()).toHaveLength(9));
  });

  test('falls back on the calls since the start where the journal is away', async () => {
    await open({}, true);
    await screen.findByText(/these are the calls since Ringside was started/);
    expect(rows()).toHaveLength(8);
    await search('lindqvist');
    await vi.waitFor(() => expect(rows()).toHaveLength(1));
    await fireEvent.click(screen.getByRole('radio', { name: 'Missed' }));
    expect(list().textContent).toContain('No call fits.');
  });
});
