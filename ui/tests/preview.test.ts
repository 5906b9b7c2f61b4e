import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Preview } from '../src/bindings/Preview';
import { previewOf } from '../src/host/fake/preview';
import { Previewer } from '../src/state/preview.svelte';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A desk that answers when the test says. */
function byHand() {
  const answers = new Map<string, (preview: Preview | Error) => void>();
  const ask = vi.fn(
    (text: string, _account?: string) =>
      new Promise<Preview>((resolve, reject) =>
        answers.set(text, (answer) => (answer instanceof Error ? reject(answer) : resolve(answer))),
      ),
  );
  async function answer(text: string, preview: Preview | Error = previewOf(text)) {
    answers.get(text)!(preview);
    await vi.advanceTimersByTimeAsync(0);
  }
  return { previewer: new Previewer(ask), ask, answer };
}

const pause = () => vi.advanceTimersByTimeAsync(100);

test('the desk is asked once the hand rests, within a tenth of a second', async () => {
  const { previewer, ask } = byHand();
  for (const text of ['7', '70', '700']) {
    previewer.follow(text, 'work');
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(ask).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(50);
  expect(ask).toHaveBeenCalledExactlyOnceWith('700', 'work');
});

test('an answer that comes after the text has changed is dropped', async () => {
  const { previewer, answer } = byHand();
  previewer.follow('104');
  await pause();
  previewer.follow('1045');
  await pause();
  await answer('1045');
  await answer('104');
  expect(previewer.current?.shown).toBe('1045');
});

test('an answer that comes while the next text waits is dropped as well', async () => {
  const { previewer, answer } = byHand();
  previewer.follow('104');
  await pause();
  previewer.follow('1045');
  await answer('104');
  expect(previewer.current).toBeUndefined();
});

test('no text has no preview, whatever comes late', async () => {
  const { previewer, answer } = byHand();
  previewer.follow('104');
  await pause();
  previewer.follow('');
  await answer('104');
  expect(previewer.current).toBeUndefined();
});

test('what cannot be dialled has none', async () => {
  const { previewer, answer } = byHand();
  previewer.follow('104');
  await pause();
  await answer('104');
  previewer.follow('104!');
  await pause();
  await answer('104!', new Error('undialable'));
  expect(previewer.current).toBeUndefined();
});
