// What the PBX does for this desk beside calls, as the main window shows it.

import { render, screen } from '@testing-library/svelte';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Snapshot } from '../src/bindings/Snapshot';
import { order, powers } from '../src/host/fake/floor';
import { call, ringing } from '../src/host/fake/scenarios';
import Main from '../src/windows/main/Main.svelte';
import { deskWith } from './stage';

async function open(changes: Partial<Snapshot>) {
  const { host, desk } = await deskWith({ powers: powers(), ...changes });
  render(Main, { desk });
  return host;
}

const settle = () => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => localStorage.clear());

test('a call that the PBX was asked to dial goes out, though it comes from the PBX', async () => {
  await open({ calls: [call({ direction: 'inbound', origination: 'o1' })] });
  const card = document.querySelector('[data-call="c1"]')!;
  expect(card.querySelector('.direction')!.textContent).toBe('Outgoing');
});

describe('a recording', () => {
  const playing = { id: 'c8', direction: 'inbound', peer: { number: '1730201.41', name: null } } as const;
  const banner = () => document.querySelector('[data-order="play_recording"]');

  test('is on its way until the call that plays it is answered', async () => {
    const host = await open({
      orders: [order({ state: 'connecting', call: 'c8' })],
      calls: [ringing(playing)],
    });
    expect(banner()).toBeTruthy();
    host.change({ type: 'call_changed', call: call(playing) });
    await settle();
    expect(banner()).toBeNull();
    expect(screen.getByRole('button', { name: /^Stop/ })).toBeTruthy();
  });

  test('that failed says so, whatever became of its call', async () => {
    const trouble = { code: 'pbx_unreachable', detail: '', sip_status: null };
    await open({ orders: [order({ state: 'failed', call: 'c8', trouble })], calls: [call(playing)] });
    expect(banner()).toBeTruthy();
  });
});

describe('whether queues call', () => {
  const button = () => document.querySelector('button.presence')!;
  const UNASKED = { state: 'available', reason: null, since: null, told: false } as const;

  test('is in doubt only once something was asked for', async () => {
    const host = await open({ presence: UNASKED });
    expect(button().classList).not.toContain('untold');
    const since = new Date().toISOString();
    host.change({ type: 'presence_changed', presence: { ...UNASKED, state: 'away', since } });
    await settle();
    expect(button().classList).toContain('untold');
  });
});
