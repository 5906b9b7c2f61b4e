// When a card has come to the screen, for whoever measures that.

/** Marks `card:k1` once the frame that shows it is drawn. A hidden window draws none: the mark waits until it is shown. */
export function markPainted(card: string) {
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      performance.mark(`card:${card}`);
      document.documentElement.dataset.painted = card;
    }),
  );
}
