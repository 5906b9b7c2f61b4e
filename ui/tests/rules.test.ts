import { describe, expect, test } from 'vitest';
import { numbers, prompt } from '../src/host/fake/scenarios';
import { previewOf } from '../src/host/fake/preview';
import { combinationOf } from '../src/state/hotkey';
import { inTurn, mayBeForever, reallyDialled, substanceOf } from '../src/state/prompt';
import { exampleOf, extensionsOf, isExtension, regions } from '../src/state/rules';

describe('the rules of an account', () => {
  test.each([
    ['RU', 'typed', '', '84952294989'],
    ['RU', 'national', '9', '984952294989'],
    ['RU', 'e164', '', '+74952294989'],
    ['IR', 'digits', '', '982188204410'],
  ] as const)('%s, %s, %s: the example is %s', (country, dial_as, outside_prefix, dialled) => {
    expect(exampleOf(numbers({ country, dial_as, outside_prefix }))?.dialled).toBe(dialled);
  });

  test('give no example where only the desk could tell', () => {
    expect(exampleOf(numbers({ country: 'FR' }))).toBeUndefined();
  });

  test('take extensions with any comma, in any digits', () => {
    expect(extensionsOf('100-199, 7xx،۳۰۰')).toEqual(['100-199', '7xx', '300']);
    expect(['100', '100-199', '7xx', '7XX'].every(isExtension)).toBe(true);
    expect(['', '1-', '199-100', '1-1000', 'abc', '+7'].some(isExtension)).toBe(false);
  });

  test('name every country once, in the language', () => {
    const list = regions('ru');
    expect(list.find(({ value }) => value === 'IR')?.label).toBe('Иран');
    expect(new Set(list.map(({ label }) => label)).size).toBe(list.length);
    expect(list.some(({ value }) => ['SU', 'EU', 'ZZ', 'UK'].includes(value))).toBe(false);
  });
});

describe('a key combination', () => {
  const press = (code: string, held: KeyboardEventInit = {}) =>
    combinationOf(new KeyboardEvent('keydown', { code, key: code.replace('Key', ''), ...held }));

  test('is named as the settings write it, whatever the layout', () => {
    expect(press('KeyC', { ctrlKey: true, altKey: true, key: 'с' })).toBe('Ctrl+Alt+C');
    expect(press('Digit1', { metaKey: true, shiftKey: true })).toBe('Shift+Super+1');
    expect(press('F9')).toBe('F9');
  });

  test('never takes a plain key from other programs', () => {
    expect(press('KeyC')).toBeUndefined();
    expect(press('KeyC', { shiftKey: true })).toBeUndefined();
    expect(press('ControlLeft', { key: 'Control', ctrlKey: true })).toBeUndefined();
  });
});

describe('prompts', () => {
  const at = (second: number) => `2026-11-21T08:00:${String(second).padStart(2, '0')}Z`;

  test('come in the order of the clicks, and what scripts ask comes last', () => {
    const list = [
      prompt({ id: 'script', clicked: false, asked_at: at(1) }),
      prompt({ id: 'second', asked_at: at(3) }),
      prompt({ id: 'first', asked_at: at(2) }),
      prompt({ id: 'selected', clicked: false, source: 'selection', asked_at: at(4) }),
    ];
    expect(inTurn(list).map(({ id }) => id)).toEqual(['first', 'second', 'selected', 'script']);
  });

  test('may be for ever only where the site is known, new, and the number is no emergency', () => {
    expect(mayBeForever(prompt())).toBe(true);
    expect(mayBeForever(prompt({ origin: null }))).toBe(false);
    expect(mayBeForever(prompt({ reasons: ['flood'] })), 'it is allowed already').toBe(false);
    expect(mayBeForever(prompt({ reasons: ['unpaired', 'emergency'] }))).toBe(false);
  });

  test('are another question as soon as they would dial something else, and the same when they are repeated', () => {
    const asked = substanceOf(prompt());
    expect(substanceOf(prompt({ repeats: 3 }))).toBe(asked);
    for (const changes of [
      { preview: previewOf('112') },
      { preview: previewOf('8 495 229-49-89;ext=5') },
      { origin: 'https://evil.example' },
      { clicked: false },
    ])
      expect(substanceOf(prompt(changes))).not.toBe(asked);
  });

  test('say what is really dialled where that differs from what is read', () => {
    expect(reallyDialled({ ...previewOf('104'), shown: '1-04', dialled: '104' })).toBeUndefined();
    expect(reallyDialled(previewOf('8 495 229-49-89'))).toBe('984952294989');
    expect(reallyDialled(previewOf('sales@partner.example'))).toBeUndefined();
  });
});
