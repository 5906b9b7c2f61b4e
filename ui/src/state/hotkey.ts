// A key combination for the whole desktop, as the settings write it: `Ctrl+Alt+C`.

const MODIFIERS = ['Control', 'Alt', 'AltGraph', 'Shift', 'Meta', 'OS'];

/** Named by their place on the keyboard, so that they are the same keys under any layout. */
function keyOf(code: string): string | undefined {
  const [, letter, digit, other] =
    /^(?:Key([A-Z])|Digit(\d)|(F\d{1,2}|Space|Insert|Home|End|PageUp|PageDown))$/.exec(code) ?? [];
  return letter ?? digit ?? other;
}

/** The combination pressed; `undefined` while it is none that can be taken from all other programs. */
export function combinationOf(event: KeyboardEvent): string | undefined {
  if (MODIFIERS.includes(event.key)) return undefined;
  const key = keyOf(event.code);
  const strong = event.ctrlKey || event.altKey || event.metaKey;
  if (!key || (!strong && !/^F\d/.test(key))) return undefined;
  const held = [
    event.ctrlKey && 'Ctrl',
    event.altKey && 'Alt',
    event.shiftKey && 'Shift',
    event.metaKey && 'Super',
  ].filter(Boolean);
  return [...held, key].join('+');
}
