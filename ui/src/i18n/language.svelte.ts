// The window's language. Messages read it through Paraglide, so every text follows when it changes.

import type { Language } from '../bindings/Language';
import { locales, overwriteGetLocale, type Locale } from './compiled/runtime';

let current = $state<Locale>(systemLocale());
overwriteGetLocale(() => current);

const RIGHT_TO_LEFT: Locale[] = ['fa'];

/** Each language in its own words. */
export const NAMES: Record<Locale, string> = { en: 'English', ru: 'Русский', fa: 'فارسی' };

export const language = {
  get current(): Locale {
    return current;
  },
  get direction(): 'ltr' | 'rtl' {
    return RIGHT_TO_LEFT.includes(current) ? 'rtl' : 'ltr';
  },
  /** Takes over what the desk's preferences say. */
  follow(preference: Language) {
    current = preference === 'system' ? systemLocale() : preference;
  },
};

/** The first of the system's languages that we speak. */
function systemLocale(): Locale {
  const wanted = (globalThis.navigator?.languages ?? []).map((tag) => tag.split('-')[0]);
  return wanted.find((tag): tag is Locale => (locales as readonly string[]).includes(tag ?? '')) ?? 'en';
}
