// The shell makes the window as high as its page.

import { invoke } from '@tauri-apps/api/core';

/**
 * Tells the shell how high `element` is, now and whenever that changes. A hidden page is laid out only when it is asked, and
 * its observers sleep: whoever changes it then calls the function that is returned.
 */
export function roomFor(element: HTMLElement): { tell: () => void; stop: () => void } {
  let told = 0;
  const tell = () => {
    const height = Math.ceil(element.getBoundingClientRect().height);
    if (height === 0 || height === told || !('__TAURI_INTERNALS__' in window)) return;
    told = height;
    // A window that is going away needs no room.
    invoke('card_height', { height }).catch(() => {});
  };
  const observer = new ResizeObserver(tell);
  observer.observe(element);
  return { tell, stop: () => observer.disconnect() };
}
