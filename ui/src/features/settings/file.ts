// Text files as other programs write them.

import { language } from '../../i18n/language.svelte';

/** What programs for Windows write where they do not write Unicode, by the language of whoever works with them. */
const OLD = { en: 'windows-1252', ru: 'windows-1251', fa: 'windows-1256' } as const;

/** The text of a file: UTF-16 if it says so, else UTF-8, else what is usual in the window's language. */
export function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(OLD[language.current]).decode(bytes);
  }
}
