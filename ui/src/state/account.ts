// What an account is, in the words the window asks.

import type { Account } from '../bindings/Account';

const GRAVITY = { failed: 3, registering: 2, unregistered: 1, registered: 0 } as const;

/** The account that needs the agent's eye most; the first of equals. */
export function worstOf(accounts: Account[]): Account | undefined {
  return [...accounts].sort((a, b) => GRAVITY[b.registration] - GRAVITY[a.registration])[0];
}

/** `101` of `sip:101@pbx.example`. */
export function userOf(aor: string): string {
  return withoutScheme(aor).split('@')[0] ?? aor;
}

/** `101@pbx.example` of `sip:101@pbx.example`. */
export function withoutScheme(aor: string): string {
  return aor.replace(/^sips?:/i, '');
}

/** Whether a person wrote an address of record: a user, an @, a host, maybe a port. */
export function isAddress(text: string): boolean {
  return /^(sips?:)?[^\s@:;<>]+@(\[[0-9a-f:]+\]|[^\s@:;<>/]+)(:\d{1,5})?$/i.test(text.trim());
}
