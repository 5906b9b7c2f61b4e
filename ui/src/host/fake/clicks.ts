// What the fake desk does with requests from outside.

import type { ClickToCall } from '../../bindings/ClickToCall';
import type { Intent } from '../../bindings/Intent';
import type { Origination } from '../../bindings/Origination';
import type { Prompt } from '../../bindings/Prompt';
import type { Verdict } from '../../bindings/Verdict';
import { Refusal } from '../index';
import type { FakeDesk } from './index';
import { previewOf } from './preview';
import { prompt } from './scenarios';

type Of<T extends Intent['type']> = Extract<Intent, { type: T }>;

/** How long the fake's PBX takes for an answer. */
const PBX_MS = 600;

/** Whoever asked is let through, once or always. */
export function confirm(desk: FakeDesk, { prompt: id, consent, via }: Of<'confirm'>): string | undefined {
  const { preview, origin } = find(desk, id);
  remove(desk, id);
  if (consent === 'always' && origin) judge(desk, origin, 'allowed');
  if (!preview) return undefined;
  if ((via ?? preview.via) === 'pbx') return originate(desk, preview.dialled);
  return desk.dial(preview.shown, origin);
}

export function dismiss(desk: FakeDesk, id: string) {
  find(desk, id);
  remove(desk, id);
}

/** Takes down what was decided about a site, and with a no all that it asks. */
export function judge(desk: FakeDesk, origin: string, verdict: Verdict | undefined) {
  if (!/^https?:\/\/[^/\s]+$/.test(origin)) throw new Refusal('bad_origin', `${origin} is not an origin`);
  const clicks = desk.now.click_to_call;
  const refused = clicks.origins.find((known) => known.origin === origin)?.refused ?? 0;
  const others = clicks.origins.filter((known) => known.origin !== origin);
  set(desk, { origins: verdict ? [...others, { origin, verdict, refused }] : others });
  if (verdict !== 'refused') return;
  for (const asked of desk.now.prompts.filter((prompt) => prompt.origin === origin)) remove(desk, asked.id);
}

export function set(desk: FakeDesk, changes: Partial<ClickToCall>) {
  desk.change({ type: 'click_to_call_changed', click_to_call: { ...desk.now.click_to_call, ...changes } });
}

export function offer(desk: FakeDesk, text: string) {
  const old = desk.now.prompts.find(({ source }) => source === 'selection');
  if (old) remove(desk, old.id);
  const asked = prompt({
    id: `p${desk.fresh()}`,
    source: 'selection',
    origin: null,
    preview: previewOf(text),
    reasons: ['selected'],
  });
  desk.change({ type: 'prompt_changed', prompt: asked });
}

/** The PBX is asked, says yes, and rings the agent. */
export function originate(desk: FakeDesk, target: string): undefined {
  const origination: Origination = {
    id: `o${desk.fresh()}`,
    preview: { ...previewOf(target), via: 'pbx' },
    state: 'asked',
    call: null,
    trouble: null,
    asked_at: new Date().toISOString(),
  };
  desk.change({ type: 'origination_changed', origination });
  setTimeout(
    () => desk.change({ type: 'origination_changed', origination: { ...origination, state: 'accepted' } }),
    PBX_MS,
  );
}

function find(desk: FakeDesk, id: string): Prompt {
  const prompt = desk.now.prompts.find((prompt) => prompt.id === id);
  if (!prompt) throw new Refusal('no_prompt', `there is no prompt ${id}`);
  return prompt;
}

function remove(desk: FakeDesk, id: string) {
  desk.change({ type: 'prompt_removed', prompt: id, answer: null, call: null, origination: null });
}
