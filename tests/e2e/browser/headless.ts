// The real desk without a window, with the practice PBX in the same process.

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const BINARY = process.env.RINGSIDE_HEADLESS ?? join(__dirname, '../../../target/debug/ringside-headless');

/** Any free port, and no sound card. */
const settings = (more: More) => `
version = 1
language = "en"

[local_api]
port = 0
${more.localApi ?? ''}

[webhook]
listen = "127.0.0.1:0"

[audio]
microphone = ["null"]
speaker = ["null"]
ring = ["null"]

${more.sections ?? ''}
`;

/** What a story adds to the settings. */
export interface More {
  /** Lines of `[local_api]`. */
  localApi?: string;
  /** Sections of their own. */
  sections?: string;
}

const READY_MS = 10_000;
const STOP_MS = 4_000;

export interface Headless {
  /** `http://127.0.0.1:…` */
  api: string;
  token: string;
  pid: number;
  /** What it has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

export async function startHeadless(more: More = {}): Promise<Headless> {
  const home = await mkdtemp(join(tmpdir(), 'ringside-e2e-'));
  const file = join(home, 'settings.toml');
  await writeFile(file, settings(more));
  const child = spawn(BINARY, ['--settings', file, '--data', join(home, 'data'), '--practice'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk) => (log += chunk));
  const ready = await within(READY_MS, firstLine(child), () => `${BINARY} is not ready:\n${log}`);
  const { local_api, token_file, pid } = JSON.parse(ready).ready;
  return {
    api: local_api,
    token: (await readFile(token_file, 'utf8')).trim(),
    pid,
    log: () => log,
    async stop() {
      if (child.exitCode === null) {
        child.kill('SIGTERM');
        await within(STOP_MS, once(child, 'exit'), () => `the desk does not stop:\n${log}`);
      }
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const gone = once(child, 'exit').then(() => '');
  return Promise.race([once(lines, 'line').then(([line]) => line as string), gone]);
}

async function within<T>(ms: number, promise: Promise<T>, otherwise: () => string): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(otherwise())), ms)));
  const result = await Promise.race([promise, late]).finally(() => clearTimeout(timer));
  if (result === '') throw new Error(otherwise());
  return result;
}
