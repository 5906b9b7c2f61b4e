// Caller cards, as people see them: pictures of each state in every language and both themes, and the caret of a note.

import { both } from './looks';
import { expect, test } from './memory';

const MOMENTS = {
  card_ringing: 'ringing',
  card_active: 'answered',
  card_taken: 'taken-elsewhere',
  card_unknown: 'unknown-caller',
  card_long: 'long-names',
  card_three: 'three-calls',
  card_wrap_optional: 'wrap-up',
  card_wrap_mandatory: 'wrap-up-mandatory',
};

for (const language of ['en', 'ru', 'fa']) {
  for (const [moment, name] of Object.entries(MOMENTS)) {
    test(`${name} in ${language}`, async ({ moment: at }) => {
      const page = await at(moment, language);
      await page.setViewportSize({ width: 380, height: 680 });
      await both(page, `${language}-card-${name}`);
    });
  }
}

test('a note goes on where it was when the call ends under it', async ({ moment: at }) => {
  const page = await at('card_active');
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('Order 8812');
  await note.press('ArrowLeft');
  await page.keyboard.type('3');
  // They hang up in the middle of a word.
  await page.evaluate(() => {
    const { fakeDesk } = globalThis as unknown as { fakeDesk: { now: any; change: (what: any) => void; call: any } };
    fakeDesk.change({ type: 'card_rules_changed', card_rules: { ...fakeDesk.now.card_rules, wrap_up: 'optional' } });
    const ended = { reason: 'remote_hung_up', sip_status: null, detail: null, at: new Date().toISOString() };
    fakeDesk.call('c1', { state: 'ended', ended, held_by: [] });
  });
  await expect(page.locator('article[data-card-state="ended"]')).toBeVisible();
  await page.keyboard.type('4!');
  await expect(note).toBeFocused();
  await expect(note).toHaveValue('Order 88134!2');
  await expect(page.getByRole('textbox').first(), 'no digit fell into the number field').toHaveValue('');
  await expect.poll(() => page.evaluate(kept)).toBe('Order 88134!2');
});

test('each keystroke of a fast hand is kept', async ({ moment: at }) => {
  const page = await at('card_active');
  const note = page.getByRole('textbox', { name: 'Note' });
  await note.fill('');
  const text = 'Wants the second pallet by Friday, at the gate, not the yard.';
  await note.pressSequentially(text, { delay: 5 });
  await expect(note).toHaveValue(text);
  await expect.poll(() => page.evaluate(kept)).toBe(text);
});

/** What the desk has of the note. */
function kept(): string {
  return (globalThis as any).fakeDesk.now.cards[0].note;
}
