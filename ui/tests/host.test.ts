import { describe, expect, test, vi } from 'vitest';
import { events } from '../src/host/events';
import { httpHost } from '../src/host/http';
import type { Message } from '../src/host';

function streamOf(...chunks: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}

async function all(stream: ReadableStream<Uint8Array>) {
  const seen = [];
  for await (const event of events(stream)) seen.push(event);
  return seen;
}

describe('server-sent events', () => {
  test('are read across chunks, with comments passed over', async () => {
    const stream = streamOf(': hello\n\nid: 7\nda', 'ta: {"a":1}\n\n', 'id: 8\r\ndata: x\r\ndata: y\r\n\r\n');
    expect(await all(stream)).toEqual([
      { id: '7', data: '{"a":1}' },
      { id: '8', data: 'x\ny' },
    ]);
  });

  test('keep characters split between chunks and separators inside a name', async () => {
    const bytes = new TextEncoder().encode('data: نگار\u2028x\n\n');
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, 9));
        controller.enqueue(bytes.slice(9));
        controller.close();
      },
    });
    expect(await all(stream)).toEqual([{ id: null, data: 'نگار\u2028x' }]);
  });
});

describe('the http host', () => {
  test('turns the desk’s error into a refusal', async () => {
    const body = JSON.stringify({ error: { code: 'not_registered', detail: 'No account is registered' } });
    vi.stubGlobal('fetch', async () => new Response(body, { status: 409 }));
    await expect(httpHost('', 't').intent({ type: 'dial', target: '1' })).rejects.toMatchObject({
      code: 'not_registered',
    });
  });

  test('resumes after the last event it saw', async () => {
    vi.useFakeTimers();
    const streams = [
      streamOf('id: 6\ndata: {"seq":6,"type":"call_removed","call":"c1"}\n\n'),
      streamOf('data: {"seq":9}\n\n'),
    ];
    const fetch = vi.fn(
      async (_url: string, _init: RequestInit) => new Response(streams.shift() ?? new ReadableStream()),
    );
    vi.stubGlobal('fetch', fetch);
    const seen: Message[] = [];
    const stop = await httpHost('http://desk', 't').subscribe((message) => seen.push(message));
    await vi.advanceTimersByTimeAsync(600);
    expect(seen).toEqual([{ seq: 6, type: 'call_removed', call: 'c1' }, { snapshot: { seq: 9 } }]);
    expect(new Headers(fetch.mock.calls[1]![1].headers).get('Last-Event-ID')).toBe('6');
    expect(new Headers(fetch.mock.calls[1]![1].headers).get('Authorization')).toBe('Bearer t');
    stop();
    vi.useRealTimers();
  });
});
