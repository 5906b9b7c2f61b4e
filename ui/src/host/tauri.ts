// The host inside the app: commands and a channel.

import { Channel, invoke } from '@tauri-apps/api/core';
import type { Done } from '../bindings/Done';
import type { EventsView } from '../bindings/EventsView';
import type { HistoryPage } from '../bindings/HistoryPage';
import type { Preview } from '../bindings/Preview';
import type { Snapshot } from '../bindings/Snapshot';
import { Refusal, type Host, type Imported, type Message } from './index';

export function tauriHost(): Host {
  return {
    snapshot: () => command<Snapshot>('snapshot'),
    intent: (intent) => command<Done>('intent', { intent }),
    preview: (target, account) => command<Preview>('preview', { target, account }),
    history: (query) => command<HistoryPage>('history', { query }),
    exportHistory: (query) => command<string>('export_history', { query }),
    events: () => command<EventsView>('events'),
    replay: (event) => command<void>('replay_event', { event }),
    importContacts: (name, text) => command<Imported>('import_contacts', { name, text }),
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
