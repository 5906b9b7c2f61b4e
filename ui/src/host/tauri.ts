// The host inside the app: three commands and a channel.

import { Channel, invoke } from '@tauri-apps/api/core';
import type { Done } from '../bindings/Done';
import type { Snapshot } from '../bindings/Snapshot';
import { Refusal, type Host, type Message } from './index';

export function tauriHost(): Host {
  return {
    snapshot: () => command<Snapshot>('snapshot'),
    intent: (intent) => command<Done>('intent', { intent }),
    async subscribe(listener) {
      const channel = new Channel<Message>();
      channel.onmessage = listener;
      await command('subscribe', { channel });
      return () => {
        channel.onmessage = () => {};
      };
    },
  };
}

async function command<T>(name: string, args?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(name, args);
  } catch (thrown) {
    throw Refusal.from(thrown);
  }
}
