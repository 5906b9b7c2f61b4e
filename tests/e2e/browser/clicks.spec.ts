// Clicks from outside, as the agent lives them: the real desk asks, the real window shows it.

import { expect, test, type Window } from './stage';

const CRM = 'https://crm.example';
const EVIL = 'https://evil.example';

async function armed(window: Window) {
  await expect(window.question).toHaveAttribute('data-armed', 'true');
}

/** In the page, where no round trip delays it: every key and button of a question, when it appears and 300 ms later. */
function pressWhatAppears() {
  const press = (card: Element) => {
    for (const key of ['Enter', 'Escape']) {
      card.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
    for (const button of card.querySelectorAll('button')) {
      button.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
      button.click();
    }
    return card.getAttribute('data-armed') ?? 'gone';
  };
  const pressed = new Promise<string[]>((done) => {
    new MutationObserver((_, observer) => {
      const card = document.querySelector('section.prompt');
      if (!card) return;
      observer.disconnect();
      const first = press(card);
      setTimeout(() => done([first, press(card)]), 300);
    }).observe(document.body, { childList: true, subtree: true });
  });
  Object.assign(globalThis, { pressed });
}

test('a click on a page asks who wants to call whom, and Enter calls', async ({ window }) => {
  await window.ready();
  expect((await window.pageAsks('700', CRM, true)).status()).toBe(202);
  await expect(window.question).toContainText(CRM);
  await expect(window.question).toContainText('700');
  await armed(window);
  await window.page.keyboard.press('Enter');
  const card = window.card(/700|Echo/i);
  await expect(card).toHaveAttribute('data-state', 'active');
  await expect(card).toContainText('from \u2066crm.example\u2069');
  await expect(window.question).toHaveCount(0);
  await expect(window.field).toBeFocused();
});

test('a press that was meant for something else does nothing', async ({ window }) => {
  await window.ready();
  await window.page.evaluate(pressWhatAppears);
  await window.pageAsks('700', CRM, true);
  const pressed = await window.page.evaluate(() => (globalThis as unknown as { pressed: Promise<string[]> }).pressed);
  expect(pressed, 'all of it came too early').toEqual(['false', 'false']);
  await armed(window);
  await expect(window.question).toBeVisible();
  await expect(window.page.locator('article')).toHaveCount(0);

  await window.question.getByRole('button', { name: 'Not now' }).click();
  await expect(window.question).toHaveCount(0);
  await expect(window.page.locator('article')).toHaveCount(0);
});

test('a site that is always allowed calls at once from then on', async ({ window }) => {
  await window.ready();
  await window.pageAsks('713', CRM, true);
  await armed(window);
  await window.question.getByRole('button', { name: 'Always allow' }).click();
  await expect(window.card(/713|Busy/i)).toContainText('The line is busy.');
  expect((await window.pageAsks('700', CRM)).status()).toBe(200);
  await expect(window.card(/700|Echo/i)).toHaveAttribute('data-state', 'active');
});

test('what nobody clicked leaves the keyboard where it is, and is counted', async ({ window }) => {
  await window.ready();
  await expect(window.field).toBeFocused();
  for (let time = 0; time < 3; time++) await window.pageAsks('700', EVIL);
  await expect(window.question).toContainText('A script asks. If you clicked nothing there, refuse.');
  await expect(window.question).toContainText('and 2 more requests like it');
  await armed(window);
  await expect(window.field).toBeFocused();
  await window.page.keyboard.type('713');
  await window.page.keyboard.press('Enter');
  await expect(window.card(/713|Busy/i)).toContainText('The line is busy.');
  await expect(window.question, 'the Enter was the number’s').toBeVisible();

  await window.page.keyboard.press('Alt+p');
  await expect(window.question).toBeFocused();
  await window.page.keyboard.press('Escape');
  await expect(window.question).toHaveCount(0);
});

test('what was clicked comes before what was not, and the rest waits behind it', async ({ window }) => {
  await window.ready();
  await window.pageAsks('700', EVIL);
  await expect(window.question).toContainText(EVIL);
  await window.pageAsks('701', CRM, true);
  await expect(window.question).toContainText(CRM);
  await expect(window.question).toContainText('1 more waits');
  await armed(window);
  await window.page.keyboard.press('Escape');
  await expect(window.question).toContainText(EVIL);
  await expect(window.field, 'the next one was not clicked').toBeFocused();
});

test('a refused site asks no more, and the settings count it and forgive', async ({ window }) => {
  await window.ready();
  await window.pageAsks('700', EVIL);
  await armed(window);
  await window.question.getByRole('button', { name: 'Refuse this site' }).click();
  await expect(window.page.getByText(/evil\.example.* may not ask any more/)).toBeVisible();
  for (let time = 0; time < 4; time++) expect((await window.pageAsks('700', EVIL)).status()).toBe(403);
  await expect(window.question).toHaveCount(0);

  await window.page.keyboard.press('F1');
  await window.page.getByRole('tab', { name: 'Click to call' }).click();
  const site = window.page.getByRole('listitem', { name: EVIL });
  await expect(site).toContainText('4 requests refused');
  await site.getByRole('button', { name: 'Forget' }).click();
  await expect(site).toHaveCount(0);
  expect((await window.pageAsks('700', EVIL)).status()).toBe(202);
});

test('a site asks to be allowed, and is told what the agent decided', async ({ window }) => {
  await window.ready();
  const first = window.pagePairs(CRM);
  await expect(window.question).toContainText('A site wants to call without asking');
  await armed(window);
  await window.page.keyboard.press('Alt+p');
  await expect(window.question).toBeFocused();
  await window.page.keyboard.press('Enter');
  await expect(window.question, 'what lasts has no key').toBeVisible();
  await window.page.keyboard.press('Escape');
  expect((await first).status()).toBe(403);

  const second = window.pagePairs(CRM);
  await armed(window);
  await window.question.getByRole('button', { name: 'Always allow' }).click();
  expect(await (await second).json()).toEqual({ paired: true });
});

test('selected text and risky links ask, and say why', async ({ window }) => {
  await window.ready();
  await window.ask({ type: 'offer', text: 'call me: +7 (495) 229-49-89' });
  await expect(window.question).toContainText('Call what you selected?');
  await expect(window.question).toContainText('+7 495 229-49-89');
  await armed(window);
  await window.page.keyboard.press('Escape');
  await expect(window.question).toHaveCount(0);
  await window.ask({ type: 'open_link', link: 'sip:sales@elsewhere.example' });
  await expect(window.question).toContainText('A link wants to call');
  await expect(window.question).toContainText('This address is outside your PBX.');
});

test('the number field says what would be dialled', async ({ window }) => {
  await window.ready();
  const line = window.page.locator('form.dial p');
  await window.field.fill('+74952294989');
  await expect(line).toContainText(/\+7.495.229-49-89/);
  await expect(line).toContainText('Russia');
  await window.field.fill('!?');
  await expect(line, 'nonsense is told when it is dialled').toHaveCount(0);
});

test('how clicks are taken is set and kept', async ({ window }) => {
  await window.ready();
  await window.page.keyboard.press('F1');
  const sheet = window.page.getByRole('dialog', { name: 'Settings' });
  await sheet.getByRole('tab', { name: 'Click to call' }).click();
  await sheet.getByRole('combobox', { name: /not allowed/ }).click();
  await window.page.getByRole('option', { name: 'May not call' }).click();
  await sheet.getByRole('button', { name: 'Change' }).click();
  await window.page.keyboard.press('Control+Alt+j');
  await expect(sheet.locator('kbd')).toHaveText('Ctrl+Alt+J');
  await sheet.getByLabel('Allow a site').fill('not a site');
  await sheet.getByLabel('Allow a site').press('Enter');
  await expect(sheet).toContainText('Write the site as https://crm.example.');
  expect((await window.pageAsks('700', CRM, true)).status()).toBe(403);

  await window.page.reload();
  await window.page.keyboard.press('F1');
  await sheet.getByRole('tab', { name: 'Click to call' }).click();
  await expect(sheet.getByRole('combobox', { name: /not allowed/ })).toContainText('May not call');
  await expect(sheet.locator('kbd')).toHaveText('Ctrl+Alt+J');
  await expect(sheet).toContainText('1 request was refused since the start.');
});
