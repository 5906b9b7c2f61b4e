// The keys of the main window. They are named by their place on the keyboard, so that they are the same keys under a
// Russian or Persian layout.

export type Shortcut =
  | 'answer'
  | 'decline'
  | 'busy'
  | 'mute'
  | 'hold'
  | 'hang_up'
  | 'digits'
  | 'transfer'
  | 'dial'
  | 'prompt'
  | 'note'
  | 'callbacks'
  | 'help_ask'
  | 'help_listen'
  | 'help';

interface Binding {
  /** `KeyboardEvent.code`. */
  code: string;
  alt: boolean;
  /** What a person reads. */
  keys: string;
}

export const BINDINGS: Record<Shortcut, Binding> = {
  answer: { code: 'KeyA', alt: true, keys: 'Alt+A' },
  decline: { code: 'KeyD', alt: true, keys: 'Alt+D' },
  busy: { code: 'KeyB', alt: true, keys: 'Alt+B' },
  mute: { code: 'KeyM', alt: true, keys: 'Alt+M' },
  hold: { code: 'KeyH', alt: true, keys: 'Alt+H' },
  hang_up: { code: 'KeyE', alt: true, keys: 'Alt+E' },
  digits: { code: 'KeyK', alt: true, keys: 'Alt+K' },
  transfer: { code: 'KeyT', alt: true, keys: 'Alt+T' },
  dial: { code: 'KeyN', alt: true, keys: 'Alt+N' },
  prompt: { code: 'KeyP', alt: true, keys: 'Alt+P' },
  note: { code: 'KeyW', alt: true, keys: 'Alt+W' },
  callbacks: { code: 'KeyC', alt: true, keys: 'Alt+C' },
  help_ask: { code: 'KeyS', alt: true, keys: 'Alt+S' },
  help_listen: { code: 'KeyL', alt: true, keys: 'Alt+L' },
  help: { code: 'F1', alt: false, keys: 'F1' },
};

/** What the keys pressed mean, if anything. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const found = Object.entries(BINDINGS).find(([, { code, alt }]) => code === event.code && alt === event.altKey);
  return found?.[0] as Shortcut | undefined;
}

/** Alt and a digit choose the result of a call: plain digits belong to the number field and to the call. */
export const DISPOSE = { keys: 'Alt+1…9' };

/** Which result the keys pressed mean, counted from nought. */
export function placeOf(event: KeyboardEvent): number | undefined {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const [, digit] = /^(?:Digit|Numpad)([1-9])$/.exec(event.code) ?? [];
  return digit === undefined ? undefined : Number(digit) - 1;
}

/** The floor opens with a key that no field types. */
export const FLOOR = { keys: 'Ctrl+Shift+F' };

export function opensFloor(event: KeyboardEvent): boolean {
  return event.code === 'KeyF' && event.ctrlKey && event.shiftKey && !event.altKey && !event.metaKey;
}

/** Nothing on the page is waiting for this key: no field has the keyboard and nothing lies over the window. */
export function isFree(event: Event): boolean {
  if (event instanceof KeyboardEvent && (event.altKey || event.ctrlKey || event.metaKey)) return false;
  const taken = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"]';
  return !event.defaultPrevented && !(event.target instanceof Element && event.target.closest(taken));
}

/** What one types into. */
export function isTextField(element: Element | null): element is HTMLInputElement | HTMLTextAreaElement {
  return !!element?.matches('input:not([type="radio"], [type="checkbox"]), textarea');
}
