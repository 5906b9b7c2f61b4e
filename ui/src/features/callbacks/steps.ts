// Arrow keys go from one callback to the next, from wherever in it one is.

const ROW = '[data-callback]';

export function stepBetweenRows(event: KeyboardEvent & { currentTarget: HTMLElement }) {
  const { key, target, currentTarget } = event;
  if ((key !== 'ArrowDown' && key !== 'ArrowUp') || !(target instanceof HTMLElement)) return;
  // A menu opens by the same keys.
  if (event.defaultPrevented || target.getAttribute('aria-haspopup') === 'menu') return;
  const rows = [...currentTarget.querySelectorAll<HTMLElement>(ROW)];
  const here = rows.findIndex((row) => row.contains(target));
  if (here < 0) return;
  const ahead = key === 'ArrowDown' ? rows.slice(here + 1) : rows.slice(0, here).reverse();
  const button = ahead.map((row) => row.querySelector('button')).find((found) => found !== null);
  if (!button) return;
  event.preventDefault();
  button.focus();
}
