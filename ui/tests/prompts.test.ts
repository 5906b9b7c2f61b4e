import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Prompt } from '../src/bindings/Prompt';
import type { Snapshot } from '../src/bindings/Snapshot';
import { previewOf } from '../src/host/fake/preview';
import { clickToCall, origination, prompt } from '../src/host/fake/scenarios';
import Main from '../src/windows/main/Main.svelte';
import '../src/windows/main/Preferences.svelte';
import { deskWith, EverythingInView } from './stage';

beforeEach(() => {
  vi.stubGlobal('IntersectionObserver', EverythingInView);
  vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(changes: Partial<Snapshot> = {}) {
  const { host, desk } = await deskWith(changes);
  render(Main, { desk });
  await vi.advanceTimersByTimeAsync(0);
  return host;
}

const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const armed = () => wait(700);
const card = () => screen.getByRole('region', { name: /want/ });
const link = (changes: Partial<Prompt> = {}) =>
  prompt({
    source: 'link',
    origin: null,
    clicked: false,
    preview: previewOf('112'),
    reasons: ['emergency'],
    ...changes,
  });
const button = (name: RegExp) => within(card()).getByRole('button', { name });
const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Number or address to call' });
const write = async (text: string) => {
  field().focus();
  await fireEvent.input(field(), { target: { value: text } });
};
const press = (key: string, target: Element = document.activeElement ?? document.body) =>
  fireEvent.keyDown(target, { key });
const removed = (prompt: string) =>
  ({ type: 'prompt_removed', prompt, answer: null, call: null, origination: null }) as const;
/** The agent goes to another window, or comes back. */
const leave = async () => {
  vi.mocked(document.hasFocus).mockReturnValue(false);
  await fireEvent.blur(window);
};
const comeBack = async () => {
  vi.mocked(document.hasFocus).mockReturnValue(true);
  await fireEvent.focus(window);
};
const asked = (host: { asked: { type: string }[] }) => host.asked.filter(({ type }) => type !== 'meter');

describe('a page that the agent clicked in', () => {
  test('is shown with its site, the number and what is really dialled, and Enter calls', async () => {
    const host = await open({ prompts: [prompt()] });
    expect(card().textContent).toContain('https://crm.example');
    expect(card().textContent).toContain('+7 495 229-49-89');
    expect(card().textContent).toContain('984952294989');
    await armed();
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'once' }]);
    await wait(0);
    expect(screen.queryByRole('region', { name: /want/ })).toBeNull();
    expect(screen.getByRole('article').textContent).toContain('from \u2066crm.example\u2069');
    expect(document.activeElement, 'the keyboard goes back to the number').toBe(field());
  });

  test('is sent away with Escape', async () => {
    const host = await open({ prompts: [prompt()] });
    await armed();
    await press('Escape');
    expect(asked(host)).toEqual([{ type: 'dismiss_prompt', prompt: 'p1' }]);
  });

  test('takes neither key nor click in the first moment', async () => {
    const host = await open({ prompts: [prompt()] });
    await wait(300);
    await press('Enter');
    await press('Escape');
    await fireEvent.pointerDown(button(/^Call/));
    await fireEvent.click(button(/^Call/));
    await fireEvent.click(button(/Always/));
    expect(asked(host)).toEqual([]);
    expect(button(/^Call/).getAttribute('aria-disabled')).toBe('true');
    await armed();
    expect(button(/^Call/).getAttribute('aria-disabled')).toBe('false');
  });

  test('takes nothing while the window is not the one the agent works in', async () => {
    vi.mocked(document.hasFocus).mockReturnValue(false);
    const host = await open({ prompts: [prompt()] });
    await wait(5000);
    await fireEvent.click(button(/^Call/));
    vi.mocked(document.hasFocus).mockReturnValue(true);
    await fireEvent.focus(window);
    await wait(300);
    await fireEvent.click(button(/^Call/));
    expect(asked(host)).toEqual([]);
    await wait(400);
    await fireEvent.click(button(/^Call/));
    expect(asked(host)).toHaveLength(1);
  });

  test('starts over when another number takes its place', async () => {
    const host = await open({ prompts: [prompt()] });
    await armed();
    host.change(removed('p1'));
    host.change({ type: 'prompt_changed', prompt: prompt({ id: 'p3', preview: previewOf('+49301234567') }) });
    await wait(0);
    await press('Enter');
    expect(asked(host)).toEqual([]);
    await armed();
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p3', consent: 'once' }]);
  });

  test('leaves the keyboard to who is in the middle of a number', async () => {
    const host = await open();
    await fireEvent.input(field(), { target: { value: '10' } });
    field().focus();
    host.change({ type: 'prompt_changed', prompt: prompt() });
    await armed();
    expect(document.activeElement).toBe(field());
    await press('Enter');
    expect(asked(host)).toEqual([]);
    await fireEvent.keyDown(document.body, { code: 'KeyP', altKey: true });
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'once' }]);
  });

  test('takes it from a number that was left half written, whether it comes before the window is raised', async () => {
    const host = await open();
    await write('713');
    await leave();
    host.change({ type: 'prompt_changed', prompt: link() });
    await wait(50);
    await comeBack();
    await armed();
    expect(document.activeElement).toBe(card());
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'once' }]);
    expect(field().value, 'the number is still there').toBe('713');
  });

  test('or after it', async () => {
    const host = await open();
    await write('713');
    await leave();
    await comeBack();
    await wait(50);
    host.change({ type: 'prompt_changed', prompt: link() });
    await armed();
    expect(document.activeElement).toBe(card());
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'once' }]);
  });

  test('or stood there already: the window is raised when the same is asked again', async () => {
    const host = await open();
    await write('713');
    host.change({ type: 'prompt_changed', prompt: link() });
    await armed();
    expect(document.activeElement, 'somebody really types').toBe(field());
    await leave();
    await comeBack();
    expect(document.activeElement).toBe(card());
  });

  test('but not from who goes on with the number after coming back, and the keys held elsewhere are not that', async () => {
    const host = await open();
    await write('713');
    await leave();
    await comeBack();
    await fireEvent.keyDown(field(), { key: 'c', ctrlKey: true, altKey: true });
    host.change({ type: 'prompt_changed', prompt: link() });
    await wait(0);
    expect(document.activeElement).toBe(card());
    field().focus();
    await press('0', field());
    host.change({ type: 'prompt_changed', prompt: link({ repeats: 1 }) });
    host.change({ type: 'prompt_changed', prompt: prompt({ id: 'p3', asked_at: '2000-01-01T00:00:00Z' }) });
    await wait(0);
    expect(card().dataset.prompt).toBe('p3');
    expect(document.activeElement).toBe(field());
  });

  test('stands before the last number: Enter in the empty field brings back none', async () => {
    const host = await open({ prompts: [prompt()] });
    field().focus();
    await fireEvent.submit(field());
    expect(field().value).toBe('');
    await fireEvent.keyDown(document.body, { code: 'KeyP', altKey: true });
    await armed();
    await press('Escape');
    await wait(0);
    await fireEvent.submit(field());
    expect(field().value, 'and does again without a question').not.toBe('');
    expect(asked(host)).toEqual([{ type: 'dismiss_prompt', prompt: 'p1' }]);
  });

  test('is no standing yes where the desk cannot prove who asks', async () => {
    await open({ prompts: [prompt({ reasons: ['unproven'] })] });
    expect(card().textContent).toContain('You allowed this site, but nothing proves that it asks');
    expect(within(card()).queryByRole('button', { name: /Always/ })).toBeNull();
  });

  test('is allowed for ever, or refused, only on a button of its own', async () => {
    const host = await open({ prompts: [prompt()] });
    await armed();
    await fireEvent.click(button(/Always allow/));
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'always' }]);
    await wait(0);
    host.change({ type: 'prompt_changed', prompt: prompt({ id: 'p3', origin: 'https://evil.example' }) });
    await wait(0);
    await armed();
    await fireEvent.click(button(/Refuse/));
    await wait(0);
    expect(asked(host).at(-1)).toEqual({ type: 'refuse_origin', origin: 'https://evil.example' });
    expect(screen.getByText(/evil\.example.* may not ask any more/)).toBeTruthy();
  });

  test('comes out from under the settings', async () => {
    const host = await open();
    await fireEvent.keyDown(document.body, { code: 'F1' });
    await vi.waitFor(() => screen.getByRole('dialog', { name: 'Settings' }));
    host.change({ type: 'prompt_changed', prompt: prompt() });
    await wait(300);
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('what nobody clicked', () => {
  const script = () => prompt({ clicked: false, repeats: 12 });

  test('never takes the keyboard, and Enter in the number stays there', async () => {
    const host = await open();
    field().focus();
    host.change({ type: 'prompt_changed', prompt: script() });
    await armed();
    expect(document.activeElement).toBe(field());
    await press('Enter', field());
    expect(asked(host)).toEqual([]);
    expect(card().textContent).toContain('A script asks. If you clicked nothing there, refuse.');
    expect(card().textContent).toContain('and 12 more requests like it');
  });

  test('is what a flood of links looks like; a single link was opened by the agent', async () => {
    const host = await open();
    field().focus();
    const link = { source: 'link', origin: null, clicked: false } as const;
    host.change({ type: 'prompt_changed', prompt: prompt({ ...link, reasons: ['flood'] }) });
    await armed();
    await press('Enter', field());
    expect(asked(host)).toEqual([]);
    host.change(removed('p1'));
    host.change({ type: 'prompt_changed', prompt: prompt({ ...link, id: 'p3', reasons: ['emergency'] }) });
    await armed();
    expect(document.activeElement).toBe(card());
    await press('Enter');
    expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p3', consent: 'once' }]);
  });

  test('waits behind what was clicked, and the rest is counted', async () => {
    await open({ prompts: [script(), prompt({ id: 'p3', origin: 'https://shop.example' }), prompt({ id: 'p5' })] });
    expect(card().dataset.prompt).toBe('p3');
    expect(card().textContent).toContain('2 more wait');
  });

  test('names only the buttons that are there', async () => {
    await open({ prompts: [prompt({ clicked: false, origin: null })] });
    expect(card().textContent).toContain('A script asks. If you clicked nothing there, choose Not now.');
    expect(card().textContent).not.toContain('refuse');
    expect(button(/^Not now/)).toBeTruthy();
  });

  test('has no say for ever where the page is unknown, or the number an emergency', async () => {
    const host = await open({ prompts: [prompt({ origin: null })] });
    expect(within(card()).queryByRole('button', { name: /Always|Refuse/ })).toBeNull();
    host.change(removed('p1'));
    const emergency = prompt({ id: 'p3', preview: previewOf('112'), reasons: ['unpaired', 'emergency'] });
    host.change({ type: 'prompt_changed', prompt: emergency });
    await wait(0);
    expect(card().textContent).toContain('This is an emergency number.');
    expect(within(card()).queryByRole('button', { name: /Always/ })).toBeNull();
  });
});

test('a site that asks to be paired is allowed by its own button, and by no key', async () => {
  const host = await open({ prompts: [prompt({ kind: 'pair', preview: null })] });
  await armed();
  await press('Enter', card());
  expect(asked(host)).toEqual([]);
  await fireEvent.click(button(/Always allow/));
  expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'always' }]);
});

test('with a PBX the agent chooses who dials', async () => {
  const host = await open({ prompts: [prompt()], click_to_call: clickToCall({ pbx: true }) });
  await armed();
  await fireEvent.click(within(card()).getByRole('radio', { name: 'The PBX rings me first' }));
  await press('Enter', card());
  expect(asked(host)).toEqual([{ type: 'confirm', prompt: 'p1', consent: 'once', via: 'pbx' }]);
  await wait(700);
  expect(screen.getByText(/The PBX is ringing you to connect/)).toBeTruthy();
});

test('a call that the PBX did not place says why, and can be made from here', async () => {
  const trouble = { code: 'pbx_unreachable', detail: '', sip_status: null };
  const host = await open({ originations: [origination({ state: 'failed', trouble })] });
  expect(screen.getByText(/The PBX does not answer, so it places no call/)).toBeTruthy();
  await fireEvent.click(screen.getByRole('button', { name: 'Call from here' }));
  expect(asked(host)).toEqual([{ type: 'dial', target: '+7 495 229-49-89', via: 'softphone', account: 'work' }]);
});

describe('the number field', () => {
  test('says what would be dialled while one types', async () => {
    await open();
    await fireEvent.input(field(), { target: { value: '84952294989;ext=12' } });
    await wait(100);
    const line = screen.getByText(/Russia/);
    expect(line.textContent).toMatch(/\+7.495.229-49-89.* · Russia · Dials .984952294989. · then .12. once/);
    await fireEvent.input(field(), { target: { value: '' } });
    expect(screen.queryByText(/Russia/)).toBeNull();
  });
});

describe('a port that another program has', () => {
  const taken = { port: 40123, port_taken: { port: 4059, by: 'oktell (pid 812)' } };
  const told = () => screen.queryAllByText(/^Port .4059. is used by .oktell.*: web pages will not find Ringside/);

  test('is told once, from the start', async () => {
    const host = await open({ click_to_call: clickToCall(taken) });
    expect(told()).toHaveLength(1);
    expect(told()[0]?.textContent).toContain('Settings → Click to call');
    await wait(8000);
    host.change({ type: 'click_to_call_changed', click_to_call: clickToCall({ ...taken, refused: 1 }) });
    await wait(0);
    expect(told()).toHaveLength(0);
  });

  test('is told when it turns out later, and to somebody', async () => {
    const host = await open();
    await leave();
    host.change({ type: 'click_to_call_changed', click_to_call: clickToCall(taken) });
    await wait(8000);
    expect(told()).toHaveLength(0);
    await comeBack();
    expect(told()).toHaveLength(1);
  });
});

describe('the settings of click to call', () => {
  async function openPage(changes: Parameters<typeof clickToCall>[0]) {
    const host = await open({ click_to_call: clickToCall(changes) });
    vi.useRealTimers();
    await fireEvent.keyDown(document.body, { code: 'F1' });
    const sheet = await screen.findByRole('dialog', { name: 'Settings' });
    const tab = within(sheet).getByRole('tab', { name: 'Click to call' });
    await fireEvent.click(tab);
    await within(sheet).findByText('A site that you have not allowed');
    return { host, sheet };
  }

  test('list the sites, and allow, refuse and forget them', async () => {
    const origins = [
      { origin: 'https://crm.example', verdict: 'allowed' as const, refused: 0 },
      { origin: 'https://evil.example', verdict: 'refused' as const, refused: 21 },
    ];
    const { host, sheet } = await openPage({ origins, refused: 2 });
    expect(sheet.textContent).toContain('23 requests were refused since the start.');
    const evil = within(sheet).getByRole('listitem', { name: 'https://evil.example' });
    expect(evil.textContent).toContain('21 requests refused');
    await fireEvent.click(within(evil).getByRole('button', { name: 'Forget' }));
    await fireEvent.input(within(sheet).getByLabelText('Allow a site'), { target: { value: 'wiki.example' } });
    await fireEvent.submit(within(sheet).getByLabelText('Allow a site'));
    expect(asked(host)).toEqual([
      { type: 'forget_origin', origin: 'https://evil.example' },
      { type: 'pair_origin', origin: 'https://wiki.example' },
    ]);
  });

  test('say who has the port, and take the other for good', async () => {
    const { host, sheet } = await openPage({ port: 40123, port_taken: { port: 4059, by: 'oktell (pid 812)' } });
    expect(sheet.textContent).toContain('Port \u20664059\u2069 is used by \u2066oktell\u00a0(pid\u00a0812)\u2069.');
    await fireEvent.click(within(sheet).getByRole('button', { name: /Always use/ }));
    expect(asked(host)).toEqual([{ type: 'set_click_to_call', port: 40123 }]);
  });

  test('record a hotkey, and no plain key', async () => {
    const { host, sheet } = await openPage({ hotkey: '' });
    const change = within(sheet).getByRole('button', { name: 'Change' });
    await fireEvent.click(change);
    await fireEvent.keyDown(change, { key: 'c', code: 'KeyC' });
    expect(sheet.textContent).toContain('Hold Ctrl, Alt or Super');
    await fireEvent.keyDown(change, { key: 'a', code: 'KeyA', altKey: true, ctrlKey: true });
    expect(asked(host)).toEqual([{ type: 'set_click_to_call', hotkey: 'Ctrl+Alt+A' }]);
  });
});
