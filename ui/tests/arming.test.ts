import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Arming, ARMING_MS } from '../src/state/arming.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function seen(what = 'p1') {
  const arming = new Arming();
  arming.see(what);
  return arming;
}

/** Down and up again. */
function press(arming: Arming, repeated = false): boolean {
  arming.begin(repeated);
  return arming.accepts();
}

describe('a question', () => {
  test('takes no press before it was seen long enough', () => {
    const arming = seen();
    expect(press(arming)).toBe(false);
    vi.advanceTimersByTime(ARMING_MS - 1);
    expect(press(arming)).toBe(false);
    vi.advanceTimersByTime(1);
    expect(press(arming)).toBe(true);
  });

  test('takes no press that began too early, however late it ends', () => {
    const arming = seen();
    arming.begin();
    vi.advanceTimersByTime(ARMING_MS);
    expect(arming.accepts()).toBe(false);
    expect(press(arming), 'the next one is a new one').toBe(true);
  });

  test('takes no key that is held down', () => {
    const arming = seen();
    vi.advanceTimersByTime(ARMING_MS);
    expect(press(arming, true)).toBe(false);
  });

  test('that takes the place of another starts over', () => {
    const arming = seen();
    vi.advanceTimersByTime(ARMING_MS);
    arming.see('p2');
    expect(press(arming)).toBe(false);
    vi.advanceTimersByTime(ARMING_MS);
    expect(press(arming)).toBe(true);
  });

  test('that was out of sight starts over', () => {
    const arming = seen();
    vi.advanceTimersByTime(ARMING_MS - 100);
    arming.see(null);
    vi.advanceTimersByTime(5000);
    expect(press(arming)).toBe(false);
    arming.see('p1');
    vi.advanceTimersByTime(ARMING_MS - 100);
    expect(press(arming)).toBe(false);
    vi.advanceTimersByTime(100);
    expect(press(arming)).toBe(true);
  });

  test('does not start over when it is only counted up', () => {
    const arming = seen();
    vi.advanceTimersByTime(ARMING_MS - 1);
    arming.see('p1');
    vi.advanceTimersByTime(1);
    expect(arming.armed).toBe(true);
  });
});
