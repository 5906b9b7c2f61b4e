// The floor, kept current. A PBX of thousands of telephones changes faster than anybody can look: what changed is gathered
// and shown once a frame.
//
//     snapshot ──────────────────────────────► shown, all of it anew
//     change, change, … ──► waiting ──frame──► shown ──► whoever follows: what was, what is

import type { Agent } from '../bindings/Agent';
import type { AgentState } from '../bindings/AgentState';
import type { Change } from '../bindings/Change';
import type { FloorState } from '../bindings/FloorState';
import type { Queue } from '../bindings/Queue';
import type { Snapshot } from '../bindings/Snapshot';
import { withOne } from './lists';

/** An agent before and after; nobody before they came, and after they left. */
export interface Turn {
  was: Agent | undefined;
  is: Agent | undefined;
}

/** What changed in a frame, by extension; nothing if all of it is new. */
export type Turns = ReadonlyMap<string, Turn>;

const NOBODY: ReadonlySet<string> = new Set();

export class Floor {
  /** What is known of it, and from where. */
  state = $state.raw<FloorState>({ sources: [], live: false, trouble: null });
  /** By name. */
  queues = $state.raw<Queue[]>([]);

  /** Counts up with each frame in which some agent changed: what is read of them is read again. */
  #frame = $state(0);
  #agents = new Map<string, Agent>();
  #byState = new Map<AgentState, Set<string>>();
  #waiting = new Map<string, Agent | undefined>();
  #queues: Queue[] = [];
  #isAsked = false;
  #followers = new Set<(turns: Turns | undefined) => void>();
  #nextFrame: (flush: () => void) => void;

  constructor(nextFrame = (flush: () => void) => void requestAnimationFrame(flush)) {
    this.#nextFrame = nextFrame;
  }

  agent(extension: string): Agent | undefined {
    void this.#frame;
    return this.#agents.get(extension);
  }

  /** Everybody, in no order. */
  all(): Iterable<Agent> {
    void this.#frame;
    return this.#agents.values();
  }

  get size(): number {
    void this.#frame;
    return this.#agents.size;
  }

  /** The extensions of those who do that. */
  in(state: AgentState): ReadonlySet<string> {
    void this.#frame;
    return this.#byState.get(state) ?? NOBODY;
  }

  /** Calls `follower` after each frame that changed agents, until the returned function is called. */
  follow(follower: (turns: Turns | undefined) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  replace({ agents, queues, floor }: Pick<Snapshot, 'agents' | 'queues' | 'floor'>) {
    this.state = floor;
    this.queues = queues;
    this.#queues = queues;
    this.#waiting.clear();
    this.#agents = new Map(agents.map((agent) => [agent.extension, agent]));
    this.#byState.clear();
    for (const { state, extension } of agents) this.#enter(state, extension);
    this.#frame++;
    for (const follower of this.#followers) follower(undefined);
  }

  apply(change: Change) {
    switch (change.type) {
      case 'agent_changed':
        this.#waiting.set(change.agent.extension, change.agent);
        return this.#ask();
      case 'agent_removed':
        this.#waiting.set(change.agent, undefined);
        return this.#ask();
      case 'queue_changed':
        this.#queues = withOne(this.#queues, change.queue, ({ name }) => name);
        return this.#ask();
      case 'queue_removed':
        this.#queues = this.#queues.filter(({ name }) => name !== change.queue);
        return this.#ask();
      case 'floor_changed':
        this.state = change.floor;
    }
  }

  #ask() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#nextFrame(() => this.#flush());
  }

  #flush() {
    this.#isAsked = false;
    this.queues = this.#queues;
    const turns = new Map<string, Turn>();
    for (const [extension, is] of this.#waiting) {
      const was = this.#agents.get(extension);
      turns.set(extension, { was, is });
      if (was) this.#byState.get(was.state)?.delete(extension);
      if (is) this.#enter(is.state, extension);
      if (is) this.#agents.set(extension, is);
      else this.#agents.delete(extension);
    }
    this.#waiting.clear();
    if (turns.size === 0) return;
    this.#frame++;
    for (const follower of this.#followers) follower(turns);
  }

  #enter(state: AgentState, extension: string) {
    const there = this.#byState.get(state);
    if (there) there.add(extension);
    else this.#byState.set(state, new Set([extension]));
  }
}
