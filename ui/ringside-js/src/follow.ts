// The calls that this page started, from the desk's stream of changes. A browser opens six connections to a host and no
// more, for all its tabs: the stream is open only while there is a call to follow.

import type { State } from '../ringside';

/** What of the desk's call a page needs. */
interface Call {
  id: string;
  state: string;
  ended: { reason: string } | null;
  origination: string | null;
}

type Change =
  | { type: 'call_changed'; call: Call }
  | { type: 'call_removed'; call: string }
  | { type: 'origination_changed'; origination: { id: string; state: string } };

/** A call by its id, or the one that follows once the PBX rings this desk. */
export interface Wanted {
  call: string | null;
  origination: string | null;
  /** What was told of it last. */
  state: State;
}

export type Listener = (state: State, reason: string | null, call: string | null) => void;

/** No change has this number, so the stream begins with a snapshot. */
const FROM_A_SNAPSHOT = Number.MAX_SAFE_INTEGER;
/** The PBX has a minute to ring the agent. */
const ORIGINATION_MS = 90_000;
/** A browser connects again on its own, every three seconds or so. */
const ATTEMPTS = 4;

const STATES: Record<string, State> = {
  dialing: 'dialing',
  ringing: 'ringing',
  early: 'ringing',
  active: 'active',
  held: 'held',
  ended: 'ended',
};

export class Follower {
  private stream: EventSource | null = null;
  private failures = 0;
  private readonly watched = new Map<Wanted, Listener>();

  constructor(private readonly base: string) {}

  follow(wanted: Wanted, listener: Listener) {
    this.watched.set(wanted, listener);
    if (!wanted.call) setTimeout(() => wanted.call || this.end(wanted, 'no_answer'), ORIGINATION_MS);
    // A new stream begins with a snapshot, which tells the state of the new call as well.
    this.close();
    this.open();
  }

  stop() {
    this.watched.clear();
    this.close();
  }

  private open() {
    const stream = new EventSource(`${this.base}/v1/changes?after=${FROM_A_SNAPSHOT}`);
    this.stream = stream;
    this.failures = 0;
    stream.onopen = () => (this.failures = 0);
    stream.onmessage = ({ data }) => this.changed(JSON.parse(data));
    stream.addEventListener('snapshot', ({ data }) => this.all(JSON.parse(data).calls));
    stream.onerror = () => {
      if (stream.readyState === stream.CLOSED || ++this.failures === ATTEMPTS) this.lost();
    };
  }

  private close() {
    this.stream?.close();
    this.stream = null;
  }

  private all(calls: Call[]) {
    for (const call of calls) this.call(call);
    for (const wanted of [...this.watched.keys()]) {
      if (wanted.call && !calls.some(({ id }) => id === wanted.call)) this.end(wanted, null);
    }
  }

  private changed(change: Change) {
    if (change.type === 'call_changed') this.call(change.call);
    for (const wanted of [...this.watched.keys()]) {
      if (change.type === 'call_removed' && wanted.call === change.call) this.end(wanted, null);
      if (change.type !== 'origination_changed' || wanted.call) continue;
      const { id, state } = change.origination;
      if (wanted.origination === id && state === 'failed') this.end(wanted, 'pbx', 'failed');
    }
  }

  private call(call: Call) {
    for (const [wanted, listener] of [...this.watched]) {
      const meant = wanted.call ? wanted.call === call.id : wanted.origination === call.origination;
      if (!meant) continue;
      wanted.call = call.id;
      const state = STATES[call.state] ?? wanted.state;
      if (state === 'ended') this.end(wanted, call.ended?.reason ?? null);
      else if (state !== wanted.state) listener((wanted.state = state), null, call.id);
    }
  }

  private lost() {
    for (const wanted of [...this.watched.keys()]) this.end(wanted, 'lost');
  }

  private end(wanted: Wanted, reason: string | null, state: State = 'ended') {
    const listener = this.watched.get(wanted);
    this.watched.delete(wanted);
    if (!this.watched.size) this.close();
    listener?.(state, reason, wanted.call);
  }
}
