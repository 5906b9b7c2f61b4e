// What an attacker may be answered.

import type { BrowserContext } from '@playwright/test';
import type { Answer } from '../raw';

/** One of these, and nothing that lets a page read it. 0 is a closed connection. */
export function refused(answer: Answer, statuses: number[]): string {
  if (!statuses.includes(answer.status)) throw new Error(`answered ${answer.status}, not ${statuses.join(' or ')}`);
  closed(answer);
  return answer.status ? String(answer.status) : 'closed';
}

/** No header that opens the answer to a page. */
export function closed({ head }: Answer) {
  const open = /^(access-control-[\w-]+|cross-origin-resource-policy:\s*cross-origin|timing-allow-origin)/im.exec(head);
  if (open) throw new Error(`the answer is open to pages by ${open[0]}`);
}

/** Said once, however often it came. */
export function tally(words: string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => (count === 1 ? word : `${count} × ${word}`)).join(', ');
}

/** What the pages of this context are answered by the desk: statuses, and why the browser kept an answer back. */
export function answersTo(context: BrowserContext, port: number): string[] {
  const answers: string[] = [];
  const ours = (url: string) => new URL(url).port === String(port);
  context.on('response', (answer) => ours(answer.url()) && answers.push(String(answer.status())));
  context.on('requestfailed', (asked) => {
    if (ours(asked.url())) answers.push((asked.failure()?.errorText ?? 'blocked').replace(/^net::ERR_/, ''));
  });
  return answers;
}
