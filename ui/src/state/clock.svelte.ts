import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 250;
const SECOND_MS = 1000;

/** The time of day in milliseconds, reactive while something shows it. A hidden window's clock may tick slowly: it is
 * read anew each time, so what is derived from timestamps is always right. */
export const now = ticking(TICK_MS);

/** The same once a second, for what is shown many times over: one clock for all of it. */
export const second = ticking(SECOND_MS);

function ticking(everyMs: number): () => number {
  const subscribe = createSubscriber((update) => {
    const timer = setInterval(update, everyMs);
    return () => clearInterval(timer);
  });
  return () => {
    subscribe();
    return Date.now();
  };
}
