// The elements that dial: which they are, what they dial, and that keyboards and screen readers find them.

const SELECTOR = '[data-call], a[href^="tel:" i]';
/** Reachable by keyboard and announced as what they are without our doing. */
const NATIVE = 'a[href], button, input, summary';
/** Set where we gave an element its role, so that it can be taken back. */
const OURS = 'data-ringside-role';

export type Root = Document | Element | ShadowRoot;
export type Press = (element: Element, number: string) => void;

/** Hears clicks on the marked elements below `root`, also on those that come later. Returns how to stop. */
export function buttons(root: Root, selector = SELECTOR, press: Press): () => void {
  const dress = () => root.querySelectorAll(selector).forEach(dressOne);
  const click = (event: Event) => clicked(event as MouseEvent, selector, press);
  const observer = new MutationObserver(dress);
  dress();
  observer.observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-call', 'href'] });
  root.addEventListener('click', click);
  root.addEventListener('keydown', keyed);
  return () => {
    observer.disconnect();
    root.removeEventListener('click', click);
    root.removeEventListener('keydown', keyed);
    root.querySelectorAll(`[${OURS}], [data-ringside-state]`).forEach(undress);
  };
}

function clicked(event: MouseEvent, selector: string, press: Press) {
  const element = (event.target as Element).closest(selector);
  // Opening in another tab, or what the page has dealt with itself, is not ours.
  const plain = !event.button && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!element || !plain || event.defaultPrevented) return;
  const number = numberOf(element);
  if (!number) return;
  event.preventDefault();
  // The second click of a double click is none.
  if (event.detail < 2) press(element, number);
}

/** Enter and the space bar, as on a button. */
function keyed(event: Event) {
  const { key, repeat, target } = event as KeyboardEvent;
  const element = target as HTMLElement;
  if (!element.hasAttribute(OURS) || (key !== 'Enter' && key !== ' ')) return;
  event.preventDefault();
  if (!repeat) element.click();
}

/** What an element dials: its mark, its link, or its text. */
function numberOf(element: Element): string {
  const link = element.getAttribute('href') ?? '';
  const text = element.getAttribute('data-call') || (/^(tel|sips?|callto):/i.test(link) ? link : element.textContent);
  return text?.trim() ?? '';
}

function dressOne(element: Element) {
  if (element.matches(NATIVE) || element.hasAttribute('role') || element.hasAttribute(OURS)) return;
  element.setAttribute(OURS, '');
  element.setAttribute('role', 'button');
  if (!element.hasAttribute('tabindex')) element.setAttribute('tabindex', '0');
}

function undress(element: Element) {
  const names = ['data-ringside-state', 'data-ringside-reason', 'aria-busy'];
  if (element.hasAttribute(OURS)) names.push(OURS, 'role', 'tabindex');
  for (const name of names) element.removeAttribute(name);
}
