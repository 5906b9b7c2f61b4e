// What a browser does between a page and the network, and happy-dom does not: it keeps answers from pages that they are
// not for, and reads streams of events.

import { request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { events } from '../../src/host/events';

export const ORIGIN = 'https://crm.example';

async function fetchAsPage(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await send(url, init);
  const readable = answer.headers['access-control-allow-origin'] === ORIGIN;
  const kept = answer.headers['cross-origin-resource-policy'] === 'same-origin';
  if (init.mode === 'no-cors' ? kept : !readable) throw new TypeError('Failed to fetch');
  let body = '';
  for await (const chunk of answer) body += chunk;
  return new Response(body, { status: answer.statusCode! });
}

function send(url: string, init: RequestInit): Promise<IncomingMessage> {
  return new Promise((answered, failed) => {
    const method = init.method ?? 'GET';
    const asked = request(url, { method, headers: { Origin: ORIGIN }, agent: false }, answered);
    asked.on('error', () => failed(new TypeError('Failed to fetch')));
    init.signal?.addEventListener('abort', () => asked.destroy());
    asked.end(init.body ? String(init.body) : undefined);
  });
}

class PageEventSource extends EventTarget {
  readonly CLOSED = 2;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  private readonly gone = new AbortController();

  constructor(url: string) {
    super();
    void this.read(url);
  }

  close() {
    this.readyState = this.CLOSED;
    this.gone.abort();
  }

  private async read(url: string) {
    try {
      const answer = await send(url, { signal: this.gone.signal });
      if (answer.headers['access-control-allow-origin'] !== ORIGIN) throw new TypeError('Failed to fetch');
      this.onopen?.();
      let first = true;
      for await (const { data } of events(Readable.toWeb(answer) as ReadableStream<Uint8Array>)) {
        if (first) this.dispatchEvent(new MessageEvent('snapshot', { data }));
        else this.onmessage?.({ data });
        first = false;
      }
    } catch {
      // Told below.
    }
    if (this.readyState === this.CLOSED) return;
    this.readyState = this.CLOSED;
    this.onerror?.();
  }
}

export const browser = { fetch: fetchAsPage, EventSource: PageEventSource };
