// What a request from outside is, in the words the window asks.

import type { Preview } from '../bindings/Preview';
import type { Prompt } from '../bindings/Prompt';
import type { PromptReason } from '../bindings/PromptReason';

/** What the agent clicked comes before what scripts ask; the oldest first. */
export function inTurn(prompts: Prompt[]): Prompt[] {
  return [...prompts].sort((a, b) => Number(isWanted(b)) - Number(isWanted(a)) || a.asked_at.localeCompare(b.asked_at));
}

/** The agent did something to make it come, and so waits for it. Links that come in a flood were opened by a script. */
export function isWanted({ clicked, source, reasons }: Prompt): boolean {
  return clicked || source === 'selection' || (source === 'link' && !reasons.includes('flood'));
}

/** All that a yes would be a yes to, and whether the keyboard goes there: if any of it changes, it is another question. */
export function substanceOf(prompt: Prompt): string {
  const { id, kind, origin, preview } = prompt;
  return JSON.stringify([id, kind, origin, preview?.dialled, preview?.post_dial, preview?.account, isWanted(prompt)]);
}

/** What makes the agent look twice. */
const RISKS: PromptReason[] = ['emergency', 'premium', 'foreign_domain', 'international', 'feature_code', 'flood'];

export function isRisk(reason: PromptReason): boolean {
  return RISKS.includes(reason);
}

/** A yes may be for all times: the site is known by name and new, and the number is none to ask about each time. */
export function mayBeForever({ origin, reasons }: Prompt): boolean {
  return origin !== null && reasons.includes('unpaired') && !reasons.includes('emergency');
}

/** What the PBX is sent, where that is not what the agent reads. */
export function reallyDialled({ dialled, shown }: Preview): string | undefined {
  return bare(dialled) === bare(shown) ? undefined : dialled;
}

function bare(number: string): string {
  return number.includes('@') ? number : number.replace(/[\s().\u2010-\u2015-]/g, '');
}
