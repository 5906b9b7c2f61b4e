// No keystroke of a note may be lost: not between changes, not between places of the window, not with a refusal.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Done } from '../src/bindings/Done';
import type { Intent } from '../src/bindings/Intent';
import { Refusal } from '../src/host';
import { active } from '../src/host/fake/cards';
import { Notes, PACE_MS } from '../src/state/notes.svelte';
import { deskWith } from './stage';

/** A desk that answers when the test says so. */
function slowDesk() {
  const sent: string[] = [];
  const answers: { yes: (seq: number) => void; no: (refusal: Refusal) => void }[] = [];
  const notes = new Notes((intent: Intent) => {
    if (intent.type === 'note') sent.push(intent.text);
    return new Promise<Done>((resolve, reject) =>
      answers.push({ yes: (seq) => resolve({ seq, call: null }), no: reject }),
    );
  });
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return {
    notes,
    sent,
    yes: async (seq: number) => (answers.shift()?.yes(seq), settle()),
    no: async (refusal: Refusal) => (answers.shift()?.no(refusal), settle()),
  };
}

const K1 = active({ id: 'k1' });

describe('a note', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  test('goes out with its first keystroke, and then at most ten times a second', async () => {
    const { host, desk } = await deskWith({ cards: [K1] });
    const text = 'Wants the second pallet';
    for (let length = 1; length <= text.length; length++) {
      desk.notes.write('k1', text.slice(0, length));
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(PACE_MS);
    const sent = host.asked.map((intent) => (intent.type === 'note' ? intent.text : ''));
    expect(sent[0]).toBe('W');
    expect(sent.at(-1)).toBe(text);
    expect(sent.length).toBeLessThanOrEqual((text.length * 20) / PACE_MS + 2);
  });

  test('typed while changes come in is kept', async () => {
    const { host, desk } = await deskWith({ cards: [K1] });
    desk.notes.write('k1', 'Wan');
    desk.notes.write('k1', 'Wants');
    host.change({ type: 'card_changed', card: { ...host.now.cards[0]!, company: 'Kedr' } });
    expect(desk.cards[0]?.company).toBe('Kedr');
    expect(desk.notes.textOf(desk.cards[0]!)).toBe('Wants');
    await vi.advanceTimersByTimeAsync(PACE_MS);
    expect(host.now.cards[0]?.note).toBe('Wants');
  });

  test('is not undone by the echo of what was typed before', async () => {
    const { notes, sent, yes } = slowDesk();
    notes.write('k1', 'a');
    notes.write('k1', 'ab');
    notes.follow([{ ...K1, note: 'a' }], 6);
    expect(notes.textOf({ ...K1, note: 'a' })).toBe('ab');
    await yes(6);
    await vi.advanceTimersByTimeAsync(PACE_MS);
    expect(sent).toEqual(['a', 'ab']);
    // The answer may overtake the change that it speaks of.
    await yes(7);
    expect(notes.textOf({ ...K1, note: 'a' })).toBe('ab');
    notes.follow([{ ...K1, note: 'ab' }], 7);
    expect(notes.textOf({ ...K1, note: 'written elsewhere' })).toBe('written elsewhere');
  });

  test('is never overtaken by an older one: each waits for the answer to the last', async () => {
    const { notes, sent, yes } = slowDesk();
    notes.write('k1', 'a');
    notes.write('k1', 'ab');
    await vi.advanceTimersByTimeAsync(10 * PACE_MS);
    expect(sent).toEqual(['a']);
    notes.write('k1', 'abc');
    await yes(6);
    expect(sent).toEqual(['a', 'abc']);
  });

  test('typed last is sent before the work is ended, and at once before an answer', async () => {
    const { host, desk } = await deskWith({ cards: [K1] });
    desk.notes.write('k1', 'a');
    desk.notes.write('k1', 'ab');
    await desk.ask({ type: 'dispose', call: 'k1', disposition: 'sold' });
    desk.notes.write('k1', 'abc');
    void desk.ask({ type: 'answer', call: 'c9' }).catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(host.asked.map((intent) => (intent.type === 'note' ? intent.text : intent.type))).toEqual([
      'a',
      'ab',
      'dispose',
      'abc',
      'answer',
    ]);
  });

  test('is flushed to the last letter, and a flush ends when the desk has it', async () => {
    const { notes, sent, yes } = slowDesk();
    notes.write('k1', 'a');
    notes.write('k1', 'ab');
    let flushed = false;
    void notes.flush('k1').then(() => (flushed = true));
    await yes(6);
    expect(sent).toEqual(['a', 'ab']);
    expect(flushed).toBe(false);
    await yes(7);
    expect(flushed).toBe(true);
  });

  test('that the desk refuses stays in sight with the reason, until it is mended', async () => {
    const { notes, sent, yes, no } = slowDesk();
    notes.write('k1', 'too long');
    await no(new Refusal('note_too_long', ''));
    expect(notes.refusalOf('k1')?.code).toBe('note_too_long');
    expect(notes.textOf(K1)).toBe('too long');
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(1);
    notes.write('k1', 'short');
    expect(notes.refusalOf('k1')).toBeUndefined();
    await yes(7);
    expect(sent).toEqual(['too long', 'short']);
  });

  test('that found no engine is sent again when it is back', async () => {
    const { notes, sent, yes, no } = slowDesk();
    notes.write('k1', 'a');
    await no(new Refusal('host_gone', ''));
    expect(notes.refusalOf('k1')?.code).toBe('host_gone');
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual(['a', 'a']);
    await yes(7);
    expect(notes.refusalOf('k1')).toBeUndefined();
  });
});
