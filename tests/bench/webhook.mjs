// A PBX that tells Ringside of calls by webhook, over one kept connection.

import { once } from 'node:events';
import { connect } from 'node:net';

/** The clock that Node and the pages of a window on the same machine share, in milliseconds. */
export const now = () => performance.timeOrigin + performance.now();

export class Pbx {
  #socket;

  static async of(ringside) {
    const { hostname, port } = new URL((await ringside.ask('events')).receiver.address);
    const pbx = new Pbx();
    pbx.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    await once(pbx.#socket, 'connect');
    return pbx;
  }

  /** When the event was handed to the kernel; returns once it is answered. `call`: its id, `with` whom, and at which `extension`. */
  async tells(EventType, call, CallStatus) {
    const body = new URLSearchParams({
      EventType,
      CallID: call.id,
      SubCallID: `a-${call.id}`,
      CallerIDNum: call.with,
      CalledNumber: call.extension,
      CallFlow: 'in',
      CallStatus,
      EventTime: `${Date.now()}000`,
    }).toString();
    const type = 'Content-Type: application/x-www-form-urlencoded';
    const head = `POST /dial-in HTTP/1.1\r\nHost: localhost\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const answered = once(this.#socket, 'data');
    const sent = now();
    this.#socket.write(head + body);
    const [answer] = await answered;
    if (!`${answer}`.startsWith('HTTP/1.1 200')) throw new Error(`the event is answered ${answer}`);
    return sent;
  }

  rings = (call) => this.tells('dial-in', call, 'CALLING');
  answers = (call) => this.tells('answer', call, 'ANSWER');
  hangsUp = (call, CallStatus = 'CANCEL') => this.tells('hangup', call, CallStatus);

  close() {
    this.#socket.destroy();
  }
}
