// Numbers, times and durations in the digits of the language. Phone numbers are not numbers: they stay as dialled.

import { language } from './language.svelte';

/** Persian has its own digits; `Intl` knows. */
const TAG = { en: 'en-GB', ru: 'ru-RU', fa: 'fa-IR' } as const;

const tag = () => TAG[language.current];

/** `0:07`, `12:40`, `1:02:03`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => decimal(part, place === 0 ? 1 : 2)).join(':');
}

/** For `<time datetime>`: an ISO 8601 duration, which screen readers speak. */
export function isoDuration(ms: number): string {
  return `PT${Math.max(0, Math.floor(ms / 1000))}S`;
}

/** The time of day, with the date if it is not today (`Date.toDateString()`). */
export function when(at: string, today: string): string {
  const date = new Date(at);
  const isToday = date.toDateString() === today;
  return new Intl.DateTimeFormat(tag(), {
    hour: '2-digit',
    minute: '2-digit',
    ...(isToday ? {} : { day: 'numeric', month: 'short' }),
  }).format(date);
}

/** A figure with at most `digits` decimals. */
export function figure(value: number, digits = 0): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

function decimal(value: number, minimumIntegerDigits: number): string {
  return new Intl.NumberFormat(tag(), { minimumIntegerDigits, useGrouping: false }).format(value);
}

/** A number or address for the middle of a sentence: it keeps its own order there, in every language (UAX #9, LRI…PDI). */
export function isolated(text: string): string {
  return `\u2066${text}\u2069`;
}
