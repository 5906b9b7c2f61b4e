// What the component tests share: a desk in memory behind the store the window uses.

import { FakeDesk } from '../src/host/fake';
import { snapshot } from '../src/host/fake/scenarios';
import type { Snapshot } from '../src/bindings/Snapshot';
import { Desk } from '../src/state/desk.svelte';

export async function deskWith(changes: Partial<Snapshot> = {}): Promise<{ host: FakeDesk; desk: Desk }> {
  const host = new FakeDesk(snapshot(changes));
  const desk = new Desk(host);
  await desk.connect();
  return { host, desk };
}

/** Here nothing is laid out: whatever is in the page is in full view. */
export class EverythingInView {
  constructor(private readonly tell: (entries: { intersectionRatio: number }[]) => void) {}
  observe() {
    this.tell([{ intersectionRatio: 1 }]);
  }
  disconnect() {}
}
