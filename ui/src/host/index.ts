// The one folder that speaks to the desk. The rest of the window sees a `Host` and never asks which one it is.

import type { Change } from '../bindings/Change';
import type { Done } from '../bindings/Done';
import type { Intent } from '../bindings/Intent';
import type { Snapshot } from '../bindings/Snapshot';

/** What a subscription brings: one change, or a fresh snapshot where the desk could not bridge a gap. */
export type Message = Change | { snapshot: Snapshot };

export interface Host {
  /** Everything shown, now. */
  snapshot(): Promise<Snapshot>;
  /** Asks for something; rejects with a `Refusal`. */
  intent(intent: Intent): Promise<Done>;
  /** Calls `listener` for every change from now on, until the returned function is called. */
  subscribe(listener: (message: Message) => void): Promise<() => void>;
}

/** The desk said no: a stable code to translate, and an English sentence for the log. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
    this.name = 'Refusal';
  }

  /** Makes a refusal of whatever a host threw. */
  static from(thrown: unknown): Refusal {
    if (thrown instanceof Refusal) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
      const { code, detail } = thrown as { code: unknown; detail?: unknown };
      return new Refusal(String(code), String(detail ?? ''));
    }
    return new Refusal('host_gone', String(thrown));
  }
}

/** Where this page runs decides who answers it. */
export async function chooseHost(page: Window = window): Promise<Host> {
  if ('__TAURI_INTERNALS__' in page) return (await import('./tauri')).tauriHost();
  const hash = new URLSearchParams(page.location.hash.slice(1));
  const token = hash.get('token');
  if (token) return (await import('./http')).httpHost(hash.get('api') || page.location.origin, token);
  if (import.meta.env.DEV) {
    const scenario = new URLSearchParams(page.location.search).get('fake') ?? 'idle';
    return (await import('./fake')).fakeHost(scenario);
  }
  throw new Refusal('host_missing', 'this page is shown by Ringside and does nothing elsewhere');
}
