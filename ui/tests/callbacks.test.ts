// Calling back: what a callback is, and what a person sees of it and presses.

import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Snapshot } from '../src/bindings/Snapshot';
import { EXAMPLES } from '../src/features/settings/examples';
import { CALLBACK_SCENARIOS } from '../src/host/fake/callback_scenarios';
import { callback, CALLBACKS, closed, due, line, lineCall } from '../src/host/fake/callbacks';
import { powers } from '../src/host/fake/floor';
import { clickToCall, snapshot } from '../src/host/fake/scenarios';
import { promiseSentence } from '../src/i18n/callbacks';
import { language } from '../src/i18n/language.svelte';
import { dueCount, isDue, minutesLeft, openOf, sections, speaksOf } from '../src/state/callback';
import { Callbacks } from '../src/state/callbacks.svelte';
import { daysAhead, nextTime, tomorrowMorning } from '../src/state/later';
import Main from '../src/windows/main/Main.svelte';
import '../src/windows/main/Preferences.svelte';
import { deskWith } from './stage';

const NOW = new Date(2026, 10, 27, 14, 0).getTime();
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();
const ids = (list: { id: string }[]) => list.map(({ id }) => id);

async function open(changes: Partial<Snapshot> = {}) {
  const { host, desk } = await deskWith(changes);
  render(Main, { desk });
  return host;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const button = (name: string | RegExp) => screen.getByRole('button', { name });
const showList = () => fireEvent.click(screen.getByRole('tab', { name: /^Callbacks/ }));
const row = (id: string) => document.querySelector<HTMLElement>(`[data-callback="${id}"]`)!;

beforeEach(() => {
  localStorage.clear();
  language.follow('en');
});

describe('when to call back', () => {
  test.each([
    ['15:30', '15:30'],
    ['1530', '15:30'],
    ['15.30', '15:30'],
    ['۱۵:۳۰', '15:30'],
    ['15', '15:00'],
  ])('%s is a time of today', (text, wanted) => {
    const meant = nextTime(text, NOW)!;
    expect(meant.toTimeString().slice(0, 5)).toBe(wanted);
    expect(daysAhead(meant, NOW)).toBe(0);
  });

  test('a time that has passed is of tomorrow', () => {
    expect(daysAhead(nextTime('9:15', NOW)!, NOW)).toBe(1);
    expect(tomorrowMorning(NOW).getHours()).toBe(9);
  });

  test.each(['', '25:00', '9:75', 'soon', '123456'])('%j is no time', (text) => {
    expect(nextTime(text, NOW)).toBeUndefined();
  });
});

describe('a list of callbacks', () => {
  const list = [
    callback({ id: 'later', due_at: at(30) }),
    due({ id: 'new', due_at: at(-1) }),
    due({ id: 'old', due_at: at(-60) }),
    due({ id: 'taken', due_at: at(-5), is_mine: false, claimed_by: '103' }),
    closed({ id: 'closed', closed_at: at(-10) }),
    closed({ id: 'closed yesterday', closed_at: at(-24 * 60) }),
  ];

  test('stands in order of time, in three parts', () => {
    const { due, later, closed } = sections(list, NOW);
    expect([ids(due), ids(later), ids(closed)]).toEqual([['old', 'taken', 'new'], ['later'], ['closed']]);
  });

  test('counts those that no colleague sees to', () => expect(dueCount(list, NOW)).toBe(2));

  test('becomes due by the clock, before the desk says so', () => {
    const soon = callback({ due_at: at(1) });
    expect([isDue(soon, NOW), isDue(soon, NOW + 60_000)]).toEqual([false, true]);
    expect([minutesLeft(soon, NOW), minutesLeft(soon, NOW + 61_000)]).toEqual([1, 0]);
  });

  test('finds whom it knows by number in any spelling, in their queue first', () => {
    const two = [callback({ id: 'sales', queue: 'sales' }), callback({ id: 'support', queue: 'support' })];
    expect(openOf(two, '7 495 229-49-89', 'support')?.id).toBe('support');
    expect(openOf(two, '+74952294989')?.id).toBe('sales');
    expect(openOf([closed()], '+74952294989')).toBeUndefined();
    expect(openOf([callback({ number: '', number_shown: '' })], '')).toBeUndefined();
  });

  test('is searched in any digits', () => {
    expect(speaksOf(callback({ note: 'Invoice of May' }), 'anna may')).toBe(true);
    expect(speaksOf(callback(), '۴۹۵۲۲۹')).toBe(true);
    expect(speaksOf(callback(), 'boris')).toBe(false);
  });
});

describe('what the desk tells', () => {
  test('puts forward whoever is due, until they are gone or put aside', () => {
    const callbacks = new Callbacks();
    callbacks.replace(snapshot({ callbacks: [due({ id: 'a' }), due({ id: 'b' })] }));
    for (const id of ['a', 'b', 'a']) callbacks.apply({ type: 'callback_due', seq: 1, callback: id });
    expect(callbacks.told).toEqual(['b', 'a']);
    callbacks.apply({ type: 'callback_removed', seq: 2, callback: 'b' });
    callbacks.putAside('a');
    expect([callbacks.told, ids(callbacks.list)]).toEqual([[], ['a']]);
  });

  test('puts forward whoever became due while the window was not there, and nobody twice', () => {
    const callbacks = new Callbacks();
    const [late, soon] = [due({ id: 'late', due_at: at(-30) }), callback({ id: 'soon', due_at: at(5) })];
    callbacks.replace(snapshot({ callbacks: [due({ id: 'new', due_at: at(-1) }), late, soon] }));
    expect(callbacks.told).toEqual(['late', 'new']);
    callbacks.putAside('late');
    callbacks.replace(snapshot({ callbacks: [late, due({ id: 'soon', due_at: at(5) })] }));
    expect(callbacks.told, 'what was put aside stays there').toEqual(['soon']);
  });
});

describe('the list in the window', () => {
  test('says on its tab how many wait, and does what is pressed', async () => {
    const host = await open({ callbacks: CALLBACKS() });
    await fireEvent.click(screen.getByRole('tab', { name: 'Callbacks, 3 due' }));
    await fireEvent.click(within(row('b2')).getByRole('button', { name: /^Take/ }));
    await fireEvent.click(within(row('b1')).getByRole('button', { name: /^Call:/ }));
    await settle();
    expect(host.asked).toEqual([
      { type: 'claim_callback', callback: 'b2' },
      { type: 'call_callback', callback: 'b1' },
    ]);
    expect(row('b2').textContent).toContain('You took it');
    expect(row('b1').dataset.tone).toBe('calling');
  });

  test('opens with a key, and leads the keyboard there', async () => {
    await open({ callbacks: CALLBACKS() });
    await fireEvent.keyDown(document.body, { code: 'KeyC', altKey: true });
    expect(document.activeElement).toBe(screen.getByRole('tab', { name: /^Callbacks/, selected: true }));
    expect(row('b1')).toBeTruthy();
  });

  test('leaves a colleague’s alone but for giving it free', async () => {
    const host = await open({ callbacks: CALLBACKS() });
    await showList();
    expect(within(row('b4')).getAllByRole('button')).toHaveLength(1);
    await fireEvent.click(within(row('b4')).getByRole('button', { name: /^Free it: .*Priya Raman/ }));
    expect(host.asked).toEqual([{ type: 'release_callback', callback: 'b4' }]);
  });

  test('asks who is called first only where the PBX has a manager interface', async () => {
    const how = () => within(row('b1')).queryByRole('button', { name: /^How to call/ });
    const host = await open({ callbacks: [due()], click_to_call: clickToCall({ pbx: true }), powers: powers() });
    await showList();
    expect(how()).toBeTruthy();
    // One that is asked over HTTP dials, and takes no orders; what is dialled by a code says nothing of it.
    const no = { allowed: false, why: { code: 'pbx_not_set_up', detail: '', sip_status: null } };
    host.change({ type: 'powers_changed', powers: powers({ spy: no, whisper: no, barge: no, pause: no }) });
    await settle();
    expect(how()).toBeNull();
  });

  test('closes with what came of it, and keeps the note', async () => {
    const host = await open({ callbacks: [due()] });
    await showList();
    await fireEvent.click(button(/^Close: .*Anna/));
    const form = await waitFor(() => screen.getByRole('dialog'));
    await fireEvent.click(within(form).getByRole('radio', { name: 'Not wanted any more' }));
    await fireEvent.input(within(form).getByRole('textbox'), { target: { value: ' Went elsewhere ' } });
    await fireEvent.submit(form.querySelector('form')!);
    expect(host.asked).toEqual([
      { type: 'close_callback', callback: 'b1', outcome: 'cancelled', note: 'Went elsewhere' },
    ]);
  });

  test('a refusal is told in a sentence', async () => {
    const host = await open({ callbacks: [due()] });
    await showList();
    host.now.callbacks = [];
    await fireEvent.click(button(/^Give back/));
    await settle();
    expect(screen.getByText('This callback is gone.')).toBeTruthy();
  });

  test('says what to do where there is none', async () => {
    await open();
    await showList();
    expect(screen.getByText('Nobody is to be called back')).toBeTruthy();
  });
});

describe('a promise', () => {
  test('is made on the card in one press, and stands there', async () => {
    const host = await open(CALLBACK_SCENARIOS.callback_can_promise!());
    await fireEvent.click(button('Promise a call back'));
    await fireEvent.input(screen.getByRole('textbox', { name: /^What about/ }), { target: { value: 'The price' } });
    await fireEvent.click(button(/^In 15/));
    await settle();
    expect(host.asked).toMatchObject([{ type: 'request_callback', call: 'k1', note: 'The price' }]);
    expect(document.querySelector('[data-promise]')?.textContent).toMatch(/You promised to call back .*The price/s);
  });

  test('takes the keyboard along, and gives it back', async () => {
    await open(CALLBACK_SCENARIOS.callback_can_promise!());
    await fireEvent.click(button('Promise a call back'));
    const about = screen.getByRole('textbox', { name: /^What about/ });
    await waitFor(() => expect(document.activeElement).toBe(about));
    await fireEvent.keyDown(about, { key: 'Escape' });
    await waitFor(() => expect(document.activeElement).toBe(button('Promise a call back')));
  });

  test('at a time that is none tells how to write it', async () => {
    const host = await open(CALLBACK_SCENARIOS.callback_can_promise!());
    await fireEvent.click(button('Promise a call back'));
    const time = screen.getByRole('textbox', { name: 'At' });
    await fireEvent.input(time, { target: { value: 'noon' } });
    await fireEvent.submit(time.closest('form')!);
    expect(screen.getByText(/^Write a time like/)).toBeTruthy();
    expect(time.getAttribute('aria-invalid')).toBe('true');
    expect(host.asked).toEqual([]);
  });

  test('reads differently of mine, of a colleague’s, and of nobody’s', () => {
    const said = (changes: Parameters<typeof callback>[0]) =>
      promiseSentence(callback({ due_at: at(90), ...changes }), NOW).replace(/[\u2066-\u2069]/g, '');
    expect(said({})).toBe('You promised to call back today at 15:30');
    expect(said({ is_mine: false, claimed_by: '103' })).toBe('103 is to call back today at 15:30');
    expect(said({ is_mine: false, claimed_by: null })).toBe('To be called back today at 15:30');
  });
});

describe('a missed call of the history', () => {
  test('is put on the list with a press, and shown there with the next', async () => {
    const host = await open();
    const add = (await screen.findAllByRole('button', { name: /^Put on the callback list/ }))[0]!;
    await fireEvent.click(add);
    await settle();
    expect(host.asked).toMatchObject([{ type: 'request_callback' }]);
    await fireEvent.click(await screen.findByRole('button', { name: /^On the callback list/ }));
    await settle();
    expect(host.asked).toHaveLength(1);
    expect(document.querySelectorAll('[data-callback]')).toHaveLength(1);
  });
});

describe('whoever is due', () => {
  test('is announced and called from where one works', async () => {
    const host = await open({ callbacks: [callback()] });
    expect(screen.queryByRole('region', { name: 'Time to call back' })).toBeNull();
    host.change({ type: 'callback_changed', callback: due() });
    host.tell({ type: 'callback_due', callback: 'b1' });
    await settle();
    const told = screen.getByRole('region', { name: 'Time to call back' });
    await fireEvent.click(within(told).getByRole('button', { name: /^Call:/ }));
    await settle();
    expect(host.asked).toEqual([{ type: 'call_callback', callback: 'b1' }]);
    expect(screen.queryByRole('region', { name: 'Time to call back' })).toBeNull();
  });

  test('is put aside, and stays on the list', async () => {
    const host = await open({ callbacks: [due()] });
    const told = screen.getByRole('region', { name: 'Time to call back' });
    await fireEvent.click(within(told).getByRole('button', { name: 'Dismiss' }));
    expect([host.asked, document.querySelector('[data-due]')]).toEqual([[], null]);
    expect(screen.getByRole('tab', { name: 'Callbacks, 1 due' })).toBeTruthy();
  });
});

describe('the line that calls back', () => {
  const showLine = async () => {
    await showList();
    await fireEvent.click(screen.getByRole('radio', { name: 'Line' }));
  };

  test('is switched, and says whom it refused and why', async () => {
    const host = await open({ callback_line: line() });
    await showLine();
    expect(screen.getByText('7 of 20 calls back in the last hour')).toBeTruthy();
    const refused = document.querySelector('[data-line-call="b4"]');
    expect(refused?.textContent).toMatch(/Not called back.*may not use the line/s);
    await fireEvent.click(screen.getByRole('switch'));
    await settle();
    expect(host.asked).toEqual([{ type: 'set_callback_line', on: false }]);
    expect(screen.getByText('Calls to it are ordinary calls.')).toBeTruthy();
  });

  test('says why it stands still, and what the PBX said of a call', async () => {
    const trouble = { code: 'line_no_trunk', detail: '', sip_status: null };
    const failed = lineCall({ state: 'failed', trouble: { code: 'far_busy', detail: '', sip_status: 486 } });
    await open({ callback_line: line({ trouble, calls: [failed] }) });
    await showLine();
    expect(screen.getByRole('switch').getAttribute('aria-describedby')).toMatch(/-why/);
    expect(screen.getByText(/The account that calls back is not connected/)).toBeTruthy();
    expect(screen.getByText('The line is busy. Try again later.')).toBeTruthy();
  });

  test('that is not set up cannot be switched, and says how it is set up', async () => {
    await open();
    await showLine();
    expect(screen.getByRole('switch')).toHaveProperty('disabled', true);
    expect(screen.getByText(/\[callback_line\]\s*enabled = true/)).toBeTruthy();
  });
});

describe('the page of the PBX in the settings', () => {
  test('says what can be done, and of the rest why not', async () => {
    await open(CALLBACK_SCENARIOS.pbx_settings!());
    await fireEvent.click(button(/^Settings/));
    await fireEvent.click(await screen.findByRole('tab', { name: 'PBX' }));
    const power = (name: string) => document.querySelector(`[data-power="${name}"]`)?.textContent;
    await screen.findByText('pbx.example:5038');
    expect(power('spy')).toMatch(/Listen to colleagues: yes/);
    expect(power('barge')).toMatch(/Step into a call: no.*does not allow this desk/s);
    expect(power('pause')).toMatch(/: no.*The settings do not allow it/s);
    expect(screen.getByText('The manager refused the login')).toBeTruthy();
    expect(screen.getByText(/The PBX is not connected/)).toBeTruthy();
  });

  test.each(Object.entries(EXAMPLES))('shows of [%s] only keys that the desk reads', (section, text) => {
    const settings = join(import.meta.dirname, '../../src-tauri/headless/src/settings');
    const files = readdirSync(settings, { recursive: true, encoding: 'utf8' });
    const its = files.filter((file) => file === `${section}.rs` || file.startsWith(`${section}/`));
    const source = its.map((file) => readFileSync(join(settings, file), 'utf8')).join('');
    const keys = [...text.matchAll(/^(\w+) =/gm)].map(([, key]) => key!);
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((key) => !source.includes(`"${key}"`))).toEqual([]);
    expect(text.startsWith(`[${section}]\n`)).toBe(true);
  });
});
