// Caller cards in the main window, by what a person sees and presses.

import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Snapshot } from '../src/bindings/Snapshot';
import { CARD_SCENARIOS } from '../src/host/fake/card_scenarios';
import { active, card, NOBODY, over, rules, wrapping } from '../src/host/fake/cards';
import { call, ended, ringing } from '../src/host/fake/scenarios';
import { standing } from '../src/state/card';
import Main from '../src/windows/main/Main.svelte';
import { deskWith } from './stage';

async function open(changes: Partial<Snapshot> = {}) {
  const { host, desk } = await deskWith({ card_rules: rules(), ...changes });
  render(Main, { desk });
  return host;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const note = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Note' });
const PEER = { number: '+74952294989', name: 'Anna Sergeevna Volkova' };

async function type(text: string) {
  note().focus();
  await fireEvent.input(note(), { target: { value: text } });
  note().setSelectionRange(text.length, text.length);
  await fireEvent.keyUp(note());
}

beforeEach(() => localStorage.clear());

describe('a card of a call that rings here', () => {
  test('tells who it is before anybody says hello, and stays while they talk', async () => {
    const host = await open({ calls: [ringing({ card: 'k1', peer: PEER })], cards: [card({ call: 'c2' })] });
    const incoming = screen.getByRole('region', { name: 'Incoming call' });
    for (const fact of ['Kedr Logistics', 'waited 0:32', '+7 495 120-00-17', 'K-20417, gold', 'Asks where the second'])
      expect(incoming.textContent).toContain(fact);
    await host.intent({ type: 'answer', call: 'c2' });
    await settle();
    const talking = screen.getByRole('article', { name: PEER.name });
    expect(talking.textContent).toContain('Kedr Logistics');
    expect(within(talking).getByRole('textbox', { name: 'Note' })).toBeTruthy();
    expect(screen.getAllByText('Kedr Logistics'), 'there is one card').toHaveLength(1);
  });

  test('names a caller that the CRM knows and the PBX does not', async () => {
    await open({
      calls: [ringing({ card: 'k1', peer: { number: '74952294989', name: null } })],
      cards: [card({ call: 'c2' })],
    });
    expect(screen.getByRole('heading', { name: PEER.name })).toBeTruthy();
    expect(document.title).toBe('Anna Sergeevna Volkova is calling');
  });

  test('is kind to somebody unknown: the number, and that nobody is noted under it', async () => {
    await open({
      calls: [ringing({ card: 'k1', peer: { number: '+74952294989', name: null } })],
      cards: [card({ call: 'c2', ...NOBODY })],
    });
    const incoming = screen.getByRole('region', { name: 'Incoming call' });
    expect(within(incoming).getByRole('heading').textContent).toBe('+7 495 229-49-89');
    expect(incoming.textContent).toContain('Unknown caller');
  });

  test('tells nothing of a wait that was none', async () => {
    await open({ calls: [ringing({ card: 'k1' })], cards: [card({ call: 'c2', waited_ms: 0 })] });
    const incoming = screen.getByRole('region', { name: 'Incoming call' });
    expect(incoming.textContent).toContain('support');
    expect(incoming.textContent).not.toContain('waited');
  });

  test('opens the CRM', async () => {
    const host = await open({ calls: [ringing({ card: 'k1' })], cards: [card({ call: 'c2' })] });
    await fireEvent.click(screen.getByRole('button', { name: 'Open in the CRM' }));
    expect(host.asked).toEqual([{ type: 'open_card', card: 'k1' }]);
  });

  test('shows two earlier calls, and the others when asked', async () => {
    await open({ calls: [ringing({ card: 'k1' })], cards: [card({ call: 'c2' })] });
    const earlier = screen.getByRole('region', { name: 'Earlier calls' });
    expect(within(earlier).getAllByRole('listitem')).toHaveLength(2);
    expect(earlier.textContent, 'the label, not the code').toContain('Call back');
    await fireEvent.click(within(earlier).getByRole('button', { name: '1 more' }));
    expect(within(earlier).getAllByRole('listitem')).toHaveLength(3);
  });
});

describe('a card of a call on another telephone', () => {
  const article = () => screen.getByRole('article', { name: 'Caller card: Anna Sergeevna Volkova' });

  test('stands by itself and says where it rings, who took it, and what came of it', async () => {
    const host = await open({ cards: [card({ extension: '205' })] });
    expect(article().textContent).toMatch(/Rings at \u2066205\u2069/);
    host.change({ type: 'card_changed', card: card({ state: 'taken', outcome: 'taken', taken_by: '102' }) });
    await settle();
    expect(article().textContent).toMatch(/Taken by \u2068102\u2069/);
    host.change({ type: 'card_changed', card: over({ outcome: 'missed', answered_at: null }) });
    await settle();
    expect(article().textContent).toContain('Missed');
    await fireEvent.click(within(article()).getByRole('button', { name: 'Call again' }));
    await fireEvent.click(within(article()).getByRole('button', { name: 'Dismiss' }));
    expect(host.asked).toEqual([
      { type: 'dial', target: '+74952294989' },
      { type: 'dismiss_card', card: 'k1' },
    ]);
  });

  test('whose number is withheld is no empty card', async () => {
    await open(CARD_SCENARIOS.card_withheld!());
    expect(screen.getByRole('article', { name: 'Caller card: Number withheld' })).toBeTruthy();
  });

  test('keeps names and texts from outside as text', async () => {
    await open(CARD_SCENARIOS.card_long!());
    const hostile = [...document.querySelectorAll('article, section')].filter((part) =>
      part.textContent?.includes('<img src=x'),
    );
    expect(hostile.length).toBeGreaterThan(0);
    expect(document.querySelector('main img, main script, main b')).toBeNull();
  });
});

describe('which cards stand by themselves', () => {
  test('those without a call here, and those whose call is over with work left', () => {
    const talking = call({ card: 'k1' });
    const gone = ended('remote_hung_up', null, { card: 'k1' });
    expect(standing([active()], [])).toHaveLength(1);
    expect(standing([active({ call: 'c1' })], [talking])).toHaveLength(0);
    expect(standing([over()], [gone]), 'its end is told by the call').toHaveLength(0);
    expect(standing([wrapping('boxed')], [gone])).toHaveLength(1);
    expect(standing([over({ note: 'Call her' })], [gone])).toHaveLength(1);
  });

  test('an end is told once: by the card while there is work, else by the call', async () => {
    const host = await open({
      calls: [ended('remote_hung_up', null, { card: 'k1', peer: PEER, answered_at: call().answered_at })],
      cards: [wrapping('optional')],
      card_rules: rules({ wrap_up: 'optional' }),
      history: [],
    });
    expect(screen.getAllByRole('article')).toHaveLength(1);
    await fireEvent.click(screen.getByRole('button', { name: 'Done' }));
    await settle();
    expect(host.asked).toEqual([{ type: 'finish_wrap_up', card: 'k1' }]);
    expect(screen.getAllByRole('article')).toHaveLength(1);
    expect(screen.getByText('They hung up.')).toBeTruthy();
  });
});

describe('a note', () => {
  const talks = () => ({
    calls: [call({ card: 'k1', direction: 'inbound' as const, peer: PEER })],
    cards: [active({ call: 'c1' })],
  });

  test('typed while changes come in is kept, and so is the caret', async () => {
    const host = await open(talks());
    await type('Wan');
    await type('Wants the second pallet');
    note().setSelectionRange(5, 5);
    expect(host.now.cards[0]?.note).toBe('Wan');
    host.change({ type: 'card_changed', card: { ...host.now.cards[0]!, company: 'Kedr' } });
    await settle();
    expect(note().value).toBe('Wants the second pallet');
    expect(note().selectionStart).toBe(5);
    expect(document.activeElement).toBe(note());
  });

  test('written in another window appears here', async () => {
    const host = await open(talks());
    host.change({ type: 'card_changed', card: { ...host.now.cards[0]!, note: 'From the card' } });
    await settle();
    expect(note().value).toBe('From the card');
  });

  test('goes on where it was when the call ends under it, and digits do not fall into the number field', async () => {
    const host = await open({ ...talks(), card_rules: rules({ wrap_up: 'optional' }) });
    await type('Order 8');
    host.change({
      type: 'call_changed',
      call: ended('remote_hung_up', null, { id: 'c1', card: 'k1', peer: PEER }),
    });
    await settle();
    host.change({ type: 'card_changed', card: wrapping('optional', { note: 'Order 8' }) });
    await settle();
    expect(screen.getAllByRole('article').map(({ dataset }) => dataset.cardState)).toEqual(['ended']);
    expect(document.activeElement).toBe(note());
    expect(note().value).toBe('Order 8');
    expect(note().selectionStart).toBe('Order 8'.length);
  });

  test('is reached from the keyboard', async () => {
    await open(talks());
    await fireEvent.keyDown(document.body, { code: 'KeyW', altKey: true });
    expect(document.activeElement).toBe(note());
  });

  test('what was typed is sent before the card leaves', async () => {
    const host = await open({ cards: [active({ extension: '205' })] });
    await type('a');
    await type('ab');
    await fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }));
    await settle();
    expect(host.asked.map((intent) => (intent.type === 'note' ? intent.text : intent.type))).toEqual([
      'a',
      'ab',
      'dismiss_card',
    ]);
  });

  test('that cannot be kept says why', async () => {
    const host = await open(talks());
    host.change({ type: 'card_removed', card: 'k1' });
    host.change({ type: 'card_changed', card: active({ id: 'k9', call: 'c1' }) });
    await settle();
    vi.spyOn(host, 'intent').mockRejectedValue({ code: 'note_too_long', detail: '' });
    await type('long');
    await settle();
    expect(screen.getByText('Not saved: This note is too long: shorten it.')).toBeTruthy();
    expect(note().value).toBe('long');
  });
});

describe('what came of a call', () => {
  const chip = (name: string) => screen.getByRole('button', { name });

  test('is chosen by a click or by Alt and its number, from within the note too', async () => {
    const host = await open({ cards: [active({ extension: '205' })] });
    await fireEvent.click(chip('Complaint'));
    await settle();
    expect(chip('Complaint').getAttribute('aria-pressed')).toBe('true');
    await type('12');
    await fireEvent.keyDown(note(), { code: 'Digit1', key: '1', altKey: true });
    await settle();
    expect(chip('Sold').getAttribute('aria-pressed')).toBe('true');
    await fireEvent.click(chip('Sold'));
    const disposed = host.asked.filter(({ type }) => type === 'dispose');
    expect(disposed).toEqual([
      { type: 'dispose', call: 'k1', disposition: 'complaint' },
      { type: 'dispose', call: 'k1', disposition: 'sold' },
      { type: 'dispose', call: 'k1' },
    ]);
  });

  test('is no matter of plain digits, nor of a card that only rings', async () => {
    const host = await open({ cards: [active({ extension: '205' })] });
    await fireEvent.keyDown(document.body, { code: 'Digit1', key: '1' });
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Number or address to call' }).value).toBe('1');
    host.change({ type: 'card_changed', card: card() });
    await settle();
    await fireEvent.keyDown(document.body, { code: 'Digit1', key: '1', altKey: true });
    expect(host.asked).toEqual([]);
  });
});

describe('the work after a call', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('counts down from the time that it ends at', async () => {
    await open({ cards: [wrapping('boxed', {}, 12)], card_rules: rules({ wrap_up: 'boxed' }) });
    expect(screen.getByText('0:12 left')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(3000);
    expect(screen.getByText('0:09 left')).toBeTruthy();
  });

  test('that must have a result says what is missing, and cannot be got round', async () => {
    const host = await open({ cards: [wrapping('mandatory')], card_rules: rules({ wrap_up: 'mandatory' }) });
    expect(screen.getByText('Choose a result, then you are done.')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Done' }).disabled).toBe(true);
    expect(screen.queryByRole('button', { name: 'Dismiss' })).toBeNull();
    await fireEvent.keyDown(document.body, { code: 'Digit2', altKey: true });
    await vi.advanceTimersByTimeAsync(0);
    expect(host.asked).toEqual([{ type: 'dispose', call: 'k1', disposition: 'callback' }]);
    expect(screen.getByText('Waiting to tell the CRM')).toBeTruthy();
    host.change({ type: 'card_changed', card: { ...host.now.cards[0]!, registration: 'done' } });
    await vi.advanceTimersByTimeAsync(0);
    expect(screen.getByText('Told the CRM')).toBeTruthy();
  });
});

test.each(Object.keys(CARD_SCENARIOS))('the moment %s is shown in full', async (name) => {
  await open(CARD_SCENARIOS[name]!());
  expect(document.querySelectorAll('article, section.incoming').length).toBeGreaterThan(0);
});
