// Serves the built window and passes /v1 on to the desk: the desk answers no other origin, so the page must come from
// the same one. The policy is the app's own, so that what it forbids fails here too.

import { readFile } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const DIST = join(__dirname, '../../../ui/dist');
const TAURI = join(__dirname, '../../../src-tauri/tauri.conf.json');
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

export interface Site {
  /** `http://127.0.0.1:…` */
  origin: string;
  stop(): Promise<void>;
}

export async function serveWindow(api: string): Promise<Site> {
  const policy = await contentSecurityPolicy();
  const server = createServer((asked, answer) => {
    if (asked.url?.startsWith('/v1/')) passOn(api, asked, answer);
    else void file(asked, answer, policy);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => close(server),
  };
}

/** The app's policy; only the desk is reached over HTTP instead of Tauri's IPC. */
async function contentSecurityPolicy(): Promise<string> {
  const { app } = JSON.parse(await readFile(TAURI, 'utf8'));
  const directives: Record<string, string> = {
    ...app.security.csp,
    'connect-src': "'self'",
  };
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

async function file(asked: IncomingMessage, answer: ServerResponse, policy: string) {
  const path = normalize(new URL(asked.url ?? '/', 'http://x').pathname).replace(/\/$/, '/index.html');
  try {
    const body = await readFile(join(DIST, path));
    answer.writeHead(200, {
      'Content-Type': TYPES[extname(path)] ?? 'text/plain',
      'Content-Security-Policy': policy,
    });
    answer.end(body);
  } catch {
    answer.writeHead(404).end();
  }
}

function passOn(api: string, asked: IncomingMessage, answer: ServerResponse) {
  const { host, origin, referer, ...headers } = asked.headers;
  const onward = request(api + asked.url, { method: asked.method, headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
  });
  onward.on('error', () => answer.destroy());
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}
