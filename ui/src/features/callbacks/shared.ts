// Cards stand deep in several windows: whoever shows one shares the callbacks with all of them.

import { getContext, setContext } from 'svelte';
import type { Callbacks } from '../../state/callbacks.svelte';

const SHARED = Symbol('callbacks');

export function share(callbacks: Callbacks) {
  setContext(SHARED, callbacks);
}

/** Nothing where the window shares none. */
export function shared(): Callbacks | undefined {
  return getContext(SHARED);
}
