import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Ended } from '../src/bindings/Ended';
import { Refusal } from '../src/host';
import en from '../src/i18n/en.json';
import fa from '../src/i18n/fa.json';
import ru from '../src/i18n/ru.json';
import { language } from '../src/i18n/language.svelte';
import { endedSentence, outcomeWord, refusalSentence } from '../src/i18n/sentences';

const LANGUAGES = { en, ru, fa };
/** The rooms that can refuse or tell something. */
const ROOMS = ['desk/src', 'cti/src', 'headless/src', 'src'].map((room) =>
  join(import.meta.dirname, '../../src-tauri', room),
);

const REASONS = {
  hung_up: true,
  remote_hung_up: true,
  declined: true,
  busy: true,
  no_answer: true,
  cancelled: true,
  not_found: true,
  answered_elsewhere: true,
  unreachable: true,
  rejected: true,
  media_lost: true,
  failed: true,
} satisfies Record<Ended['reason'], true>;

/** The codes the desk can give, read from where it gives them: a new one without a sentence fails here. */
function codes(pattern: RegExp, rooms: string[]): string[] {
  const sources = rooms.flatMap((room) =>
    readdirSync(room, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.rs') && !/tests/.test(name))
      .map((name) => readFileSync(join(room, name), 'utf8').replace(/#\[cfg\(test\)\]\s*mod[^]*$/, '')),
  );
  const all = sources.flatMap((source) => [...source.matchAll(pattern)].map((found) => found.slice(1).find(Boolean)!));
  return [...new Set(all)];
}

describe('every message', () => {
  test('is there in all three languages', () => {
    expect(Object.keys(ru)).toEqual(Object.keys(en));
    expect(Object.keys(fa)).toEqual(Object.keys(en));
  });

  test.each(['ru', 'fa'] as const)('is translated into %s', (locale) => {
    const script = locale === 'ru' ? /\p{Script=Cyrillic}/u : /\p{Script=Arabic}/u;
    const same = /^(\$schema|codec_|sip_status|account_trouble|percent)/;
    const left = Object.entries(LANGUAGES[locale]).filter(
      ([key, text]) => !same.test(key) && !script.test(JSON.stringify(text)),
    );
    expect(left.map(([key]) => key)).toEqual([]);
  });
});

describe('every reason a call ends', () => {
  test.each(['en', 'ru', 'fa'] as const)('has a sentence both ways in %s', (locale) => {
    language.follow(locale);
    for (const reason of Object.keys(REASONS) as Ended['reason'][]) {
      for (const direction of ['inbound', 'outbound'] as const) {
        expect(endedSentence(reason, direction), `${reason} ${direction}`).toMatch(/\p{L}.*[.]$/u);
      }
      expect(outcomeWord(reason)).toMatch(/\p{L}/u);
    }
  });

  test('who gave up reads differently from each side', () => {
    language.follow('en');
    expect(endedSentence('cancelled', 'inbound')).toBe('The caller gave up before you answered.');
    expect(endedSentence('cancelled', 'outbound')).toBe('You cancelled the call.');
  });
});

describe('every code of the desk', () => {
  test.each([
    [
      'refusal',
      /Refusal::(?:malformed|conflict|forbidden)\(\s*"(\w+)"|Self::forbidden\("(\w+)"|=> "(target_\w+)"|code: "(no_such_event)"/g,
    ],
    ['notice', /\.notice\(\s*"(\w+)"|Input::Notice\(\s*"(\w+)"|"(crm_unreachable|crm_refuses)"/g],
    ['trouble', /(?<!malformed|conflict|forbidden|notice)\(\s*"([a-z_]+)",\s*(?:format!|"The PBX)|=> "(pbx_\w+)"/g],
  ])('for a %s has a sentence in three languages', (kind, pattern) => {
    const wanted = codes(pattern, kind === 'trouble' ? ROOMS.slice(0, 2) : ROOMS);
    expect(wanted.length, 'the pattern still finds codes').toBeGreaterThan(1);
    for (const code of wanted) {
      for (const [locale, messages] of Object.entries(LANGUAGES)) {
        expect(messages, `${locale}: ${kind}_${code}`).toHaveProperty(`${kind}_${code}`);
      }
    }
  });

  test('that is newer than the window is told in the desk’s own words', () => {
    expect(refusalSentence(new Refusal('brand_new', 'Something new happened'))).toBe('Something new happened');
  });
});
