// The desk at the localhost port, as far as a page may speak to it.
//
// A click is one `POST /v1/pair`, which a browser sends without a preflight: a paired site dials by it at once, another
// one asks the agent, who may let it dial once or always. So no click can dial twice.

import type { Status } from '../ringside';

/** What the desk made of a click. */
export interface Answer extends Pick<Status, 'reason'> {
  state: 'idle' | 'dialing' | 'refused' | 'failed' | 'fallback';
  paired: boolean;
  call: string | null;
  origination: string | null;
}

/** The desk waits a minute for the agent; a browser that asks for its own permission may take longer. */
const PATIENCE_MS = 180_000;
/** By then the browser has its permission, and nobody is asked anything. */
const PROBE_MS = 10_000;

/** Asks to dial `target`, or only to be paired. */
export async function ask(base: string, target?: string): Promise<Answer> {
  const body = new URLSearchParams(target === undefined ? {} : { target });
  let response;
  try {
    response = await send(`${base}/v1/pair`, { method: 'POST', body }, PATIENCE_MS);
  } catch {
    return nothing((await isHiding(base)) ? ['refused', null] : ['fallback', await why()]);
  }
  const said = await response.json().catch(() => null);
  if (response.ok && typeof said?.paired === 'boolean') return told(said, target);
  const code = said?.error?.code;
  // Another program has the port, and lets every page read what it says.
  if (response.ok || !code) return nothing(['fallback', await why()]);
  return nothing([response.status === 403 ? 'refused' : 'failed', code]);
}

async function send(url: string, init: RequestInit, patience: number): Promise<Response> {
  const lost = new AbortController();
  const timer = setTimeout(() => lost.abort(), patience);
  try {
    return await fetch(url, { credentials: 'omit', signal: lost.signal, ...init });
  } finally {
    clearTimeout(timer);
  }
}

function told({ paired, call, origination }: Partial<Answer>, target?: string): Answer {
  // A page that the agent knows can read a no as well: nothing was dialled.
  const state = target === undefined ? 'idle' : call || origination ? 'dialing' : 'refused';
  return { state, reason: null, paired: !!paired, call: call ?? null, origination: origination ?? null };
}

function nothing([state, reason]: [Answer['state'], string | null]): Answer {
  return { state, reason, paired: false, call: null, origination: null };
}

/**
 * A no is as invisible to the page as a desk that is off. But the desk lets every page load the description of its
 * interface, though not read it, and no page load its snapshot: of another program at the port a page may load both, or
 * neither.
 */
async function isHiding(base: string): Promise<boolean> {
  const loads = (path: string) =>
    send(base + path, { mode: 'no-cors', cache: 'no-store' }, PROBE_MS).then(
      () => true,
      () => false,
    );
  return !(await loads('/v1/snapshot')) && (await loads('/v1/openapi.json'));
}

/** Whether the browser keeps this page from the loopback, or nobody is there. Its permission went by two names. */
async function why(): Promise<string> {
  // Without https every permission reads as denied, also where the browser lets the page through.
  if (!isSecureContext) return 'unreachable';
  for (const name of ['loopback-network', 'local-network-access']) {
    try {
      const { state } = await navigator.permissions.query({ name } as unknown as PermissionDescriptor);
      return state === 'denied' ? 'blocked' : 'off';
    } catch {
      // A browser that does not know the name.
    }
  }
  return 'off';
}
