import { afterEach, describe, expect, test } from 'vitest';
import { duration, figure, when } from '../src/i18n/format';
import { language } from '../src/i18n/language.svelte';
import { asciiDigits } from '../src/state/number';

afterEach(() => language.follow('en'));

describe('durations', () => {
  test.each([
    [0, '0:00'],
    [7_999, '0:07'],
    [760_000, '12:40'],
    [3_723_000, '1:02:03'],
    [-5, '0:00'],
  ])('%i ms is %s', (ms, text) => {
    language.follow('en');
    expect(duration(ms)).toBe(text);
  });

  test('in Persian use Persian digits', () => {
    language.follow('fa');
    expect(duration(3_723_000)).toBe('۱:۰۲:۰۳');
    expect(figure(4.3, 1)).toBe('۴٫۳');
  });
});

test('a day other than today is named', () => {
  language.follow('en');
  expect(when('2026-11-20T08:05:00', 'Sat Nov 21 2026')).toBe('20 Nov, 08:05');
  expect(when('2026-11-21T08:05:00', 'Sat Nov 21 2026')).toBe('08:05');
});

test('digits of any keyboard dial the same', () => {
  expect(asciiDigits('۰۹۱۲ ٣٤٥')).toBe('0912 345');
});
