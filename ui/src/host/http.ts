// The host over the localhost port, as a test or a script sees it. EventSource cannot carry a bearer token, so the
// server-sent events are read from a fetch.

import type { Done } from '../bindings/Done';
import type { EventsView } from '../bindings/EventsView';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { HistoryQuery } from '../bindings/HistoryQuery';
import type { Preview } from '../bindings/Preview';
import type { Snapshot } from '../bindings/Snapshot';
import { events } from './events';
import { Refusal, type Host, type Imported, type Message } from './index';

const RECONNECT_MS = 500;
/** No change has this number, so the stream begins with a snapshot and nothing falls in between. */
const FROM_A_SNAPSHOT = String(Number.MAX_SAFE_INTEGER);

export function httpHost(base: string, token: string): Host {
  const headers = { Authorization: `Bearer ${token}` };

  async function answer(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(base + path, { ...init, headers: { ...headers, ...init.headers } }).catch((error) => {
      throw new Refusal('host_gone', String(error));
    });
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    throw Refusal.from(body?.error ?? { code: 'host_gone', detail: `HTTP ${response.status}` });
  }

  async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await answer(path, init)).json().catch(() => null);
  }

  const post = <T>(path: string, body: unknown) =>
    ask<T>(path, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });

  return {
    snapshot: () => ask<Snapshot>('/v1/snapshot'),
    intent: (intent) => post<Done>('/v1/intent', intent),
    preview: (target, account) =>
      ask<Preview>(`/v1/preview?${new URLSearchParams({ target, ...(account ? { account } : {}) })}`),
    history: (query) => ask<HistoryPage>(`/v1/history?${parametersOf(query)}`),
    async exportHistory(query) {
      const response = await answer(`/v1/history.csv?${parametersOf(query)}`);
      return download(await response.blob(), CSV);
    },
    events: () => ask<EventsView>('/v1/events'),
    replay: (event) => post<void>('/v1/events/replay', { event }),
    importContacts: (name, text) =>
      ask<Imported>(`/v1/contacts?${new URLSearchParams({ name })}`, { method: 'POST', body: text }),
    async subscribe(listener) {
      const stop = new AbortController();
      await follow(`${base}/v1/changes`, headers, stop.signal, listener);
      return () => stop.abort();
    },
  };
}

const CSV = 'ringside-calls.csv';

function parametersOf(query: HistoryQuery): URLSearchParams {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
}

/** Hands a file to the browser, which puts it where its downloads go. */
function download(file: Blob, name: string): string {
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(file), download: name });
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return name;
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
