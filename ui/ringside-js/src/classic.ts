// As a classic script: `<script src="ringside.js" data-port="4059" defer></script>` attaches to the whole document and
// leaves `Ringside` behind. `data-manual` leaves the attaching to the page.

import type { Options, Ringside } from '../ringside';
import { attach } from './ringside';

const { port, selector, fallback, manual } = (document.currentScript as HTMLScriptElement | null)?.dataset ?? {};
const options: Options = {
  port: Number(port) || undefined,
  selector,
  fallback: fallback === 'none' ? 'none' : 'tel',
};

const page = () => attach(document, options);

const ringside: Ringside = {
  attach: (root, more) => attach(root, { ...options, ...more }),
  call: (number, element) => page().call(number, element),
  pair: () => page().pair(),
  on: (event, listener) => page().on(event, listener),
  detach: () => page().detach(),
  get state() {
    return page().state;
  },
};

window.Ringside = ringside;

if (manual === undefined) {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', page);
  else page();
}
