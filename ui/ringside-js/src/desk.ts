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

/** Asks to dial `target`, or only to be paired. */
export async function ask(base: string, target?: string): Promise<Answer> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  let response;
  try {
    response = await fetch(`${base}/v1/pair`, {
      method: 'POST',
      body: new URLSearchParams(target === undefined ? {} : { target }),
      credentials: 'omit',
      signal: patience.signal,
    });
  } catch {
    return nothing(await hidden(base));
  } finally {
    clearTimeout(timer);
  }
  const body = await response.json().catch(() => ({}));
  if (response.ok) return told(body, target);
  return nothing([response.status === 403 ? 'refused' : 'failed', body.error?.code ?? null]);
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
 * A no is as invisible to the page as a desk that is off. The description of the desk's interface is for everybody to
 * load, though not to read: if even that fails, nobody is there.
 */
async function hidden(base: string): Promise<[Answer['state'], string | null]> {
  try {
    await fetch(`${base}/v1/openapi.json`, { mode: 'no-cors', credentials: 'omit', cache: 'no-store' });
    return ['refused', null];
  } catch {
    return ['fallback', await why()];
  }
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
