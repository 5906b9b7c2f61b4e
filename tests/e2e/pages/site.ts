// The web servers of the pages: one for each scheme and address space, since a browser is told the space by the port.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as http, type Server } from 'node:http';
import { createServer as https } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KINDS, type Kind } from './kinds';

const DIST = join(__dirname, '../../../ui/ringside-js/dist');

/** A page, and the policy it lays upon itself. */
export interface Content {
  html: string;
  policy?: string;
}

export class Site {
  /** What every address shows. */
  content: Content = { html: '' };
  private readonly servers = new Map<string, Server>();

  static async start(): Promise<Site> {
    const site = new Site();
    const tls = certificate();
    for (const { scheme, space } of KINDS) {
      if (site.servers.has(scheme + space)) continue;
      const server = scheme === 'http' ? http() : https(tls);
      server.on('request', (asked, answer) => {
        if (asked.url?.startsWith('/ringside.')) {
          return answer.writeHead(200, { 'Content-Type': 'text/javascript' }).end(readFileSync(join(DIST, asked.url)));
        }
        const { html, policy } = site.content;
        answer.setHeader('Content-Type', 'text/html; charset=utf-8');
        if (policy) answer.setHeader('Content-Security-Policy', policy);
        answer.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><body>${html}`);
      });
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      site.servers.set(scheme + space, server);
    }
    return site;
  }

  origin(kind: Kind): string {
    return `${kind.scheme}://${kind.host}:${this.port(kind)}`;
  }

  /** For Chromium's `--ip-address-space-overrides`. */
  get spaces(): string {
    const pretended = KINDS.filter(({ space }) => space !== 'loopback');
    return pretended.map((kind) => `127.0.0.1:${this.port(kind)}=${kind.space}`).join(',');
  }

  stop() {
    for (const server of this.servers.values()) {
      server.closeAllConnections();
      server.close();
    }
  }

  private port({ scheme, space }: Kind): number {
    return (this.servers.get(scheme + space)!.address() as AddressInfo).port;
  }
}

/** Signed by nobody but itself. */
function certificate(): { key: Buffer; cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = 'subjectAltName=DNS:crm.example,DNS:localhost';
  const how = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=crm.example',
  ];
  execFileSync('openssl', ['req', '-x509', ...how, '-addext', names, '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true });
  return made;
}
