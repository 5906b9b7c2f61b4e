// The host over the localhost port, as a test or a script sees it. EventSource cannot carry a bearer token, so the
// server-sent events are read from a fetch.

import type { Done } from '../bindings/Done';
import type { Snapshot } from '../bindings/Snapshot';
import { events } from './events';
import { Refusal, type Host, type Message } from './index';

const RECONNECT_MS = 500;
/** No change has this number, so the stream begins with a snapshot and nothing falls in between. */
const FROM_A_SNAPSHOT = String(Number.MAX_SAFE_INTEGER);

export function httpHost(base: string, token: string): Host {
  const headers = { Authorization: `Bearer ${token}` };

  async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(base + path, { ...init, headers: { ...headers, ...init.headers } }).catch((error) => {
      throw new Refusal('host_gone', String(error));
    });
    const body = await response.json().catch(() => null);
    if (!response.ok) throw Refusal.from(body?.error ?? { code: 'host_gone', detail: `HTTP ${response.status}` });
    return body as T;
  }

  return {
    snapshot: () => ask<Snapshot>('/v1/snapshot'),
    intent: (intent) =>
      ask<Done>('/v1/intent', {
        method: 'POST',
        body: JSON.stringify(intent),
        headers: { 'Content-Type': 'application/json' },
      }),
    async subscribe(listener) {
      const stop = new AbortController();
      await follow(`${base}/v1/changes`, headers, stop.signal, listener);
      return () => stop.abort();
    },
  };
}

/** Opens the stream and keeps it open; returns as soon as the first one is. */
async function follow(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  listener: (message: Message) => void,
): Promise<void> {
  let lastId = FROM_A_SNAPSHOT;

  async function open(): Promise<ReadableStream<Uint8Array>> {
    const response = await fetch(url, { headers: { ...headers, 'Last-Event-ID': lastId }, signal });
    if (!response.ok || !response.body) throw new Refusal('host_gone', `HTTP ${response.status}`);
    return response.body;
  }

  async function pump(stream: ReadableStream<Uint8Array> | null) {
    while (!signal.aborted) {
      try {
        for await (const event of events(stream ?? (await open()))) {
          if (event.id !== null) lastId = event.id;
          listener(toMessage(event.data));
        }
      } catch {
        // Broken or nobody there yet: the next stream resumes after `lastId`.
      }
      stream = null;
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  }

  void pump(await open());
}

function toMessage(data: string): Message {
  const parsed = JSON.parse(data);
  // A resync may come bare or wrapped; a change always has a type.
  return 'type' in parsed || 'snapshot' in parsed ? parsed : { snapshot: parsed };
}
