// What the integrator sees: where events go to, what came, and how it was understood. And the settings of cards.

import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { describe, expect, test, vi } from 'vitest';
import type { EventsView } from '../src/bindings/EventsView';
import type { Snapshot } from '../src/bindings/Snapshot';
import { rules } from '../src/host/fake/cards';
import { EVENTS, NO_EVENTS, seen } from '../src/host/fake/events';
import { textOf } from '../src/features/settings/file';
import { language } from '../src/i18n/language.svelte';
import Main from '../src/windows/main/Main.svelte';
import '../src/windows/main/Preferences.svelte';
import { deskWith } from './stage';

async function open(page: string, view: EventsView = EVENTS, changes: Partial<Snapshot> = {}) {
  const { host, desk } = await deskWith(changes);
  host.seen = view;
  render(Main, { desk });
  await fireEvent.keyDown(document.body, { code: 'F1' });
  const tab = await screen.findByRole('tab', { name: page });
  await fireEvent.click(tab);
  await screen.findByRole('tabpanel', { name: page });
  return host;
}

describe('the events', () => {
  test('say where the PBX may send them, to be copied', async () => {
    const copied = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    await open('Events');
    await fireEvent.click(await screen.findByRole('button', { name: /Copy .*simotel/ }));
    expect(copied).toHaveBeenCalledWith('http://127.0.0.1:4060/simotel');
    expect(screen.getByText(/The manager refused the login/)).toBeTruthy();
  });

  test('show what came, how it was understood and why not, and the text as text', async () => {
    await open('Events');
    const refused = await screen.findByRole('button', { name: /The password is wrong.*answered .401/ });
    expect(refused).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: /This is not JSON/ }));
    const raw = document.querySelector('pre');
    expect(raw?.textContent).toBe(EVENTS.events[3]!.raw);
    expect(document.querySelector('pre script')).toBeNull();
    expect(screen.queryByRole('button', { name: 'Replay' }), 'it cannot be').toBeNull();
  });

  test('come in while one looks, and what is open stays open', async () => {
    const host = await open('Events');
    await fireEvent.click(await screen.findByRole('button', { name: /101 is idle/ }));
    host.seen = { ...EVENTS, events: [seen({ id: 8, summary: '102 hung up' }), ...EVENTS.events] };
    expect(await screen.findByText('102 hung up', {}, { timeout: 3000 })).toBeTruthy();
    expect(screen.getByRole('button', { name: /101 is idle/ }).getAttribute('aria-expanded')).toBe('true');
  });

  test('are replayed', async () => {
    const host = await open('Events');
    await fireEvent.click(await screen.findByRole('button', { name: /101 is offered a call/ }));
    await fireEvent.click(screen.getByRole('button', { name: 'Replay' }));
    expect(host.replayed).toEqual([7]);
    expect(await screen.findByText('Taken in once more.')).toBeTruthy();
  });

  test('that cannot come say how to set it up', async () => {
    await open('Events', NO_EVENTS);
    expect(await screen.findByText('Off: the PBX cannot send anything here.')).toBeTruthy();
    expect(document.querySelector('pre')?.textContent).toContain('[webhook]\nlisten = "127.0.0.1:4060"');
  });

  test('are asked for no longer than somebody looks', async () => {
    const host = await open('Events');
    await screen.findByText('101 is idle');
    await fireEvent.click(screen.getByRole('tab', { name: 'Keys' }));
    const asked = vi.spyOn(host, 'events');
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('the settings of cards', () => {
  async function choose(label: string) {
    const box = await screen.findByRole('combobox', { name: /When a call comes in/ });
    await fireEvent.pointerDown(box, { button: 0, pointerType: 'mouse' });
    await fireEvent.pointerUp(await screen.findByRole('option', { name: label }), { button: 0, pointerType: 'mouse' });
  }

  test('choose how a call is announced', async () => {
    const host = await open('Caller cards');
    await choose('Show a notification');
    await vi.waitFor(() => expect(host.asked).toContainEqual({ type: 'set_cards', show: 'notification' }));
  });

  test('that are locked say so where they were asked for', async () => {
    const host = await open('Caller cards');
    vi.spyOn(host, 'intent').mockRejectedValue({ code: 'locked', detail: '' });
    await choose('Show nothing');
    expect(await screen.findByText('Your administrator decides this; it cannot be changed here.')).toBeTruthy();
  });

  test('show what the administrator decided', async () => {
    await open('Caller cards', EVENTS, { card_rules: rules({ wrap_up: 'boxed', wrap_up_ms: 45_000 }) });
    const decided = await screen.findByRole('region', { name: 'Decided by your administrator' });
    expect(decided.textContent).toContain('0:45, then it ends by itself');
    expect(within(decided).getByText('Wrong number')).toBeTruthy();
  });

  test('take a file of contacts, and tell what became of it', async () => {
    const host = await open('Caller cards');
    const taken = vi.spyOn(host, 'importContacts');
    const chooser = document.querySelector<HTMLInputElement>('input[type="file"]')!;
    const choose = async (name: string, text: string) => {
      Object.defineProperty(chooser, 'files', { value: [new File([text], name)], configurable: true });
      await fireEvent.change(chooser);
    };
    await choose('people.csv', 'Name,Phone\nAnna,+7495\nBob,12\nCy,13\n');
    expect(await screen.findByText(/3 contacts taken in\. 1 without a name or a number was left out\./)).toBeTruthy();
    expect(taken).toHaveBeenCalledWith('people.csv', 'Name,Phone\nAnna,+7495\nBob,12\nCy,13\n');
    await choose('people.pdf', '%PDF');
    expect(await screen.findByText(/neither CSV nor vCard/)).toBeTruthy();
  });
});

describe('a file of another program', () => {
  test('is read in UTF-8, in UTF-16 and in what Windows writes', () => {
    const name = 'Имя';
    expect(textOf(new TextEncoder().encode(name))).toBe(name);
    const units = [0xfeff, ...[...name].map((letter) => letter.charCodeAt(0))];
    expect(textOf(new Uint8Array(units.flatMap((unit) => [unit & 0xff, unit >> 8])))).toBe(name);
    expect(textOf(new Uint8Array(units.flatMap((unit) => [unit >> 8, unit & 0xff])))).toBe(name);
    language.follow('ru');
    expect(textOf(new Uint8Array([0xc8, 0xec, 0xff]))).toBe(name);
    language.follow('en');
  });
});
