// A desk that answers as the real one does, for as much as these tests need; the browser stories have the real one.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Verdict = 'allowed' | 'refused' | 'unknown';

export class StandIn {
  /** What is thought of the page that asks. */
  verdict: Verdict = 'allowed';
  /** What `POST /v1/pair` answers to an allowed page. */
  answer: { status: number; body: unknown } = { status: 200, body: { paired: true, call: 'c1' } };
  /** Every request, as `POST /v1/pair 700`. */
  readonly asked: string[] = [];
  /** The first event of a stream. */
  calls: unknown[] = [];
  readonly streams = new Set<ServerResponse>();
  private waiting: (() => void) | null = null;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<StandIn> {
    const server = createServer((asked, answer) => void desk.serve(asked, answer));
    const desk = new StandIn(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return desk;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The agent decides about a page that waits. */
  decide(verdict: Verdict) {
    this.verdict = verdict;
    this.waiting?.();
  }

  change(change: unknown) {
    for (const stream of this.streams) stream.write(`data: ${JSON.stringify(change)}\n\n`);
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((closed) => this.server.close(() => closed()));
  }

  private async serve(asked: IncomingMessage, answer: ServerResponse) {
    const { pathname } = new URL(asked.url!, 'http://x');
    let body = '';
    for await (const chunk of asked) body += chunk;
    this.asked.push(`${asked.method} ${pathname} ${new URLSearchParams(body).get('target') ?? ''}`.trim());
    // For whom a browser may load an answer that no script reads.
    answer.setHeader('Cross-Origin-Resource-Policy', pathname === '/v1/openapi.json' ? 'cross-origin' : 'same-origin');
    if (pathname === '/v1/openapi.json') return answer.writeHead(401).end('{}');
    if (pathname === '/v1/pair' && this.verdict === 'unknown') {
      await new Promise<void>((decided) => (this.waiting = decided));
    }
    if (this.verdict !== 'allowed') return answer.writeHead(403).end();
    answer.setHeader('Access-Control-Allow-Origin', asked.headers.origin ?? '');
    if (pathname === '/v1/changes') return this.stream(answer);
    answer.writeHead(this.answer.status).end(JSON.stringify(this.answer.body));
  }

  private stream(answer: ServerResponse) {
    this.streams.add(answer);
    answer.on('close', () => this.streams.delete(answer));
    answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
    answer.write(`event: snapshot\ndata: ${JSON.stringify({ calls: this.calls })}\n\n`);
  }
}
