import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Ended } from '../src/bindings/Ended';
import { Refusal } from '../src/host';
import en from '../src/i18n/en.json';
import fa from '../src/i18n/fa.json';
import ru from '../src/i18n/ru.json';
import { language } from '../src/i18n/language.svelte';
import {
  endedSentence,
  orderTrouble,
  outcomeWord,
  refusalSentence,
  sentenceOf,
  type Kind,
} from '../src/i18n/sentences';

const LANGUAGES = { en, ru, fa };
/** The rooms that can refuse or tell something. */
const room = (path: string) => join(import.meta.dirname, '../../src-tauri', path);
const ROOMS = ['desk/src', 'cti/src', 'headless/src', 'src'].map(room);

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
  const sources = rooms.flatMap(filesIn).map((file) => readFileSync(file, 'utf8').replace(TESTS, ''));
  const all = sources.flatMap((source) => [...source.matchAll(pattern)].map((found) => found.slice(1).find(Boolean)!));
  return [...new Set(all)].filter((code) => !PROPER.includes(code));
}

const TESTS = /#\[cfg\(test\)\]\s*mod[^]*$/;
/** Whose detail is what somebody wrote, not a sentence of the desk. */
const PROPER = ['message'];

function filesIn(room: string): string[] {
  if (room.endsWith('.rs')) return [room];
  const names = readdirSync(room, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.rs') && !/tests/.test(name)).map((name) => join(room, name));
}

/** A code with its sentence, by itself or with whatever carries it. */
const TOLD =
  /(?<!malformed|conflict|forbidden|notice|Notice)\(\s*"([a-z_]+)",\s*(?:format!\(\s*)?"[A-Z]|code: "([a-z_]+)"|=> "(pbx_\w+)"/g;

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
  test.each<[Kind, RegExp, string[]]>([
    [
      'refusal',
      /Refusal::(?:malformed|conflict|forbidden)\(\s*"(\w+)"|Self::forbidden\("(\w+)"|=> "(target_\w+)"|code: "(no_such_event)"|FULL: &'static str = "(\w+)"/g,
      ROOMS,
    ],
    ['notice', /\.notice\(\s*"(\w+)"|Input::Notice\(\s*"(\w+)"|"(crm_unreachable|crm_refuses)"/g, ROOMS],
    ['trouble', TOLD, ['desk/src', 'cti/src'].map(room)],
    [
      'order',
      TOLD,
      ['desk/src/supervision', 'desk/src/callback_line', 'cti/src/ami', 'headless/src/manager.rs'].map(room),
    ],
  ])('for a %s has a sentence', (kind, pattern, rooms) => {
    const wanted = codes(pattern, rooms);
    expect(wanted.length, 'the pattern still finds codes').toBeGreaterThan(6);
    expect(wanted.filter((code) => !sentenceOf(kind, code))).toEqual([]);
  });

  test('of an order does not speak of placing a call', () => {
    language.follow('en');
    for (const code of codes(TOLD, [room('cti/src/ami/order')])) {
      expect(sentenceOf('order', code)?.(), code).not.toMatch(/place|softphone/);
    }
  });

  test('that came as a refusal is told as a trouble too', () => {
    language.follow('en');
    const trouble = { code: 'no_supervisors', detail: '', sip_status: null };
    expect(orderTrouble(trouble)).toBe(refusalSentence(new Refusal('no_supervisors', '')));
  });

  test('that is newer than the window is told in the desk’s own words', () => {
    expect(refusalSentence(new Refusal('brand_new', 'Something new happened'))).toBe('Something new happened');
  });
});
