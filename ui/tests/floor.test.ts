import { describe, expect, test, vi } from 'vitest';
import type { Agent } from '../src/bindings/Agent';
import { agent, agents, order, queue, supervision, talking } from '../src/host/fake/floor';
import { Floor, type Turns } from '../src/state/floor.svelte';
import { FloorView, orderingOf } from '../src/state/floor_view.svelte';
import { ordered } from '../src/state/order';
import { Supervising } from '../src/state/supervising.svelte';

const LIVE = { sources: ['ami'], live: true, trouble: null };
const at = (second: number) => new Date(Date.UTC(2026, 10, 27, 10, 0, second)).toISOString();

/** A floor whose frames the test draws. */
function floorOf(...there: Agent[]) {
  const frames: (() => void)[] = [];
  const floor = new Floor((flush) => void frames.push(flush));
  floor.replace({ agents: there, queues: [], floor: LIVE });
  let seq = 0;
  return {
    floor,
    frames,
    tell: (agent: Agent) => floor.apply({ seq: ++seq, type: 'agent_changed', agent }),
    forget: (extension: string) => floor.apply({ seq: ++seq, type: 'agent_removed', agent: extension }),
    apply: floor.apply.bind(floor),
    draw: () => frames.splice(0).forEach((flush) => flush()),
  };
}

const sara = agent();
const omid = agent({ extension: '103', name: 'Omid Kazemi' });
const nameless = agent({ extension: '9', name: null });

describe('the floor', () => {
  test('shows what changed once a frame, however much that was', () => {
    const { floor, frames, tell, draw } = floorOf(sara, omid);
    const follower = vi.fn<(turns: Turns | undefined) => void>();
    floor.follow(follower);
    for (let second = 0; second < 500; second++) tell(talking({ since: at(second % 60) }));
    tell({ ...omid, state: 'ringing' });
    expect(frames).toHaveLength(1);
    expect(floor.agent('102')?.state, 'nothing before the frame').toBe('free');
    draw();
    expect(follower).toHaveBeenCalledOnce();
    expect([...follower.mock.calls[0]![0]!.keys()]).toEqual(['102', '103']);
    expect(floor.agent('102')?.state).toBe('talking');
    expect([...floor.in('ringing')]).toEqual(['103']);
    expect(floor.in('free').size).toBe(0);
  });

  test('leaves alone whoever did not change', () => {
    const { floor, tell, draw } = floorOf(sara, omid);
    const before = floor.agent('103');
    tell(talking());
    draw();
    expect(floor.agent('103')).toBe(before);
  });

  test('forgets whoever leaves, and asks for another frame only if something comes', () => {
    const { floor, frames, forget, draw } = floorOf(sara, omid);
    forget('102');
    draw();
    expect(floor.size).toBe(1);
    expect(floor.in('free').has('102')).toBe(false);
    expect(frames).toHaveLength(0);
  });

  test('a fresh snapshot outdoes what waited for a frame', () => {
    const { floor, tell, draw } = floorOf(sara);
    tell(talking());
    floor.replace({ agents: [omid], queues: [], floor: LIVE });
    draw();
    expect(floor.agent('102')).toBeUndefined();
    expect(floor.agent('103')).toBe(omid);
  });

  test('queues wait for the frame too, each in its place', () => {
    const { floor, apply, draw } = floorOf();
    apply({ seq: 1, type: 'queue_changed', queue: queue({ name: 'sales' }) });
    apply({ seq: 2, type: 'queue_changed', queue: queue({ name: 'support' }) });
    apply({ seq: 3, type: 'queue_changed', queue: queue({ name: 'sales', waiting_count: 9 }) });
    expect(floor.queues).toEqual([]);
    draw();
    expect(floor.queues.map(({ name, waiting_count }) => [name, waiting_count])).toEqual([
      ['sales', 9],
      ['support', 2],
    ]);
    apply({ seq: 4, type: 'floor_changed', floor: { ...LIVE, live: false } });
    expect(floor.state.live, 'that it may not hold is told at once').toBe(false);
  });
});

describe('what is seen of it', () => {
  test('is sorted by name, numbers as numbers; whoever has no name behind, by extension', () => {
    const { floor } = floorOf(sara, agent({ extension: '10', name: null }), omid, nameless);
    expect(new FloorView(floor).rows).toEqual(['103', '102', '9', '10']);
  });

  test('is sorted by what they do, and by who talks longest', () => {
    const long = talking({ extension: '110', since: at(1) });
    const unseen = talking({ extension: '111', since: null });
    const short = talking({ since: at(50) });
    const rings = agent({ extension: '112', name: 'Zoe', state: 'ringing', since: at(59) });
    const { floor } = floorOf(sara, omid, short, unseen, rings, long);
    const view = new FloorView(floor);
    view.choose({ sort: 'state' });
    expect(view.rows).toEqual(['112', '102', '110', '111', '103']);
    view.choose({ sort: 'longest' });
    expect(view.rows).toEqual(['110', '102', '111', '103', '112']);
  });

  test('moves only whoever changed, and keeps the very list if nobody moved', () => {
    const { floor, tell, draw } = floorOf(sara, omid);
    const view = new FloorView(floor);
    const before = view.rows;
    tell(talking());
    draw();
    expect(view.rows, 'what they do is nothing to the names').toBe(before);
    view.choose({ sort: 'state' });
    tell({ ...omid, state: 'ringing' });
    draw();
    expect(view.rows).toEqual(['103', '102']);
  });

  test('whatever happens, it is as if it were sorted anew', () => {
    const there = agents(120);
    for (const sort of ['name', 'state', 'longest'] as const) {
      for (const filter of ['all', 'in_call', 'paused', 'off'] as const) {
        const { floor, tell, forget, draw } = floorOf(...there);
        const view = new FloorView(floor);
        view.choose({ sort, filter });
        for (let round = 0; round < 30; round++) {
          for (let change = 0; change <= round; change++) {
            const one = there[(round * 31 + change * 7) % there.length]!;
            if ((round + change) % 9 === 0) forget(one.extension);
            else tell(round % 2 ? talking({ ...one, state: 'talking', since: at(round) }) : { ...one, state: 'free' });
          }
          draw();
          const wanted = ordered(floor.all(), orderingOf({ text: '', queue: '', filter, sort }));
          expect(view.rows, `${sort} ${filter} ${round}`).toEqual(wanted);
        }
      }
    }
  });

  test('finds names, numbers in any digits, and whom they talk to', () => {
    const { floor } = floorOf(talking(), omid, agent({ extension: '210', name: 'نگار رضایی' }));
    const view = new FloorView(floor);
    const found = (text: string) => (view.search(text), view.rows);
    expect(found('kaz OM')).toEqual(['103']);
    expect(found('volk')).toEqual(['102']);
    expect(found('۲۱۰')).toEqual(['210']);
    expect(found('رضایی')).toEqual(['210']);
    expect(found('nobody')).toEqual([]);
    expect(found(' ')).toHaveLength(3);
  });

  test('only members of a queue, and whoever just has a call of it', () => {
    const helps = talking({ extension: '104', queues: [], queue: 'vip' });
    const { floor } = floorOf(agent({ queues: ['vip'] }), omid, helps);
    const view = new FloorView(floor);
    view.choose({ queue: 'vip' });
    expect(view.rows).toEqual(['102', '104']);
  });

  test('a paused colleague is not free, and one who is off is neither', () => {
    const paused = agent({ paused: { reason: 'Lunch', since: null } });
    const off = agent({ extension: '105', state: 'not_registered' });
    const { floor } = floorOf(paused, omid, off);
    const view = new FloorView(floor);
    const seen = (filter: 'free' | 'paused' | 'off') => (view.choose({ filter }), view.rows);
    expect([seen('free'), seen('paused'), seen('off')]).toEqual([['103'], ['102'], ['105']]);
  });

  test('five thousand colleagues, two hundred changes a frame: a small part of the frame', () => {
    const there = agents(5000);
    const { floor, tell, draw } = floorOf(...there);
    const view = new FloorView(floor);
    view.choose({ sort: 'state' });
    const began = performance.now();
    const frames = 20;
    for (let frame = 0; frame < frames; frame++) {
      for (let change = 0; change < 200; change++) {
        const one = there[(frame * 200 + change * 13) % there.length]!;
        tell({ ...one, state: frame % 2 ? 'talking' : 'free', since: at(frame) });
      }
      draw();
    }
    expect((performance.now() - began) / frames, 'milliseconds').toBeLessThan(16);
    expect(view.rows).toHaveLength(5000);
  });
});

describe('calls with a purpose', () => {
  test('are known by it for as long as they are up, though the order goes before', () => {
    const supervising = new Supervising();
    supervising.apply({ seq: 1, type: 'order_changed', order: order({ call: 'c8' }) });
    supervising.apply({ seq: 2, type: 'order_removed', order: 'p1' });
    supervising.apply({ seq: 3, type: 'supervision_changed', supervision: supervision() });
    supervising.apply({ seq: 4, type: 'supervision_changed', supervision: null });
    expect(supervising.errands).toEqual({
      c8: { kind: 'play_recording', subject: '1730201.41' },
      c7: { kind: 'supervision', subject: '102' },
    });
    supervising.apply({ seq: 5, type: 'call_removed', call: 'c8' });
    expect(Object.keys(supervising.errands)).toEqual(['c7']);
  });
});
