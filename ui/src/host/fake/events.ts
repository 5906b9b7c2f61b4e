// What the fake desk's PBX told.

import type { EventsView } from '../../bindings/EventsView';
import type { SeenEvent } from '../../bindings/SeenEvent';

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

export function seen(changes: Partial<SeenEvent> = {}): SeenEvent {
  return {
    id: 7,
    at: ago(2),
    from: '192.0.2.20',
    source: 'simotel',
    request: 'POST /simotel/IncomingCall',
    status: 200,
    name: 'IncomingCall',
    summary: '101 is offered a call of +7 495 229-49-89',
    meaning: ['1730201.41/1730201.44: 101 rings, from +74952294989, queue support'],
    remarks: [],
    raw: '{"event_name":"IncomingCall","participant":"+74952294989","extension":"101","queue":"support"}',
    curl: `curl -u pbx -H 'Content-Type: application/json' -d '{"event_name":"IncomingCall"}' http://127.0.0.1:4060/simotel`,
    replayable: true,
    ...changes,
  };
}

export const EVENTS: EventsView = {
  receiver: {
    address: 'http://127.0.0.1:4060',
    trouble: null,
    username: 'pbx',
    paths: ['simotel', 'dial-in', 'zammad', 'mapped'],
    taken: 1204,
    refused: 3,
  },
  manager: { address: 'pbx.example:5038', connected: false, trouble: 'The manager refused the login' },
  events: [
    seen(),
    seen({
      id: 6,
      name: 'NewState',
      request: 'GET /simotel/NewState',
      summary: '101 is idle',
      meaning: [],
      remarks: ['The field colour is not known; it was left out'],
    }),
    seen({
      id: 5,
      status: 401,
      from: '203.0.113.9',
      source: '',
      name: '',
      request: 'POST /simotel',
      summary: '',
      meaning: [],
      remarks: ['The password is wrong'],
      raw: '',
      replayable: false,
    }),
    seen({
      id: 4,
      status: 400,
      name: '',
      summary: '',
      meaning: [],
      remarks: ['This is not JSON: True at 14, as Python writes it'],
      raw: "{'is_queue': True, 'name': '<script>alert(1)</script>'}",
      replayable: false,
    }),
  ],
};

export const NO_EVENTS: EventsView = {
  receiver: { address: null, trouble: null, username: null, paths: ['simotel', 'dial-in'], taken: 0, refused: 0 },
  manager: null,
  events: [],
};
