// The main window on a desk in memory, by what a person sees and presses.

import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Snapshot } from '../src/bindings/Snapshot';
import { account, call, ended, ringing } from '../src/host/fake/scenarios';
import Main from '../src/windows/main/Main.svelte';
// The window loads it when it is first needed; here it is loaded before, so that no test waits for the compiler.
import '../src/windows/main/Preferences.svelte';
import { deskWith } from './stage';

async function open(changes: Partial<Snapshot> = {}) {
  const { host, desk } = await deskWith(changes);
  render(Main, { desk });
  return host;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));
const input = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Number or address to call' });
const press = (code: string) => fireEvent.keyDown(document.body, { code, altKey: true });

beforeEach(() => localStorage.clear());

describe('dialling', () => {
  test('Enter dials what was typed, Persian digits included', async () => {
    const host = await open();
    await fireEvent.input(input(), { target: { value: ' ۷۰۰ ' } });
    await fireEvent.submit(input());
    expect(host.asked).toEqual([{ type: 'dial', target: '700' }]);
    await settle();
    expect(input().value).toBe('');
    expect(screen.getByRole('article', { name: '700' }).textContent).toContain('Calling…');
  });

  test('a refusal is told under the field in a sentence, and typing clears it', async () => {
    await open();
    await fireEvent.input(input(), { target: { value: '!!' } });
    await fireEvent.submit(input());
    await settle();
    expect(screen.getByText('This is not a number or an address. Check it.')).toBeTruthy();
    expect(input().value).toBe('!!');
    await fireEvent.input(input(), { target: { value: '7' } });
    expect(screen.queryByText(/not a number/)).toBeNull();
  });

  test('arrow up brings back earlier numbers, and an empty Enter the last', async () => {
    await open();
    await fireEvent.submit(input());
    expect(input().value).toBe('+44 20 7946 0018');
    await fireEvent.keyDown(input(), { key: 'ArrowUp' });
    await fireEvent.keyDown(input(), { key: 'ArrowUp' });
    expect(input().value).toBe('713');
    await fireEvent.keyDown(input(), { key: 'ArrowDown' });
    expect(input().value).toBe('+98 912 345 6789');
  });

  test('with several accounts one can choose whom to call as', async () => {
    const host = await open({ accounts: [account(), account({ id: 'home', aor: 'sip:sara@home.example' })] });
    await fireEvent.click(screen.getByRole('radio', { name: 'sara' }));
    await fireEvent.input(input(), { target: { value: '700' } });
    await fireEvent.submit(input());
    expect(host.asked).toEqual([{ type: 'dial', target: '700', account: 'home' }]);
  });
});

describe('an incoming call', () => {
  test('is announced and answered', async () => {
    const host = await open({ calls: [ringing()] });
    const announced = screen.getAllByRole('alert').filter((alert) => alert.getAttribute('aria-live') === 'assertive');
    expect(announced.map(({ textContent }) => textContent).join()).toContain('نگار رضایی is calling');
    const panel = screen.getByRole('region', { name: 'Incoming call' });
    await fireEvent.click(within(panel).getByRole('button', { name: /Answer/ }));
    expect(host.asked).toEqual([{ type: 'answer', call: 'c2' }]);
    await settle();
    expect(screen.queryByRole('region', { name: 'Incoming call' })).toBeNull();
    expect(screen.getByRole('article', { name: 'نگار رضایی' }).dataset.state).toBe('active');
  });

  test('is answered, declined or told busy from the keyboard, whatever the layout', async () => {
    const host = await open({ calls: [ringing()] });
    await press('KeyB');
    expect(host.asked).toEqual([{ type: 'decline', call: 'c2', reason: 'busy' }]);
    host.change({ type: 'call_changed', call: ringing({ id: 'c4' }) });
    await fireEvent.keyDown(document.body, { code: 'KeyA', key: 'ф', altKey: true });
    expect(host.asked.at(-1)).toEqual({ type: 'answer', call: 'c4' });
  });

  test('while talking, answering says what becomes of the other call', async () => {
    await open({ calls: [call(), ringing()] });
    expect(screen.getByText('Answering puts the other call on hold.')).toBeTruthy();
  });
});

describe('a call', () => {
  const card = (name = 'Anna Sergeevna Volkova') => screen.getByRole('article', { name });

  test('mutes, holds and comes back', async () => {
    const host = await open({ calls: [call()] });
    await fireEvent.click(within(card()).getByRole('button', { name: 'Mute' }));
    await settle();
    expect(within(card()).getByRole('button', { name: 'Unmute' }).getAttribute('aria-pressed')).toBe('true');
    expect(card().textContent).toContain('Microphone off');
    await press('KeyH');
    await settle();
    expect(card().textContent).toContain('On hold by you');
    await press('KeyH');
    await press('KeyE');
    expect(host.asked.map(({ type }) => type)).toEqual(['mute', 'hold', 'resume', 'hang_up']);
  });

  test('takes digits from the keyboard and shows what was sent', async () => {
    const host = await open({ calls: [call()] });
    await press('KeyK');
    for (const key of ['1', '۲', '#']) await fireEvent.keyDown(document.body, { key });
    await fireEvent.click(within(card()).getByRole('button', { name: '5' }));
    expect(host.asked).toEqual(['1', '2', '#', '5'].map((digits) => ({ type: 'send_dtmf', call: 'c1', digits })));
    expect(card().textContent).toContain('12#5');
    expect(input().value, 'the digits went into the call, not into the number').toBe('');
  });

  test('takes no digits that are typed into something over it', async () => {
    const host = await open({ calls: [call()] });
    await press('KeyK');
    await fireEvent.keyDown(document.body, { code: 'F1' });
    await fireEvent.keyDown(await screen.findByRole('dialog', { name: 'Settings' }), { key: '1' });
    expect(host.asked.filter(({ type }) => type === 'send_dtmf')).toEqual([]);
  });

  test('is handed on blindly', async () => {
    const host = await open({ calls: [call()] });
    await press('KeyT');
    await fireEvent.input(screen.getByRole('textbox', { name: 'Transfer to' }), { target: { value: '104' } });
    await fireEvent.click(screen.getByRole('button', { name: 'Transfer now' }));
    expect(host.asked).toEqual([{ type: 'transfer_blind', call: 'c1', target: '104' }]);
    await settle();
    expect(card().textContent).toMatch(/Transferring to \u2066104\u2069/);
  });

  test('is connected with another', async () => {
    const other = call({ id: 'c3', state: 'held', held_by: ['local'], peer: { number: '104', name: 'Thomas' } });
    const host = await open({ calls: [other, call()] });
    await press('KeyT');
    await fireEvent.click(within(card()).getByRole('button', { name: 'Thomas' }));
    expect(host.asked).toEqual([{ type: 'transfer_attended', call: 'c1', to_call: 'c3' }]);
  });

  test('becomes part of a conference, and is taken out again', async () => {
    const other = call({ id: 'c3', state: 'held', held_by: ['local'], peer: { number: '104', name: 'Thomas' } });
    const host = await open({ calls: [other, call()] });
    await fireEvent.click(screen.getByRole('button', { name: 'Talk together' }));
    await settle();
    expect(card('Thomas').textContent).toContain('In the conference');
    await fireEvent.click(screen.getByRole('button', { name: 'Split the conference' }));
    expect(host.asked).toEqual([
      { type: 'conference', calls: ['c3', 'c1'] },
      { type: 'conference', calls: [] },
    ]);
  });

  test('shows how it sounds', async () => {
    await open({ calls: [call()] });
    const quality = within(card()).getByRole('button', { name: /Sound quality 4.3 of 5/ });
    expect(quality.getAttribute('aria-label')).toContain('Lost: 0.2 %, Jitter: 3 ms, Round trip: 18 ms');
  });

  test('that failed says why and can be tried again', async () => {
    const host = await open({ calls: [ended('busy', 486)] });
    expect(card('713').textContent).toContain('The line is busy. Try again in a while.');
    expect(card('713').textContent).toContain('SIP 486');
    await fireEvent.click(within(card('713')).getByRole('button', { name: 'Call again' }));
    expect(host.asked).toEqual([{ type: 'dial', target: '713' }]);
  });

  test('that ended as calls do leaves the stage after a few seconds', async () => {
    vi.useFakeTimers();
    await open({ calls: [ended('remote_hung_up', null)], history: [] });
    expect(screen.getByText('They hung up.')).toBeTruthy();
    await vi.advanceTimersByTimeAsync(7000);
    expect(screen.queryByText('They hung up.')).toBeNull();
    vi.useRealTimers();
  });

  test('counts its seconds from the timestamp', async () => {
    vi.useFakeTimers();
    const answered_at = new Date(Date.now() - 59_000).toISOString();
    await open({ calls: [call({ answered_at })] });
    expect(within(card()).getByRole('timer').textContent).toBe('0:59');
    await vi.advanceTimersByTimeAsync(3000);
    expect(within(card()).getByRole('timer').textContent).toBe('1:02');
    vi.useRealTimers();
  });
});

describe('the history', () => {
  test('redials on a click and filters what was missed', async () => {
    const host = await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Call Thomas Lindqvist' }));
    expect(host.asked).toEqual([{ type: 'dial', target: '104' }]);
    await fireEvent.click(screen.getByRole('radio', { name: 'Missed' }));
    expect(
      screen.queryByRole('button', { name: 'Call Thomas Lindqvist' }),
      'answered elsewhere is not missed',
    ).toBeNull();
    expect(screen.getByRole('button', { name: 'Call +1 415 555 0134' })).toBeTruthy();
  });

  test('invites to a first call on the practice PBX', async () => {
    const host = await open({ history: [], practice: true });
    await fireEvent.click(screen.getByRole('button', { name: 'Dial 700 to hear yourself' }));
    expect(host.asked).toEqual([{ type: 'dial', target: '700' }]);
  });
});

describe('language', () => {
  test('Persian mirrors the window, keeps numbers left to right and counts in its own digits', async () => {
    const host = await open({ calls: [call()] });
    expect(document.documentElement.dir).toBe('ltr');
    await host.intent({ type: 'set_language', language: 'fa' });
    await settle();
    expect(document.documentElement.dir).toBe('rtl');
    expect(document.documentElement.lang).toBe('fa');
    const card = screen.getByRole('article', { name: 'Anna Sergeevna Volkova' });
    expect(card.textContent).toContain('در حال گفتگو');
    expect(card.querySelector('bdi')?.getAttribute('dir')).toBe('ltr');
    expect(within(card).getByRole('timer').textContent).toBe('۳:۱۲');
  });
});

describe('the account dialog', () => {
  const fill = (label: string, value: string) => fireEvent.input(screen.getByLabelText(label), { target: { value } });
  const dialog = () => screen.getByRole('dialog', { name: 'Add account' });

  async function openDialog() {
    const host = await open({ accounts: [] });
    await fireEvent.click(screen.getByRole('button', { name: 'Add account' }));
    await screen.findByRole('dialog', { name: 'Add account' });
    return host;
  }

  test('says what an address looks like before it asks the desk', async () => {
    const host = await openDialog();
    await fill('Address', '101');
    await fireEvent.click(within(dialog()).getByRole('button', { name: 'Save' }));
    expect(dialog().textContent).toContain('Write it as extension@server, like 101@pbx.example.');
    expect(host.asked).toEqual([]);
  });

  test('stays until the PBX has said no, and says why', async () => {
    const host = await openDialog();
    vi.useFakeTimers();
    await fill('Address', '101@pbx.example');
    await fill('Password', 'wrong');
    await fill('Registrar', '192.0.2.10:5060');
    await fireEvent.click(within(dialog()).getByRole('button', { name: 'Save' }));
    expect(host.asked).toEqual([
      {
        type: 'set_account',
        account: { aor: 'sip:101@pbx.example', transport: 'udp', password: 'wrong', registrar: '192.0.2.10:5060' },
      },
    ]);
    await vi.advanceTimersByTimeAsync(10);
    expect(dialog().textContent).toContain('Signing in…');
    await vi.advanceTimersByTimeAsync(2000);
    expect(dialog().textContent).toContain('The PBX did not accept the name or password.');
    vi.useRealTimers();
  });

  test('closes once the PBX has said yes', async () => {
    await openDialog();
    vi.useFakeTimers();
    await fill('Address', '101@pbx.example');
    await fill('Password', 'right');
    await fireEvent.click(within(dialog()).getByRole('button', { name: 'Save' }));
    await vi.advanceTimersByTimeAsync(1300);
    expect(dialog().textContent).toContain('Signed in. You can call.');
    await vi.advanceTimersByTimeAsync(1500);
    expect(screen.queryByRole('dialog', { name: 'Add account' })).toBeNull();
    vi.useRealTimers();
  });
});

describe('the list of accounts', () => {
  async function openAccounts(changes: Parameters<typeof account>[0]) {
    const host = await open({ accounts: [account(changes)] });
    await fireEvent.click(screen.getByRole('button', { name: /Open accounts$/ }));
    await screen.findByRole('button', { name: 'Add account' });
    return host;
  }

  test('changes an account and keeps what was not touched', async () => {
    const host = await openAccounts({ username: 'sara', ca: '/etc/pbx-ca.pem' });
    await fireEvent.click(screen.getByRole('button', { name: /^Edit / }));
    const dialog = await screen.findByRole('dialog', { name: 'Edit account' });
    await fireEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    const kept = { id: 'work', username: 'sara', ca: '/etc/pbx-ca.pem', display_name: 'Sara Ahmadi' };
    expect(host.asked).toEqual([
      { type: 'set_account', account: { aor: 'sip:101@pbx.example', transport: 'udp', ...kept } },
    ]);
  });

  test('leaves the account of the practice PBX alone', async () => {
    await openAccounts({ practice: true });
    expect(screen.queryByRole('button', { name: /^Edit / })).toBeNull();
  });
});

describe('the header', () => {
  test('says in a word how the account is, and why it failed', async () => {
    const detail = { code: 'unreachable', detail: '', sip_status: null };
    await open({ accounts: [account({ registration: 'failed', detail })] });
    expect(screen.getByRole('button', { name: 'Not connected, 101. Open accounts' })).toBeTruthy();
    expect(screen.getByText(/The PBX does not answer. Check the network/)).toBeTruthy();
  });

  test('turns do not disturb on and off', async () => {
    const host = await open();
    await fireEvent.click(screen.getByRole('button', { name: 'Do not disturb' }));
    await settle();
    await fireEvent.click(screen.getByRole('button', { name: 'Turn off' }));
    expect(host.asked).toEqual([
      { type: 'set_do_not_disturb', on: true },
      { type: 'set_do_not_disturb', on: false },
    ]);
  });
});
