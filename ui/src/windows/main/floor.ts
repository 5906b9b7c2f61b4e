// The floor has a window of its own, which the shell keeps; in a browser it is a page of its own.

import { invoke } from '@tauri-apps/api/core';

export function openFloor(page: Window = window) {
  // A window that is going away opens no other.
  if ('__TAURI_INTERNALS__' in page) invoke('open_floor').catch(() => {});
  else page.open(new URL(`floor.html${page.location.search}${page.location.hash}`, page.location.href), 'floor');
}
