// The kinds of pages that a browser tells apart, by where it thinks they come from.

/** What the browser's user said to "Access other apps and services on this device". */
export type Permission = 'granted' | 'denied';

export interface Kind {
  name: string;
  scheme: 'http' | 'https';
  host: string;
  /** As Chromium calls it; `loopback` needs no pretending. */
  space: 'loopback' | 'local' | 'public';
  permission?: Permission;
  /** Whether its requests, other than navigations, leave the browser. */
  reaches: boolean;
  /** What the browser asks its user, except for navigations. */
  asks: string;
  /** What such a page should use. */
  uses: string;
}

const SCRIPT = '`ringside.js`';
const ONCE = '“Access other apps and services on this device”';

const free = { reaches: true, asks: 'nothing', uses: SCRIPT };
const gated = { scheme: 'https', host: 'crm.example', space: 'public', asks: ONCE } as const;

export const KINDS: Kind[] = [
  { name: 'http://localhost', scheme: 'http', host: 'localhost', space: 'loopback', ...free },
  { name: 'http, intranet', scheme: 'http', host: 'crm.example', space: 'local', ...free },
  { name: 'https, this machine', scheme: 'https', host: 'localhost', space: 'loopback', ...free },
  { name: 'https, intranet', scheme: 'https', host: 'crm.example', space: 'local', ...free },
  {
    name: 'https, internet, allowed',
    ...gated,
    permission: 'granted',
    reaches: true,
    uses: `${SCRIPT}; in a fleet the policy that allows it`,
  },
  {
    name: 'https, internet, blocked',
    ...gated,
    permission: 'denied',
    reaches: false,
    uses: `${SCRIPT}, which falls back, or the link that names its site`,
  },
  {
    name: 'http, internet',
    scheme: 'http',
    host: 'crm.example',
    space: 'public',
    reaches: false,
    asks: 'nothing: it blocks',
    uses: 'the link that names its site; better https',
  },
];
