// The far end of the desk under attack: a registrar that sees every INVITE that leaves it, refuses all of them, and keeps
// up one call of its own, whose caller is a secret.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';

/** An INVITE that arrived. */
export interface Dialled {
  number: string;
  /** `Date.now()` of its arrival. */
  at: number;
  /** All of it, for looking at what was smuggled in. */
  text: string;
}

export class Pbx {
  /** Every call that the desk has placed, as the wire saw it. */
  readonly dialled: Dialled[] = [];
  private readonly seen = new Set<string>();
  private readonly waiting = new Map<string, (message: Message) => void>();
  private contact = '';
  private registered!: () => void;
  private readonly registration = new Promise<void>((done) => (this.registered = done));
  private call?: Call;

  private constructor(
    private readonly sip: Socket,
    private readonly rtp: Socket,
  ) {
    sip.on('message', (bytes, from) => this.receive(bytes.toString('latin1'), from));
    sip.on('error', () => {});
    rtp.on('error', () => {});
  }

  static async start(): Promise<Pbx> {
    return new Pbx(await udp(), await udp());
  }

  /** `127.0.0.1:…` */
  get address(): string {
    return `127.0.0.1:${port(this.sip)}`;
  }

  /** Calls the desk with this name and number and talks (silence) until the end; gives when the desk has answered. */
  async callDesk(name: string, number: string): Promise<void> {
    await this.registration;
    const id = randomBytes(8).toString('hex');
    const [from, to] = [`"${name}" <sip:${number}@${this.address}>;tag=secret`, `<${this.contact}>`];
    const invite = this.request('INVITE', this.contact, { id, from, to, cseq: 1, body: this.sdp() });
    const again = setInterval(() => this.send(invite), 500);
    this.send(invite);
    const answer = await new Promise<Message>((answered) => this.waiting.set(id, answered));
    clearInterval(again);
    this.send(this.request('ACK', answer.contact || this.contact, { id, from, to: answer.header('to'), cseq: 1 }));
    const [ip, rtpPort] = [/^c=IN IP4 (\S+)/m.exec(answer.body)?.[1], /^m=audio (\d+)/m.exec(answer.body)?.[1]];
    this.call = { id, silence: this.beSilent(ip ?? '127.0.0.1', Number(rtpPort)) };
  }

  /** Waits for an INVITE to this number. */
  async until(number: string, bound: number): Promise<Dialled> {
    const end = Date.now() + bound;
    for (;;) {
      const found = this.dialled.find((invite) => invite.number === number);
      if (found) return found;
      if (Date.now() > end) throw new Error(`no INVITE to ${number} within ${bound} ms`);
      await new Promise((soon) => setTimeout(soon, 2));
    }
  }

  stop() {
    clearInterval(this.call?.silence);
    this.sip.close();
    this.rtp.close();
  }

  // --- SIP

  private receive(text: string, from: RemoteInfo) {
    const message = new Message(text);
    if (message.status >= 200 && message.header('cseq').endsWith('INVITE')) {
      const id = message.header('call-id');
      this.waiting.get(id)?.(message);
      this.waiting.delete(id);
    }
    if (message.status || !text.includes('\r\n\r\n')) return;
    switch (message.method) {
      case 'ACK':
        return;
      case 'REGISTER':
        this.contact = message.contact;
        this.reply(message, from, '200 OK', `Contact: <${this.contact}>;expires=300\r\n`);
        return this.registered();
      case 'INVITE':
        return this.invited(message, from, text);
      default:
        return this.reply(message, from, '200 OK');
    }
  }

  private invited(message: Message, from: RemoteInfo, text: string) {
    const id = message.header('call-id');
    if (id === this.call?.id) {
      // Hold and resume of the secret call.
      const contact = `Contact: <sip:secret@${this.address}>\r\nContent-Type: application/sdp\r\n`;
      return this.reply(message, from, '200 OK', contact, this.sdp());
    }
    if (!this.seen.has(id)) {
      this.seen.add(id);
      this.dialled.push({ number: /^INVITE sips?:([^@;?>\s]*)/.exec(text)?.[1] ?? '?', at: Date.now(), text });
    }
    this.reply(message, from, '486 Busy Here');
  }

  private reply(message: Message, to: RemoteInfo, status: string, more = '', body = '') {
    const tag = message.header('to').includes('tag=') ? '' : ';tag=pbx';
    const head = [`SIP/2.0 ${status}`, ...message.headers('via').map((via) => `Via: ${via}`)];
    head.push(`From: ${message.header('from')}`, `To: ${message.header('to')}${tag}`);
    head.push(`Call-ID: ${message.header('call-id')}`, `CSeq: ${message.header('cseq')}`);
    const text = `${head.join('\r\n')}\r\n${more}Content-Length: ${body.length}\r\n\r\n${body}`;
    this.sip.send(text, to.port, to.address);
  }

  private request(method: string, uri: string, of: Dialog): string {
    const lines = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP ${this.address};branch=z9hG4bK${randomBytes(6).toString('hex')};rport`,
      'Max-Forwards: 70',
      `From: ${of.from}`,
      `To: ${of.to}`,
      `Call-ID: ${of.id}`,
      `CSeq: ${of.cseq} ${method}`,
      `Contact: <sip:secret@${this.address}>`,
      ...(of.body ? ['Content-Type: application/sdp'] : []),
      `Content-Length: ${of.body?.length ?? 0}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${of.body ?? ''}`;
  }

  private send(text: string) {
    const [, host, deskPort] = /@?(127\.0\.0\.1|localhost):(\d+)/.exec(this.contact) ?? [];
    this.sip.send(text, Number(deskPort), host);
  }

  // --- sound

  private sdp(): string {
    const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
    lines.push(`m=audio ${port(this.rtp)} RTP/AVP 0`, 'a=rtpmap:0 PCMU/8000', 'a=ptime:20', 'a=sendrecv');
    return lines.map((line) => `${line}\r\n`).join('');
  }

  private beSilent(ip: string, to: number): NodeJS.Timeout {
    const packet = Buffer.alloc(12 + 160, 0xff);
    let sequence = 0;
    return setInterval(() => {
      packet.writeUInt32BE((0x80000000 | (sequence & 0xffff)) >>> 0, 0);
      packet.writeUInt32BE((sequence * 160) >>> 0, 4);
      packet.writeUInt32BE(7, 8);
      this.rtp.send(packet, to, ip);
      sequence += 1;
    }, 20);
  }
}

interface Dialog {
  id: string;
  from: string;
  to: string;
  cseq: number;
  body?: string;
}

interface Call {
  id: string;
  silence: NodeJS.Timeout;
}

class Message {
  readonly status: number;
  readonly method: string;
  readonly body: string;
  private readonly lines: string[];

  constructor(text: string) {
    const [head = '', ...body] = text.split('\r\n\r\n');
    this.body = body.join('\r\n\r\n');
    this.lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
    const [first = '', second = ''] = (this.lines[0] ?? '').split(' ');
    this.status = first === 'SIP/2.0' ? Number(second) : 0;
    this.method = first;
  }

  headers(name: string): string[] {
    const values = this.lines.slice(1).map((line) => /^([\w-]+)\s*:\s*(.*)$/.exec(line));
    const named = (short: string) => SHORT[short.toLowerCase()] ?? short.toLowerCase();
    return values.flatMap((match) => (match && named(match[1] ?? '') === name ? [match[2] ?? ''] : []));
  }

  header(name: string): string {
    return this.headers(name)[0] ?? '';
  }

  get contact(): string {
    return /<([^>]+)>/.exec(this.header('contact'))?.[1] ?? '';
  }
}

const SHORT: Record<string, string> = { v: 'via', f: 'from', t: 'to', i: 'call-id', m: 'contact' };

async function udp(): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  return socket;
}

function port(socket: Socket): number {
  return (socket.address() as AddressInfo).port;
}
