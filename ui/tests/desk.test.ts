import { describe, expect, test, vi } from 'vitest';
import type { Change } from '../src/bindings/Change';
import type { Snapshot } from '../src/bindings/Snapshot';
import { Refusal, type Host, type Message } from '../src/host';
import { card, rules } from '../src/host/fake/cards';
import { call, ringing, snapshot } from '../src/host/fake/scenarios';
import { Desk } from '../src/state/desk.svelte';

/** A host whose messages the test sends by hand. */
function byHand(...snapshots: Snapshot[]) {
  let send: (message: Message) => void = () => {};
  const gone = async () => Promise.reject(new Refusal('host_gone', ''));
  const host: Host = {
    snapshot: vi.fn(async () => snapshots.shift() ?? Promise.reject(new Refusal('host_gone', ''))),
    intent: async () => ({ seq: 0, call: null }),
    preview: gone,
    history: gone,
    exportHistory: gone,
    events: gone,
    replay: gone,
    importContacts: gone,
    subscribe: async (listener) => {
      send = listener;
      return () => {};
    },
  };
  return { host, send: (message: Message) => send(message) };
}

const changed = (seq: number, one = call()): Change => ({ seq, type: 'call_changed', call: one });

describe('the desk’s store', () => {
  test('takes changes in order after its snapshot', async () => {
    const { host, send } = byHand(snapshot({ seq: 5 }));
    const desk = new Desk(host);
    await desk.connect();
    send(changed(6));
    send(changed(7, call({ muted: true })));
    expect(desk.calls).toHaveLength(1);
    expect(desk.calls[0]?.muted).toBe(true);
    send({ seq: 8, type: 'call_removed', call: 'c1' });
    expect(desk.calls).toHaveLength(0);
  });

  test('passes over what its snapshot already holds', async () => {
    const { host, send } = byHand(snapshot({ seq: 5, calls: [call({ muted: true })] }));
    const desk = new Desk(host);
    await desk.connect();
    send(changed(4));
    expect(desk.calls[0]?.muted).toBe(true);
  });

  test('keeps what comes before the snapshot does', async () => {
    const { host, send } = byHand(snapshot({ seq: 5 }));
    const desk = new Desk(host);
    const connected = desk.connect();
    await Promise.resolve();
    send(changed(5));
    send(changed(6, ringing()));
    await connected;
    expect(desk.calls.map(({ id }) => id)).toEqual(['c2']);
  });

  test('tells what was refused outside of the window', async () => {
    const { host, send } = byHand(snapshot({ seq: 5 }));
    const desk = new Desk(host);
    const told: string[] = [];
    desk.onnotice = (code) => told.push(code);
    await desk.connect();
    send({ refused: { code: 'not_registered', detail: '' } });
    expect(told).toEqual(['not_registered']);
  });

  test('asks for a new snapshot when a number is missing', async () => {
    const { host, send } = byHand(snapshot({ seq: 5 }), snapshot({ seq: 8, calls: [call()] }));
    const desk = new Desk(host);
    await desk.connect();
    send(changed(9, ringing()));
    send({ seq: 10, type: 'call_removed', call: 'c1' });
    await vi.waitFor(() => expect(desk.calls.map(({ id }) => id)).toEqual(['c2']));
    expect(host.snapshot).toHaveBeenCalledTimes(2);
  });

  test('takes a snapshot that the host sends by itself', async () => {
    const { host, send } = byHand(snapshot({ seq: 500 }));
    const desk = new Desk(host);
    await desk.connect();
    send({ snapshot: snapshot({ seq: 2, practice: true }) });
    send(changed(3));
    expect(desk.practice).toBe(true);
    expect(desk.calls).toHaveLength(1);
  });

  test('keeps a newer snapshot of the host when the one asked for comes late', async () => {
    const { host, send } = byHand();
    let answer: (snapshot: Snapshot) => void = () => {};
    vi.mocked(host.snapshot).mockReturnValue(new Promise((resolve) => (answer = resolve)));
    const desk = new Desk(host);
    const connected = desk.connect();
    await vi.waitFor(() => expect(host.snapshot).toHaveBeenCalled());
    send({ snapshot: snapshot({ seq: 5 }) });
    send(changed(6));
    answer(snapshot({ seq: 4 }));
    await connected;
    expect(desk.calls).toHaveLength(1);
  });

  test('says that the engine is lost, and comes back', async () => {
    vi.useFakeTimers();
    const { host } = byHand();
    const desk = new Desk(host);
    const connected = desk.connect();
    await vi.advanceTimersByTimeAsync(0);
    expect(desk.connection).toBe('lost');
    vi.mocked(host.snapshot).mockResolvedValue(snapshot());
    await vi.advanceTimersByTimeAsync(1500);
    await connected;
    expect(desk.connection).toBe('live');
    vi.useRealTimers();
  });

  test('keeps cards, the newest first, each in its place', async () => {
    const { host, send } = byHand(snapshot({ seq: 5, cards: [card()] }));
    const desk = new Desk(host);
    await desk.connect();
    send({ seq: 6, type: 'card_changed', card: card({ id: 'k2' }) });
    send({ seq: 7, type: 'card_changed', card: card({ name: 'Somebody else' }) });
    expect(desk.cards.map(({ id, name }) => [id, name])).toEqual([
      ['k2', 'Anna Sergeevna Volkova'],
      ['k1', 'Somebody else'],
    ]);
    send({ seq: 8, type: 'card_removed', card: 'k2' });
    send({ seq: 9, type: 'card_rules_changed', card_rules: rules({ show: 'none' }) });
    expect(desk.cards.map(({ id }) => id)).toEqual(['k1']);
    expect(desk.cardRules.show).toBe('none');
  });

  test('tells a notice once', async () => {
    const { host, send } = byHand(snapshot({ seq: 5 }));
    const desk = new Desk(host);
    desk.onnotice = vi.fn();
    await desk.connect();
    send({ seq: 6, type: 'notice', code: 'transfer_failed', detail: '' });
    expect(desk.onnotice).toHaveBeenCalledExactlyOnceWith('transfer_failed', '');
  });
});
