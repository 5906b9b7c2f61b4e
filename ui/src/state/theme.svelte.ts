// Light or dark: what the person chose for this window, else what the system prefers.

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'ringside.theme';
const dark = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

let chosen = $state<Theme>(stored());
let systemIsDark = $state(dark?.matches ?? false);
dark?.addEventListener('change', (event) => (systemIsDark = event.matches));
// Chosen in another window.
globalThis.addEventListener?.('storage', ({ key }) => {
  if (key === KEY) chosen = stored();
});

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  set chosen(theme: Theme) {
    chosen = theme;
    localStorage.setItem(KEY, theme);
  },
  get shown(): 'light' | 'dark' {
    return chosen === 'system' ? (systemIsDark ? 'dark' : 'light') : chosen;
  },
};

function stored(): Theme {
  const theme = globalThis.localStorage?.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}
