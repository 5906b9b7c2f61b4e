import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 250;

/** The time of day in milliseconds, reactive while something shows it. A hidden window's clock may tick slowly: it is
 * read anew each time, so what is derived from timestamps is always right. */
const subscribe = createSubscriber((update) => {
  const timer = setInterval(update, TICK_MS);
  return () => clearInterval(timer);
});

export function now(): number {
  subscribe();
  return Date.now();
}
