// HTTP by hand: what no browser and no library would send.

import { connect, type Socket } from 'node:net';

export interface Answer {
  /** 0: closed without an answer. */
  status: number;
  /** Status line and headers, as they came. */
  head: string;
  body: string;
}

export interface Request {
  method?: string;
  target?: string;
  version?: string;
  /** `undefined`: the right one; `null`: none. */
  host?: string | null;
  /** Lines without their end. */
  headers?: string[];
  body?: string | Buffer;
}

export class Raw {
  constructor(
    readonly port: number,
    private readonly overhears: (text: string) => void,
  ) {}

  /** The right value of `Host`. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The bytes of a request; a body gets its length. */
  bytes(request: Request): Buffer {
    const { method = 'GET', target = '/', version = 'HTTP/1.1', host = this.host, headers = [], body } = request;
    const lines = [`${method} ${target} ${version}`, ...(host === null ? [] : [`Host: ${host}`]), ...headers];
    const framed = headers.some((line) => /^(content-length|transfer-encoding)\s*:/i.test(line));
    if (body !== undefined && !framed) lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body ?? '')]);
  }

  /** One request on a connection of its own, one answer. */
  async ask(request: Request, address?: string): Promise<Answer> {
    const [answer] = await this.say(this.bytes(request), 1, { address, bodyless: request.method === 'HEAD' });
    return answer ?? { status: 0, head: '', body: '' };
  }

  /** Any bytes on a connection of their own; gives up to `expected` answers, fewer if it is closed or the time is over. */
  async say(
    bytes: Buffer | string,
    expected = 1,
    { address = '127.0.0.1', bound = 15_000, bodyless = false } = {},
  ): Promise<Answer[]> {
    const socket = await this.connect(address);
    const answers = this.answers(socket, expected, bound, bodyless);
    socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    const found = await answers;
    socket.destroy();
    return found;
  }

  /** A connection. Resolves also if it is refused at once: then nothing comes of it. */
  connect(address = '127.0.0.1'): Promise<Socket> {
    const socket = connect(this.port, address);
    socket.setNoDelay(true);
    socket.on('error', () => {});
    return new Promise((done) => {
      socket.once('connect', () => done(socket));
      socket.once('close', () => done(socket));
    });
  }

  /** Reads until so many answers are whole, the other side closes, or the time is over. */
  answers(socket: Socket, expected: number, bound: number, bodyless = false): Promise<Answer[]> {
    const found: Answer[] = [];
    let rest = '';
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('data', read).off('close', done);
        this.overhears(rest);
        resolve(found);
      };
      const read = (chunk: Buffer) => {
        rest += chunk.toString('latin1');
        for (let answer = cut(rest, bodyless); answer; answer = cut(rest, bodyless)) {
          this.overhears(rest.slice(0, answer.length));
          rest = rest.slice(answer.length);
          found.push(answer.answer);
        }
        if (found.length >= expected) done();
      };
      const timer = setTimeout(done, bound);
      socket.on('data', read).once('close', done);
    });
  }
}

/** The first whole answer of a text. */
function cut(text: string, bodyless: boolean): { answer: Answer; length: number } | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = text.slice(0, end);
  const status = Number(/^HTTP\/1\.\d (\d+)/.exec(head)?.[1] ?? NaN);
  const start = end + 4;
  if (/^transfer-encoding:\s*chunked/im.test(head)) {
    const last = text.indexOf('\r\n0\r\n\r\n', end);
    if (last < 0) return undefined;
    return { answer: { status, head, body: text.slice(start, last) }, length: last + 7 };
  }
  const length =
    bodyless || status === 204 || status < 200 ? 0 : Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
  if (text.length < start + length) return undefined;
  return { answer: { status, head, body: text.slice(start, start + length) }, length: start + length };
}
