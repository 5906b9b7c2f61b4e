// What a screen reader says, where the page has no words of its own.

import type { Words } from '../ringside';

const WORDS: Record<string, Words> = {
  en: {
    asking: 'Ringside asks you whether to call',
    dialing: 'Calling',
    ringing: 'Ringing',
    active: 'Connected',
    held: 'On hold',
    ended: 'Call ended',
    refused: 'The call was not allowed',
    failed: 'The call was not possible',
    fallback: 'Ringside is out of reach',
  },
  ru: {
    asking: 'Ringside спрашивает, звонить ли',
    dialing: 'Вызов',
    ringing: 'Звонок идёт',
    active: 'Соединено',
    held: 'На удержании',
    ended: 'Звонок завершён',
    refused: 'Звонок не разрешён',
    failed: 'Позвонить не удалось',
    fallback: 'Ringside недоступен',
  },
  fa: {
    asking: 'رینگ‌ساید می‌پرسد که تماس بگیرد یا نه',
    dialing: 'در حال شماره‌گیری',
    ringing: 'زنگ می‌خورد',
    active: 'وصل شد',
    held: 'در انتظار',
    ended: 'تماس پایان یافت',
    refused: 'تماس مجاز نبود',
    failed: 'تماس ممکن نشد',
    fallback: 'رینگ‌ساید در دسترس نیست',
  },
};

export function wordsOf(page: string): Words {
  return WORDS[page.slice(0, 2).toLowerCase()] ?? WORDS.en!;
}

/** Says a sentence to screen readers alone; of several in a row, the last. */
export function say(sentence: string | undefined) {
  clearTimeout(timer);
  if (sentence) timer = setTimeout(() => (region().textContent = sentence), SETTLED_MS);
}

/** A paired site is asked nothing: what lasts no longer than this needs no words. */
const SETTLED_MS = 300;

let timer: ReturnType<typeof setTimeout>;
let kept: HTMLElement | null = null;

function region(): HTMLElement {
  if (kept?.isConnected) return kept;
  kept = document.createElement('div');
  kept.setAttribute('role', 'status');
  kept.setAttribute('aria-live', 'polite');
  // By the object model: a policy of the page may forbid style attributes.
  kept.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';
  document.body.append(kept);
  return kept;
}
