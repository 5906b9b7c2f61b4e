// When to call back, as people say it: in so many minutes, tomorrow morning, at 15:30.

import { asciiDigits } from './number';

const MINUTE_MS = 60_000;
const MORNING = 9;

export const QUARTER_MS = 15 * MINUTE_MS;
export const HOUR_MS = 60 * MINUTE_MS;

/** In so many milliseconds. */
export function after(ms: number, now: number): Date {
  return new Date(now + ms);
}

/** The next day, when work begins. */
export function tomorrowMorning(now: number): Date {
  return onDay(now, 1, MORNING, 0);
}

/** A time of day, `15:30`, `15.30`, `1530` or `9`, in any digits: the next time that it is so; nothing if it is none. */
export function nextTime(text: string, now: number): Date | undefined {
  const [, hour, minute = '0'] = /^(\d{1,2})(?:[:.,\s]?(\d{2}))?$/.exec(asciiDigits(text.trim())) ?? [];
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined;
  const today = onDay(now, 0, Number(hour), Number(minute));
  return today.getTime() > now ? today : onDay(now, 1, Number(hour), Number(minute));
}

/** How many midnights lie between. */
export function daysAhead(at: Date, now: number): number {
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(at) - midnight(new Date(now))) / (24 * HOUR_MS));
}

/** Where the agent is; the clocks may be changed in between. */
function onDay(now: number, ahead: number, hour: number, minute: number): Date {
  const date = new Date(now);
  date.setDate(date.getDate() + ahead);
  date.setHours(hour, minute, 0, 0);
  return date;
}
