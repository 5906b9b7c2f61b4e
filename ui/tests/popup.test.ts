import { render, screen, within } from '@testing-library/svelte';
import { tick } from 'svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Card } from '../src/bindings/Card';
import { active, card, over, rules, wrapping } from '../src/host/fake/cards';
import { language } from '../src/i18n/language.svelte';
import Popup from '../src/windows/card/Popup.svelte';
import { isCurrent, stack } from '../src/windows/card/stack';
import { deskWith } from './stage';

const at = (second: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, second)).toISOString();
const ids = (cards: Card[]) => stack(cards, rules()).map(({ id }) => id);

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      disconnect() {}
    },
  );
  language.follow('en');
});

describe('what pops up', () => {
  test('callers, whoever is spoken to, who was taken, and the work after a call', () => {
    const current = [card(), active(), card({ state: 'taken' }), wrapping('boxed'), over()];
    expect(current.every((card) => isCurrent(card, rules()))).toBe(true);
  });

  test('neither calls that the agent placed nor those that nobody answered', () => {
    expect(isCurrent(active({ direction: 'outbound' }), rules())).toBe(false);
    expect(isCurrent(over({ outcome: 'missed', answered_at: null }), rules())).toBe(false);
  });

  test('done is done: without wrap-up a card stays until it leaves by itself', () => {
    expect(isCurrent(over(), rules({ wrap_up: 'boxed' }))).toBe(false);
    expect(isCurrent(over(), rules({ wrap_up: 'off' }))).toBe(true);
  });

  test('whoever waits comes first, and the newest before the others', () => {
    const spoken = active({ id: 'k1', offered_at: at(0) });
    const first = card({ id: 'k2', offered_at: at(1) });
    const second = card({ id: 'k3', offered_at: at(2) });
    expect(ids([spoken, first, second])).toEqual(['k3', 'k2', 'k1']);
  });
});

describe('the pop-up', () => {
  async function shows(...cards: Card[]) {
    const { desk, host } = await deskWith({ cards, card_rules: rules() });
    render(Popup, { desk });
    await tick();
    return host;
  }

  test('answers and declines the call that rings here', async () => {
    const host = await shows(card({ call: 'c1' }));
    screen.getByRole('button', { name: 'Decline' }).click();
    await tick();
    expect(host.asked.at(-1)).toEqual({ type: 'decline', call: 'c1' });
  });

  test('has no button for a call that rings at another telephone', async () => {
    await shows(card());
    expect(screen.queryByRole('button', { name: 'Answer' })).toBeNull();
    expect(screen.getByRole('heading', { name: 'Anna Sergeevna Volkova' })).toBeTruthy();
  });

  test('hangs up, takes notes, is put aside', async () => {
    const host = await shows(active({ call: 'c1' }));
    const shown = within(screen.getByRole('article'));
    expect(shown.getByRole('textbox', { name: 'Note' })).toBeTruthy();
    expect(shown.getByRole('button', { name: 'Hang up' })).toBeTruthy();
    shown.getByRole('button', { name: 'Dismiss' }).click();
    await vi.waitFor(() => expect(host.asked.at(-1)).toEqual({ type: 'dismiss_card', card: 'k1' }));
    await vi.waitFor(() => expect(screen.queryByRole('article')).toBeNull());
  });

  test('shows three and counts the rest', async () => {
    await shows(...['k1', 'k2', 'k3', 'k4', 'k5'].map((id) => card({ id })));
    expect(screen.getAllByRole('article')).toHaveLength(3);
    expect(screen.getByText('2 more')).toBeTruthy();
  });

  test('a name is text, whatever it says', async () => {
    await shows(card({ name: '<img src=x onerror=alert(1)>' }));
    expect(document.querySelector('img')).toBeNull();
    expect(screen.getByRole('heading', { level: 3 }).textContent).toBe('<img src=x onerror=alert(1)>');
  });
});
