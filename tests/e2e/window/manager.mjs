// The manager interface of an Asterisk: what the PBX saw.

import { once } from 'node:events';
import { createConnection } from 'node:net';
import { until } from './webdriver.mjs';

export class Manager {
  #socket;
  #rest = '';
  #blocks = [];

  static async login(host, port, user, secret) {
    const manager = new Manager();
    manager.#socket = createConnection({ host, port });
    manager.#socket.setEncoding('utf8').on('data', (text) => manager.#read(text));
    await once(manager.#socket, 'connect');
    manager.#socket.write(`Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\n\r\n`);
    await until('the login', () => manager.#blocks.find(({ Response }) => Response === 'Success'));
    return manager;
  }

  /** What came before does not count any more. */
  forget() {
    this.#blocks = [];
  }

  /** Waits for an event whose fields are these texts or fit these expressions. */
  async event(name, fields) {
    const wanted = Object.entries({ Event: name, ...fields });
    const fits = (block) =>
      wanted.every(([key, value]) => (value instanceof RegExp ? value.test(block[key]) : block[key] === value));
    return until(`${name} ${wanted}`, () => this.#blocks.find(fits)).catch((error) => {
      const others = this.#blocks.filter(({ Event }) => Event === name);
      throw new Error(`${error.message}; the PBX told ${JSON.stringify(others)}`);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #read(text) {
    const blocks = (this.#rest + text).split('\r\n\r\n');
    this.#rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split('\r\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2));
      this.#blocks.push(Object.fromEntries(lines.filter(([, value]) => value !== undefined)));
    }
  }
}
