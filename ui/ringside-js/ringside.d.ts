/**
 * Where a click stands:
 *
 * - `idle`: nothing was asked yet, or the agent answered without a call to show;
 * - `asking`: the desk asks the agent whether this site may dial, or the browser asks for its permission;
 * - `dialing`, `ringing`, `active`, `held`, `ended`: the call, as the desk tells it;
 * - `refused`: the agent or the administrator said no, or nobody answered;
 * - `failed`: the desk may not or cannot dial, `reason` is its code;
 * - `fallback`: the desk is out of reach, and the number was handed to the system as a `tel:` link.
 */
export type State =
  'idle' | 'asking' | 'dialing' | 'ringing' | 'active' | 'held' | 'ended' | 'refused' | 'failed' | 'fallback';

/** What became of a click. */
export interface Status {
  state: State;
  /**
   * Why it is so: of `ended` how the call ended (`hung_up`, `remote_hung_up`, `busy`, `no_answer`, …; `lost` if the desk
   * went away), of `failed` the desk's code (`not_registered`, …; `pbx` if the PBX would not place the call), of
   * `fallback` `off` (no Ringside answers at the port), `blocked` (the browser does not let this page reach it), or
   * `unreachable` (a page without https cannot tell which).
   */
  reason: string | null;
  /** The number as the page gave it. */
  number: string | null;
  /** The call's id at the desk. */
  call: string | null;
  /** The element that was clicked. */
  element: Element | null;
}

/** The sentences that a screen reader says; a state without one is not announced. */
export type Words = Partial<Record<State, string>>;

export interface Options {
  /** The desk's port: 4059. */
  port?: number;
  /** Which elements dial: `[data-call], a[href^="tel:" i]`. */
  selector?: string;
  /** What to do where the desk is out of reach: navigate to the `tel:` link (`tel`, the default) or nothing (`none`). */
  fallback?: 'tel' | 'none';
  /** Sentences instead of the built-in ones, which follow the `lang` of the page (en, ru, fa). */
  words?: Words;
}

/** A part of a page whose numbers dial. */
export interface Attached {
  /** What became of the last click. */
  readonly state: Status;
  /** Dials, as a click would. Answers when the call was placed, or why it was not. */
  call(number: string, element?: Element): Promise<Status>;
  /** Asks the agent to let this site dial from now on. Whether it may. */
  pair(): Promise<boolean>;
  /** Hears each change of state. Returns how to stop. */
  on(event: 'state', listener: (status: Status) => void): () => void;
  /** Gives the elements back as they were and follows no call any more. */
  detach(): void;
}

/**
 * Makes call buttons of the marked elements below `root` (the document), also of those that come later. Asked again for
 * the same root, it gives the same.
 */
export function attach(root?: Document | Element | ShadowRoot, options?: Options): Attached;

/** What the classic script leaves behind as `Ringside`: for the whole document, attached where it is not yet. */
export interface Ringside extends Attached {
  attach: typeof attach;
}

declare global {
  interface Window {
    Ringside: Ringside;
  }
  interface HTMLElementEventMap {
    /** Bubbles from the element that was clicked. */
    'ringside:state': CustomEvent<Status>;
  }
}
