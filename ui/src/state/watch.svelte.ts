// What is asked for again and again while somebody looks.

import { isVisible } from './attention.svelte';

/** Asks now and each `everyMs` while the window is visible; one question at a time. Stops with the effect that it is in. */
export function watch<T>(
  everyMs: number,
  ask: () => Promise<T>,
  tell: (answer: T) => void,
  fail: (thrown: unknown) => void,
) {
  $effect(() => {
    if (!isVisible()) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      try {
        const answer = await ask();
        if (!over) tell(answer);
      } catch (thrown) {
        if (!over) fail(thrown);
      }
      if (!over) timer = setTimeout(round, everyMs);
    };
    void round();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  });
}
