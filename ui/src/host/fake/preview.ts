// A few numbers that the fake desk understands, in the way of the real one.

import type { Preview } from '../../bindings/Preview';
import { Refusal } from '../index';

interface Known {
  pattern: RegExp;
  kind: Preview['kind'];
  region?: string;
  /** `$1`… of the pattern. */
  shown?: string;
  dialled?: string;
}

const KNOWN: Known[] = [
  { pattern: /^(112|103|911)$/, kind: 'emergency' },
  { pattern: /^\d{2,4}$/, kind: 'extension' },
  { pattern: /^(?:\+7|8)809(\d{3})(\d{4})$/, kind: 'premium', region: 'RU', shown: '8 809 $1-$2', dialled: '8809$1$2' },
  {
    pattern: /^(?:\+7|8)(\d{3})(\d{3})(\d\d)(\d\d)$/,
    kind: 'national',
    region: 'RU',
    shown: '+7 $1 $2-$3-$4',
    dialled: '98$1$2$3$4',
  },
  { pattern: /^\+98(\d\d)(\d{4})(\d{4})$/, kind: 'international', region: 'IR', shown: '+98 $1 $2 $3' },
  { pattern: /^\+49(\d{2,4})(\d{3,8})$/, kind: 'international', region: 'DE', shown: '+49 $1 $2' },
  { pattern: /^[+\d*#]+$/, kind: 'unknown' },
];

/** What the text would dial. Throws a `Refusal`. */
export function previewOf(text: string): Preview {
  const [, whom = '', extension] = /^(.*?)(?:;ext=(\d+))?$/s.exec(text.trim()) ?? [];
  const rest = { post_dial: extension ?? null, region: null, account: 'work', via: 'softphone' as const };
  if (/^[^\s@]+@[^\s@]+$/.test(whom)) return { ...rest, dialled: whom, shown: whom, kind: 'address' };
  const digits = whom.replace(/[\s().-]/g, '');
  const known = KNOWN.find(({ pattern }) => pattern.test(digits));
  if (!known) throw new Refusal('target_undialable', `${text} is not something one can dial`);
  const { pattern, kind, region = null, shown = '$&', dialled = '$&' } = known;
  return { ...rest, kind, region, shown: digits.replace(pattern, shown), dialled: digits.replace(pattern, dialled) };
}
