import { createSubscriber } from 'svelte/reactivity';

/** Whether this window is the one that the agent works in: seen, and the keyboard's. */
const subscribe = createSubscriber((update) => {
  const stop = new AbortController();
  for (const event of ['focus', 'blur']) window.addEventListener(event, update, stop);
  document.addEventListener('visibilitychange', update, stop);
  return () => stop.abort();
});

export function isAttended(): boolean {
  subscribe();
  return document.visibilityState === 'visible' && document.hasFocus();
}

/** Whether anybody can see this window. */
export function isVisible(): boolean {
  subscribe();
  return document.visibilityState === 'visible';
}
