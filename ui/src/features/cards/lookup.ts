import type { Card } from '../../bindings/Card';
import { m } from '../../i18n/compiled/messages';

/** What came of looking somebody up, where the card does not say it by itself. */
export function lookupSentence({ lookup, name }: Card): string | undefined {
  switch (lookup) {
    case 'looking':
      return m.lookup_looking();
    case 'unknown':
      return name ? undefined : m.lookup_unknown();
    case 'failed':
      return m.lookup_failed();
    default:
      return undefined;
  }
}
