import { expect, test } from './stage';

test('Persian mirrors the window, and the desk remembers', async ({ window }) => {
  await window.ready();
  await window.page.getByRole('button', { name: 'Settings' }).click();
  await window.page.getByRole('tab', { name: 'Appearance' }).click();
  await window.page.getByRole('combobox', { name: /Language/ }).click();
  await window.page.getByRole('option', { name: 'فارسی' }).click();

  const html = window.page.locator('html');
  await expect(html).toHaveAttribute('dir', 'rtl');
  await expect(html).toHaveAttribute('lang', 'fa');
  await window.page.keyboard.press('Escape');
  const [dot, gear] = [window.page.locator('header .account'), window.page.getByRole('button', { name: 'تنظیمات' })];
  const x = async (part: typeof dot) => (await part.boundingBox())?.x ?? 0;
  expect(await x(dot), 'the account is on the right').toBeGreaterThan(await x(gear));
  expect(await window.page.evaluate(() => document.documentElement.scrollWidth)).toBe(420);

  await window.page.reload();
  await expect(html).toHaveAttribute('dir', 'rtl');
});

test('an account that does not exist is told in a sentence, in the same dialog', async ({ window }) => {
  await window.ready();
  await window.page.getByRole('button', { name: /Open accounts/ }).click();
  await window.page.getByRole('button', { name: 'Add account' }).click();
  const dialog = window.page.getByRole('dialog', { name: 'Add account' });
  await dialog.getByLabel('Address').fill('101');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('Write it as extension@server, like 101@pbx.example.');

  await dialog.getByLabel('Address').fill('101@pbx.invalid');
  await dialog.getByLabel('Password', { exact: true }).fill('secret');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('There is no server of this name. Check the spelling.');
});

test('how an account dials numbers is chosen with an example, and kept', async ({ window }) => {
  await window.ready();
  await window.page.getByRole('button', { name: /Open accounts/ }).click();
  await window.page.getByRole('button', { name: 'Add account' }).click();
  const dialog = window.page.getByRole('dialog', { name: 'Add account' });
  await dialog.getByLabel('Address').fill('101@pbx.invalid');
  await dialog.getByLabel('Password', { exact: true }).fill('secret');
  await dialog.getByText('Numbers', { exact: true }).click();
  await dialog.getByRole('combobox', { name: /Country/ }).click();
  await window.page.getByRole('option', { name: 'Russia' }).click();
  await dialog.getByLabel('Extensions').fill('100-199, 7xx');
  await dialog.getByLabel('Outside line').fill('9');
  await expect(dialog).toContainText('is dialled as \u2066984952294989\u2069.');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toContainText('There is no server of this name.');

  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await window.page.getByRole('button', { name: 'Edit 101@pbx.invalid' }).click();
  const edit = window.page.getByRole('dialog', { name: 'Edit account' });
  await edit.getByText('Numbers', { exact: true }).click();
  await expect(edit.getByRole('combobox', { name: /Country/ })).toContainText('Russia');
  await expect(edit.getByLabel('Extensions')).toHaveValue('100-199, 7xx');
});

test('do not disturb is plain to see and turned off in one click', async ({ window }) => {
  await window.ready();
  await window.page.getByRole('button', { name: 'Do not disturb' }).click();
  await expect(window.page.locator('header .account')).toContainText('Do not disturb');
  await window.page.getByRole('button', { name: 'Turn off' }).click();
  await window.ready();
});

test('everything is reached from the keyboard', async ({ window }) => {
  await window.ready();
  await expect(window.field).toBeFocused();
  await window.page.keyboard.press('F1');
  await expect(window.page.getByRole('dialog', { name: 'Settings' })).toContainText('Alt+A');
  await window.page.keyboard.press('Escape');
  await expect(window.page.getByRole('dialog')).toHaveCount(0);
  await window.page.getByRole('button', { name: 'Settings' }).focus();
  await window.page.keyboard.press('Alt+n');
  await expect(window.field).toBeFocused();
});
