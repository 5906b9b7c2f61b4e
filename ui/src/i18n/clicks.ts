// Sentences about requests from outside, and about what a number is.

import type { PortTaken } from '../bindings/PortTaken';
import type { Preview } from '../bindings/Preview';
import type { Prompt } from '../bindings/Prompt';
import type { PromptReason } from '../bindings/PromptReason';
import { m } from './compiled/messages';
import { figure, isolated, regionName } from './format';

/** Who wants what. */
export function promptTitle({ kind, source, origin }: Prompt): string {
  if (kind === 'pair') return m.prompt_pair();
  if (source === 'link') return m.prompt_link();
  if (source === 'selection') return m.prompt_selection();
  return origin ? m.prompt_page() : m.prompt_page_unknown();
}

/** Why it asks, where the title has not said it. */
export function reasonSentence(reason: PromptReason, { origin, preview }: Prompt): string | undefined {
  switch (reason) {
    case 'unpaired':
      return origin ? m.reason_unpaired() : m.reason_unknown();
    case 'unproven':
      return m.reason_unproven();
    case 'asks':
      return m.reason_asks();
    case 'emergency':
      return m.reason_emergency();
    case 'premium':
      return m.reason_premium();
    case 'foreign_domain':
      return m.reason_foreign_domain();
    case 'international':
      return preview?.region
        ? m.reason_international_to({ region: regionName(preview.region) })
        : m.reason_international();
    case 'feature_code':
      return m.reason_feature_code();
    case 'flood':
      return m.reason_flood();
    case 'selected':
      return undefined;
  }
}

/** What else a port's being taken means. Ports are names, not quantities: their digits are the same everywhere. */
export function portTakenSentence({ port, by }: PortTaken): string {
  const taken = isolated(String(port));
  return by ? m.port_taken_told({ port: taken, by: isolated(by) }) : m.port_taken_told_unknown({ port: taken });
}

/** What kind of number it is, or where it leads. */
export function kindWord({ kind, region }: Preview): string | undefined {
  switch (kind) {
    case 'extension':
      return m.kind_extension();
    case 'emergency':
      return m.kind_emergency();
    case 'premium':
      return m.kind_premium();
    case 'address':
      return m.kind_address();
    default:
      return region ? regionName(region) : undefined;
  }
}

/** What is dialled later, in its own order. */
export function postDial({ post_dial }: Preview): string | undefined {
  return post_dial ? m.post_dial({ digits: isolated(post_dial) }) : undefined;
}

/** For messages that count. */
export function counted(count: number): { count: number; shown: string } {
  return { count, shown: figure(count) };
}
