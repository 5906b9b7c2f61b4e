// How an account reads and dials numbers, in the words the account dialog asks.

import type { NumberRules } from '../bindings/NumberRules';
import { asciiDigits } from './number';

/** A number of a country as it is written there, and abroad. */
interface Sample {
  home: string;
  abroad: string;
}

const SAMPLES: Record<string, Sample> = {
  RU: { home: '8 495 229-49-89', abroad: '+7 495 229-49-89' },
  KZ: { home: '8 727 258 1234', abroad: '+7 727 258 1234' },
  IR: { home: '021 8820 4410', abroad: '+98 21 8820 4410' },
  DE: { home: '030 1234567', abroad: '+49 30 1234567' },
  GB: { home: '020 7946 0018', abroad: '+44 20 7946 0018' },
  US: { home: '415 555 0134', abroad: '+1 415 555 0134' },
};

/** What would become of a number by these rules; `undefined` where only the desk could tell. */
export function exampleOf({
  country,
  dial_as,
  outside_prefix,
}: NumberRules): { shown: string; dialled: string } | undefined {
  const sample = SAMPLES[country];
  if (!sample) return undefined;
  const { home, abroad } = sample;
  const shown = dial_as === 'typed' ? home : abroad;
  const form = { typed: home, e164: abroad, national: home, digits: abroad.slice(1) }[dial_as];
  return { shown, dialled: outside_prefix + form.replace(/[\s-]/g, '') };
}

/** `100-199, 7xx` as a list. */
export function extensionsOf(text: string): string[] {
  return asciiDigits(text)
    .split(/[,،;\s]+/)
    .filter(Boolean);
}

/** A number, a range of numbers as long as each other, or digits of which some may be any. */
export function isExtension(text: string): boolean {
  const [, from, to] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return from && to ? from.length === to.length && from <= to : /^[\dx]{1,15}$/i.test(text);
}

export function isPrefix(text: string): boolean {
  return /^[\d*#]{0,8}$/.test(text);
}

/** Every region that has a name, by that name. */
export function regions(locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: 'region', fallback: 'none' });
  const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
  return letters
    .flatMap((first) => letters.map((second) => first + second))
    .filter((code) => isNow(code) && !UNIONS.includes(code))
    .flatMap((value) => {
      const label = names.of(value);
      return label ? [{ value, label }] : [];
    })
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}

/** Not one of the past, like `SU`, which stands for another today. */
function isNow(code: string): boolean {
  return new Intl.Locale(`und-${code}`).region === code;
}

/** What CLDR names and no telephone number belongs to. */
const UNIONS = ['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ'];
