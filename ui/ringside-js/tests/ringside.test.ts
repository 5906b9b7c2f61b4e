import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Status } from '../ringside';
import { attach } from '../src/ringside';
import { browser } from './browser';
import { StandIn } from './stand-in';

let desk: StandIn;
const went: string[] = [];

beforeEach(async () => {
  desk = await StandIn.start();
  went.length = 0;
  for (const [name, value] of Object.entries(browser)) vi.stubGlobal(name, value);
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('location', {
    set href(uri: string) {
      went.push(uri);
    },
  });
});

afterEach(async () => {
  attach().detach();
  document.body.innerHTML = '';
  document.documentElement.lang = '';
  vi.unstubAllGlobals();
  await desk.stop();
});

function page(html: string, options = {}) {
  document.body.innerHTML = html;
  return attach(document, { port: desk.port, ...options });
}

function element(selector = '[data-call]'): HTMLElement {
  return document.querySelector<HTMLElement>(selector)!;
}

async function shows(state: string, selector?: string) {
  await vi.waitFor(() => expect(element(selector).dataset.ringsideState).toBe(state));
}

const call = (state: string, more = {}) => ({ id: 'c1', state, ended: null, origination: null, ...more });
const dials = () => desk.asked.filter((line) => line.startsWith('POST'));

test('a click dials, and the element follows the call to its end', async () => {
  const seen: (string | null)[][] = [];
  page('<span data-call="700">Echo</span>').on('state', ({ state, reason }) => seen.push([state, reason]));
  desk.calls = [call('dialing')];
  element().click();
  await vi.waitFor(() => expect(desk.streams.size).toBe(1));
  desk.change({ type: 'call_changed', call: call('early') });
  desk.change({ type: 'call_changed', call: call('active') });
  desk.change({ type: 'call_changed', call: call('active', { muted: true }) });
  desk.change({ type: 'call_changed', call: { ...call('ringing'), id: 'c2' } });
  desk.change({ type: 'call_changed', call: call('ended', { ended: { reason: 'remote_hung_up' } }) });
  await shows('ended');
  expect(element().dataset.ringsideReason).toBe('remote_hung_up');
  expect(seen.map(([state]) => state)).toEqual(['asking', 'dialing', 'ringing', 'active', 'ended']);
  expect(dials()).toEqual(['POST /v1/pair 700']);
  await vi.waitFor(() => expect(desk.streams.size, 'nobody listens once the call is over').toBe(0));
});

test('the page hears of it by events that bubble', async () => {
  page('<ul><li data-call>700</li></ul>');
  const heard: Status[] = [];
  document.body.addEventListener('ringside:state', ({ detail }) => heard.push(detail), { once: true });
  element().click();
  expect(heard).toMatchObject([{ state: 'asking', number: '700', element: element() }]);
  await shows('ended');
});

test('two clicks are one, and so is a click while the call is up', async () => {
  const attached = page('<button data-call="700">Echo</button>');
  desk.calls = [call('dialing')];
  element().click();
  element().click();
  await shows('dialing');
  element().click();
  await attached.call('700');
  expect(dials()).toHaveLength(1);
});

test('the second click of a double click is one even after the first came to nothing', async () => {
  desk.verdict = 'refused';
  page('<button data-call="700">Echo</button>');
  element().click();
  await shows('refused');
  element().dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, detail: 2 }));
  element().click();
  expect(dials()).toHaveLength(1);
});

test('a stranger waits for the agent, and asks nothing else meanwhile', async () => {
  desk.verdict = 'unknown';
  page('<a href="tel:+74952294989">Moscow</a><a href="tel:701">Voice</a>');
  element('a').click();
  await shows('asking', 'a');
  expect(element('a').getAttribute('aria-busy')).toBe('true');
  element('a:last-of-type').click();
  await vi.waitFor(() => expect(dials()).toEqual(['POST /v1/pair tel:+74952294989']));
  desk.calls = [call('ringing')];
  desk.decide('allowed');
  await shows('ringing', 'a');
  expect(dials()).toHaveLength(1);
});

test('a no is shown and not worked around', async () => {
  desk.verdict = 'unknown';
  page('<a href="tel:700" data-call="700">Echo</a>');
  element().click();
  await vi.waitFor(() => expect(dials()).toHaveLength(1));
  desk.decide('refused');
  await shows('refused');
  expect(went).toEqual([]);
  expect(dials()).toHaveLength(1);
});

test('a no to a site that is paired is a no', async () => {
  desk.answer.body = { paired: true };
  expect(await page('<a data-call="112">Help</a>').call('112')).toMatchObject({ state: 'refused' });
});

test('what the desk cannot do is told by its code', async () => {
  desk.answer = { status: 409, body: { error: { code: 'not_registered', detail: '' } } };
  const attached = page('<a data-call="700">Echo</a>');
  expect(await attached.call('700')).toMatchObject({ state: 'failed', reason: 'not_registered' });
});

test('with the desk off, the number goes to the system', async () => {
  page('<a href="tel:+7(495)229-49-89;ext=12">Moscow</a><b data-call="+7 495 *21#">Star</b>');
  await desk.stop();
  element('a').click();
  await shows('fallback', 'a');
  expect(element('a').dataset.ringsideReason).toBe('off');
  element('b').click();
  await shows('fallback', 'b');
  expect(went).toEqual(['tel:+7(495)229-49-89;ext=12', 'tel:+7495*21%23']);
  desk = await StandIn.start();
});

/** What may have taken the desk's port: status, headers and body of whatever it is asked. */
const OTHERS: [string, number, OutgoingHttpHeaders, string][] = [
  ['a server', 404, {}, 'not found'],
  ['a server that every page may read', 404, { 'Access-Control-Allow-Origin': 'https://crm.example' }, 'not found'],
  ['one that finds a page everywhere', 200, { 'Access-Control-Allow-Origin': 'https://crm.example' }, '<html>'],
  ['one that speaks JSON', 403, { 'Access-Control-Allow-Origin': 'https://crm.example' }, '{"error":"forbidden"}'],
  ['one that no page may load from', 200, { 'Cross-Origin-Resource-Policy': 'same-origin' }, 'hello'],
];

for (const [who, status, headers, body] of OTHERS) {
  test(`with ${who} at the desk's port, the number goes to the system`, async () => {
    page('<b data-call="700">Echo</b>');
    const { port } = desk;
    await desk.stop();
    const other = createServer((_asked, answer) => answer.writeHead(status, headers).end(body));
    await new Promise<void>((listening) => other.listen(port, '127.0.0.1', listening));
    element().click();
    await shows('fallback');
    expect(element().dataset.ringsideReason).toBe('off');
    expect(went).toEqual(['tel:700']);
    other.closeAllConnections();
    await new Promise((closed) => other.close(closed));
    desk = await StandIn.start();
  });
}

test('where the browser keeps the page from the desk, it says so', async () => {
  const query = async ({ name }: { name: string }) => {
    if (name !== 'local-network-access') throw new TypeError('unknown name');
    return { state: 'denied' };
  };
  vi.stubGlobal('navigator', { permissions: { query } });
  page('<b data-call="700">Echo</b>', { fallback: 'none' });
  await desk.stop();
  element().click();
  await shows('fallback');
  expect(element().dataset.ringsideReason).toBe('blocked');
  expect(went).toEqual([]);
  vi.stubGlobal('isSecureContext', false);
  const later = performance.now() + 2_000;
  vi.spyOn(performance, 'now').mockReturnValue(later);
  expect(await attach().call('700'), 'without https there is no telling').toMatchObject({ reason: 'unreachable' });
  desk = await StandIn.start();
});

test('a call that the PBX places is followed once it rings the agent', async () => {
  desk.answer = { status: 200, body: { paired: true, origination: 'o1' } };
  page('<b data-call="700">Echo</b>');
  element().click();
  await vi.waitFor(() => expect(desk.streams.size).toBe(1));
  desk.change({ type: 'call_changed', call: call('ringing', { id: 'c7' }) });
  desk.change({ type: 'call_changed', call: call('ringing', { id: 'c8', origination: 'o1' }) });
  await shows('ringing');
  expect(attach().state).toMatchObject({ state: 'ringing', call: 'c8' });
});

test('a call that the PBX does not place has failed', async () => {
  desk.answer = { status: 200, body: { paired: true, origination: 'o1' } };
  page('<b data-call="700">Echo</b>');
  element().click();
  await vi.waitFor(() => expect(desk.streams.size).toBe(1));
  desk.change({ type: 'origination_changed', origination: { id: 'o1', state: 'failed', call: null } });
  await shows('failed');
  expect(element().dataset.ringsideReason).toBe('pbx');
  await vi.waitFor(() => expect(desk.streams.size).toBe(0));
});

test('a desk that goes away ends the call on the page', async () => {
  desk.calls = [call('active')];
  page('<b data-call="700">Echo</b>');
  element().click();
  await shows('active');
  await desk.stop();
  await shows('ended');
  expect(element().dataset.ringsideReason).toBe('lost');
  desk = await StandIn.start();
});

test('a site asks to be paired before anybody clicks', async () => {
  desk.verdict = 'unknown';
  const pairing = page('').pair();
  await vi.waitFor(() => expect(dials()).toEqual(['POST /v1/pair']));
  desk.answer.body = { paired: true };
  desk.decide('allowed');
  expect(await pairing).toBe(true);
  desk.verdict = 'refused';
  expect(await attach().pair()).toBe(false);
});

test('what is no button becomes one, for keyboards too, also when it comes later', async () => {
  page('<a href="tel:700">link</a><button data-call="700">button</button>');
  document.body.insertAdjacentHTML('beforeend', '<p><span data-call="700">later</span></p>');
  await vi.waitFor(() => expect(element('span').getAttribute('role')).toBe('button'));
  expect(element('span').tabIndex).toBe(0);
  expect(element('a').hasAttribute('role'), 'a link is one already').toBe(false);
  expect(element('button').hasAttribute('role')).toBe(false);
  element('span').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  element('span').dispatchEvent(
    new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, repeat: true }),
  );
  await vi.waitFor(() => expect(dials()).toEqual(['POST /v1/pair 700']));
});

test('clicks that are meant for the browser or the page are left alone', () => {
  page('<a href="tel:700">link</a>');
  const press = (init: MouseEventInit) => {
    const click = new MouseEvent('click', { bubbles: true, cancelable: true, ...init });
    element('a').dispatchEvent(click);
    return click.defaultPrevented;
  };
  expect(press({ ctrlKey: true })).toBe(false);
  expect(press({ button: 1 })).toBe(false);
  element('a').addEventListener('click', (click) => click.preventDefault());
  press({});
  expect(dials()).toEqual([]);
});

test('a screen reader is told in the language of the page, and only what lasts', async () => {
  document.documentElement.lang = 'fa-IR';
  desk.calls = [call('active')];
  page('<b data-call="700">Echo</b>');
  element().click();
  await vi.waitFor(() => expect(element('[role=status]').textContent).toBe('وصل شد'));
});

test('a page that is left alone again is as it was', async () => {
  const html = '<b data-call="700">Echo</b><i data-call="1" role="link" tabindex="3">1</i><a href="tel:1">1</a>';
  const attached = page(html);
  element().click();
  await shows('ended');
  expect(attach()).toBe(attached);
  attached.detach();
  document.querySelector('[role=status]')?.remove();
  expect(document.body.innerHTML).toBe(html);
  element().click();
  expect(dials()).toHaveLength(1);
});
