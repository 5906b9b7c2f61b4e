// What can be done about a colleague, and what stands in the way.

import type { Agent } from '../../bindings/Agent';
import type { Intent } from '../../bindings/Intent';
import type { Power } from '../../bindings/Power';
import type { Powers } from '../../bindings/Powers';
import type { Supervision } from '../../bindings/Supervision';
import type { SupervisionMode } from '../../bindings/SupervisionMode';
import { m } from '../../i18n/compiled/messages';
import { agentName, modeVerb } from '../../i18n/floor';
import { orderTrouble } from '../../i18n/sentences';
import { isInCall, isOffered } from '../../state/agent';

export type DeedName = SupervisionMode | 'pick_up' | 'call';

export interface Deed {
  deed: DeedName;
  /** On the button. */
  word: string;
  /** All of it, for those who hear only this. */
  label: string;
  intent: Intent;
  /** Why it cannot be done; it can if there is nothing. */
  why: string | undefined;
  /** It is so already. */
  pressed: boolean;
}

const MODES: SupervisionMode[] = ['spy', 'whisper', 'barge'];

/** In the order of their buttons. */
export function deedsFor(agent: Agent, powers: Powers, supervision: Supervision | null): Deed[] {
  if (agent.is_own) return [];
  const name = agentName(agent);
  const { extension } = agent;
  const deeds: Deed[] = [];
  if (isInCall(agent)) {
    const mine = supervision?.extension === extension && supervision.state !== 'failed' ? supervision : undefined;
    for (const mode of MODES.filter((mode) => isOffered(powers[mode]))) {
      deeds.push({
        deed: mode,
        word: modeVerb(mode),
        label: LABEL[mode]({ name }),
        intent: { type: 'supervise', extension, mode },
        why: whyNot(powers[mode]),
        pressed: mine?.state === 'active' && mine.mode === mode,
      });
    }
  }
  if (agent.state === 'ringing' && isOffered(powers.pick_up)) {
    const intent: Intent = { type: 'pick_up', extension };
    const label = m.floor_pick_up_from({ name });
    deeds.push({
      deed: 'pick_up',
      word: m.floor_pick_up(),
      label,
      intent,
      why: whyNot(powers.pick_up),
      pressed: false,
    });
  }
  const dial: Intent = { type: 'dial', target: extension };
  deeds.push({
    deed: 'call',
    word: m.dial(),
    label: m.history_call({ name }),
    intent: dial,
    why: undefined,
    pressed: false,
  });
  return deeds;
}

const LABEL: Record<SupervisionMode, (inputs: { name: string }) => string> = {
  spy: m.floor_listen_to,
  whisper: m.floor_whisper_to,
  barge: m.floor_barge_into,
};

/** Why this desk may not. */
export function whyNot({ allowed, why }: Power): string | undefined {
  if (allowed) return undefined;
  return why ? orderTrouble(why) : m.order_pbx_forbidden();
}
