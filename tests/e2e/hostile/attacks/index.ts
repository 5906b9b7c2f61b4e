import type { Attack } from '../stage';
import { DESYNC } from './desync';
import { FLOODS } from './floods';
import { HEAVY } from './heavy';
import { HOSTS } from './hosts';
import { IDENTITY } from './identity';
import { LINKS } from './links';
import { NAVIGATIONS } from './navigations';
import { NUMBERS } from './numbers';
import { PAGES } from './pages';
import { PROTOCOL } from './protocol';
import { READING } from './reading';
import { REBINDING } from './rebinding';
import { TOKENS } from './tokens';

export const ATTACKS: Attack[] = [
  ...HOSTS,
  ...IDENTITY,
  ...TOKENS,
  ...NUMBERS,
  ...PROTOCOL,
  ...aside(DESYNC),
  ...LINKS,
  ...aside(PAGES),
  ...aside(READING),
  ...NAVIGATIONS,
  ...aside(REBINDING),
  ...HEAVY,
  ...FLOODS,
];

function aside(attacks: Attack[]): Attack[] {
  return attacks.map((attack) => ({ ...attack, aside: !attack.loud }));
}
