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

/** The time of day to the second. */
export function clockTime(at: string): string {
  return new Intl.DateTimeFormat(tag(), { timeStyle: 'medium' }).format(new Date(at));
}

/** The time of day: `15:30`. */
export function hourMinute(at: Date): string {
  return new Intl.DateTimeFormat(tag(), { hour: '2-digit', minute: '2-digit' }).format(at);
}

/** So many minutes, as people say it: `12 min`, `1 hr 30 min`, `3 days`. */
export function span(minutes: number): string {
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  if (hours === 0) return measured(minutes, 'minute');
  if (hours >= 48) return measured(days, 'day');
  const rest = hours < 10 ? minutes % 60 : 0;
  return rest === 0 ? measured(hours, 'hour') : `${measured(hours, 'hour')} ${measured(rest, 'minute')}`;
}

function measured(value: number, unit: string): string {
  return new Intl.NumberFormat(tag(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
}

/** A figure with at most `digits` decimals. */
export function figure(value: number, digits = 0): string {
  return new Intl.NumberFormat(tag(), { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

function decimal(value: number, minimumIntegerDigits: number): string {
  return new Intl.NumberFormat(tag(), { minimumIntegerDigits, useGrouping: false }).format(value);
}

/** A number or address for the middle of a sentence: it keeps its own order there, in every language (UAX #9, LRI…PDI), and is
 * not torn at a blank. */
export function isolated(text: string): string {
  return `\u2066${withoutBidi(text).replaceAll(' ', '\u00a0')}\u2069`;
}

/** A name for the middle of a sentence: in its own direction, whichever that is, and without disturbing the rest (FSI…PDI). */
export function isolatedText(text: string): string {
  return `\u2068${withoutBidi(text)}\u2069`;
}

/** Marks inside a text could end its isolation. */
function withoutBidi(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '');
}

/** `Russia` of `RU`. */
export function regionName(region: string): string {
  try {
    return new Intl.DisplayNames(tag(), { type: 'region' }).of(region) ?? region;
  } catch {
    // Not every region of a numbering plan is a country: +800 is nobody's.
    return region;
  }
}
