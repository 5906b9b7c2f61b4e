// The keys of the main window. They are named by their place on the keyboard, so that they are the same keys under a
// Russian or Persian layout.

export type Shortcut =
  'answer' | 'decline' | 'busy' | 'mute' | 'hold' | 'hang_up' | 'digits' | 'transfer' | 'dial' | 'help';

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
  help: { code: 'F1', alt: false, keys: 'F1' },
};

/** What the keys pressed mean, if anything. */
export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const found = Object.entries(BINDINGS).find(([, { code, alt }]) => code === event.code && alt === event.altKey);
  return found?.[0] as Shortcut | undefined;
}

/** Nothing on the page is waiting for this key: no field has the keyboard and nothing lies over the window. */
export function isFree(event: Event): boolean {
  if (event instanceof KeyboardEvent && (event.altKey || event.ctrlKey || event.metaKey)) return false;
  const taken = 'input, textarea, select, [contenteditable], [role="dialog"], [role="listbox"]';
  return !event.defaultPrevented && !(event.target instanceof Element && event.target.closest(taken));
}
