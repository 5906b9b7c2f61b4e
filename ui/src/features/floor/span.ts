// Which rows of a long list are worth making.

export interface Span {
  /** The first row, counted from nought. */
  from: number;
  /** One past the last. */
  to: number;
}

/** Rows beyond each edge, so that a turn of the wheel finds them there. */
const AHEAD = 6;

/** Of `count` rows that are `rowHeight` high, those that are near what is seen. */
export function spanOf(scrollTop: number, height: number, rowHeight: number, count: number): Span {
  const first = Math.floor(scrollTop / rowHeight) - AHEAD;
  const last = Math.ceil((scrollTop + height) / rowHeight) + AHEAD;
  const from = Math.max(0, Math.min(first, count));
  return { from, to: Math.max(from, Math.min(last, count)) };
}

/** How far to scroll so that `row` is seen whole, below a head that covers `covered` of the room; `scrollTop` if it is. */
export function scrollTo(row: number, scrollTop: number, height: number, rowHeight: number, covered: number): number {
  const [top, bottom] = [row * rowHeight, (row + 1) * rowHeight];
  if (top < scrollTop) return top;
  return Math.max(scrollTop, bottom - (height - covered));
}
