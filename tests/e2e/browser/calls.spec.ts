import { expect, test } from './stage';

test('a newcomer calls the echo, talks, mutes, holds, comes back and hangs up', async ({ window }) => {
  await window.ready();
  await expect(window.page.getByText('Practice', { exact: true })).toBeVisible();
  await window.page.getByRole('button', { name: 'Dial 700 to hear yourself' }).click();

  const card = window.card(/700|Echo/i);
  await expect(card).toHaveAttribute('data-state', 'active');
  await expect(card.getByRole('timer')).toHaveText('0:02');
  await expect(card).toContainText(/Opus|HD|G\.711/);

  await card.getByRole('button', { name: 'Mute' }).click();
  await expect(card).toContainText('Microphone off');
  await card.getByRole('button', { name: 'Unmute' }).click();
  await expect(card).toContainText('On the call');

  await window.page.keyboard.press('Alt+h');
  await expect(card).toContainText('On hold by you');
  await card.getByRole('button', { name: 'Resume' }).click();
  await expect(card).toHaveAttribute('data-state', 'active');

  await card.getByRole('button', { name: 'Hang up' }).click();
  await expect(card).toContainText('You hung up.');
  await expect(window.page.getByRole('region', { name: 'Recent calls' }).getByRole('listitem')).toHaveCount(1);
});

test('digits typed on the keyboard go into the call', async ({ window }) => {
  await window.ready();
  await window.dial('700');
  const card = window.card(/700|Echo/i);
  await expect(card).toHaveAttribute('data-state', 'active');
  await window.page.keyboard.press('Alt+k');
  await window.page.keyboard.type('12#');
  await expect(card).toContainText('12#');
  await expect(window.field).toHaveValue('');
});

test('a caller rings back, is seen before being heard, and is answered', async ({ window }) => {
  await window.ready();
  await window.dial('720');
  await expect(window.incoming).toBeVisible();
  const name = (await window.incoming.getByRole('heading').textContent()) ?? '';
  expect(name).not.toBe('');
  await expect(window.page).toHaveTitle(`${name} is calling`);
  await window.page.keyboard.press('Alt+a');
  await expect(window.incoming).toHaveCount(0);
  await expect(window.card(name)).toHaveAttribute('data-state', 'active');
});

test('a busy number says so, and the sentence stays to be read', async ({ window }) => {
  await window.ready();
  await window.dial('713');
  const card = window.card(/713|Busy/i);
  await expect(card).toContainText('The line is busy. Try again in a while.');
  await expect(card).toContainText('SIP 486');
});

test('a caller who is declined is gone', async ({ window }) => {
  await window.ready();
  await window.dial('720');
  await window.incoming.getByRole('button', { name: 'Decline' }).click();
  await expect(window.page.getByText('You declined the call.')).toBeVisible();
});

test('nonsense is refused in a sentence and stays in the field', async ({ window }) => {
  await window.ready();
  await window.dial('!?');
  await expect(window.page.getByRole('alert').filter({ hasText: 'This is not a number or an address.' })).toBeVisible();
  await expect(window.field).toHaveValue('!?');
});

test('a note typed while talking is found in the history, and the events tell of the call', async ({ window }) => {
  await window.ready();
  await window.dial('720');
  await expect(window.incoming).toContainText('support');
  await window.page.keyboard.press('Alt+a');
  await expect(window.page.getByRole('textbox', { name: 'Note' })).toBeVisible();
  await window.page.keyboard.press('Alt+w');
  await window.page.keyboard.type('Asks about 2 pallets');
  await window.page.keyboard.press('Alt+e');
  await expect(window.page.locator('article[data-card-state="ended"]')).toBeVisible();

  const past = window.page.getByRole('region', { name: 'Recent calls' });
  await past.getByRole('searchbox').fill('2 pall');
  await expect(past.getByRole('listitem')).toHaveCount(1);
  await expect(past.getByRole('listitem')).toContainText('Asks about 2 pallets');
  const saved = window.page.waitForEvent('download');
  await past.getByRole('button', { name: 'Save as CSV' }).click();
  expect((await saved).suggestedFilename()).toBe('ringside-calls.csv');

  await window.page.keyboard.press('F1');
  await window.page.getByRole('tab', { name: 'Events' }).click();
  const last = window.page.getByRole('region', { name: 'What came last' });
  await last
    .getByRole('button', { name: /answered .200/ })
    .first()
    .click();
  await expect(last.getByText('As it was sent')).toBeVisible();
});
