// The one folder that speaks to the desk. The rest of the window sees a `Host` and never asks which one it is.

import type { Change } from '../bindings/Change';
import type { Done } from '../bindings/Done';
import type { EventsView } from '../bindings/EventsView';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { HistoryQuery } from '../bindings/HistoryQuery';
import type { Intent } from '../bindings/Intent';
import type { Preview } from '../bindings/Preview';
import type { Snapshot } from '../bindings/Snapshot';

/**
 * What a subscription brings: one change, a fresh snapshot where the desk could not bridge a gap, or why it did not do
 * what the agent asked for outside of the window, by a link for instance.
 */
export type Message = Change | { snapshot: Snapshot } | { refused: { code: string; detail: string } };

/** What became of a file of contacts. */
export interface Imported {
  taken: number;
  /** Those without a name or a number. */
  skipped: number;
}

/** Everything it is asked for rejects with a `Refusal`. */
export interface Host {
  /** Everything shown, now. */
  snapshot(): Promise<Snapshot>;
  /** Asks for something. */
  intent(intent: Intent): Promise<Done>;
  /** What `text` would dial for that account, or for the one that would be taken. */
  preview(text: string, account?: string): Promise<Preview>;
  /** A page of all calls that were ever written down. */
  history(query: HistoryQuery): Promise<HistoryPage>;
  /** Saves all that a search shows as CSV, where downloads go; says as which file. */
  exportHistory(query: HistoryQuery): Promise<string>;
  /** Where call events come from, and what came last. */
  events(): Promise<EventsView>;
  /** Takes an event in once more. */
  replay(event: number): Promise<void>;
  /** Takes a CSV or vCard file into the address book. */
  importContacts(name: string, text: string): Promise<Imported>;
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
