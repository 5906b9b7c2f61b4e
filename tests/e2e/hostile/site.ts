// A web server of the attackers and of the honest pages alike: which of them a page belongs to is a matter of the name
// in its address, and the browsers of this suite find every name at 127.0.0.1.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Handler = (asked: IncomingMessage, answer: ServerResponse) => void;

export class Site {
  private readonly pages = new Map<string, string | Handler>();

  private constructor(private readonly server: Server) {
    server.on('request', (asked, answer) => {
      const page = this.pages.get((asked.url ?? '/').split('?')[0] ?? '/');
      if (typeof page === 'function') return page(asked, answer);
      answer.writeHead(page === undefined ? 404 : 200, { 'Content-Type': 'text/html; charset=utf-8' });
      answer.end(page === undefined ? '' : `<!doctype html><title>page</title><link rel=icon href=data:,>${page}`);
    });
  }

  static async start(): Promise<Site> {
    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return new Site(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  origin(name: string): string {
    return `http://${name}:${this.port}`;
  }

  /** Puts up a page for all names; gives its path. */
  page(content: string | Handler, path = `/page-${this.pages.size}`): string {
    this.pages.set(path, content);
    return path;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
