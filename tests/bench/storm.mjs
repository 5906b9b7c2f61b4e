// A busy PBX: sends the events of its calls, each another one, over kept connections.
//
//   node storm.mjs http://127.0.0.1:4060 '{"rate": 6000, "seconds": 60, "connections": 16, "addresses": 1, "mine": 200}'
//
// `rate` 0: as fast as it is answered. One call in `mine` is for the desk at 101, the others are for colleagues; more than half
// are told in the Simotel dialect, the rest as dial-in events. Prints one line of JSON: what was sent and how it was answered,
// and the callers whom 101 answered.

import { connect } from 'node:net';

const DESK = '101';
const IVR = '099';
/** As many calls are told of at once. */
const OPEN = 200;

const { hostname, port } = new URL(process.argv[2]);
const { rate, seconds, connections, addresses, mine } = JSON.parse(process.argv[3]);
const began = Date.now();
const answeredHere = [];
const times = [];
const statuses = {};
let sent = 0;

// --- what is sent

const post = (path, type, body) =>
  `POST ${path} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (path, query) => `GET ${path}?${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`;

/** Version G4 or Rest2, by turns. */
function simotel(call, fields) {
  if (call % 2) return post('/simotel', 'application/json', JSON.stringify(fields));
  return get(`/simotel/${fields.event_name}`, new URLSearchParams(fields));
}

function* simotelCall(call, exten, number, isAnswered) {
  const unique_id = `${Math.floor(began / 1000)}.${call}`;
  const state = (name, more) => ({ event_name: 'NewState', exten, state: name, direction: 'in', unique_id, ...more });
  const started = new Date(began).toISOString().replace('T', ' ').slice(0, 23);
  yield simotel(call, { event_name: 'IncomingCall', number, entry_point: 'city', unique_id });
  yield simotel(call, state('Ringing', { participant: number, queue: '600' }));
  if (isAnswered) yield simotel(call, state('InUse', { participant: number }));
  yield simotel(call, state('Idle'));
  yield simotel(call, {
    event_name: 'Cdr',
    starttime: started,
    endtime: started,
    src: number,
    dst: exten,
    type: 'incoming',
    disposition: isAnswered ? 'ANSWERED' : 'NO ANSWER',
    duration: '75',
    billsec: isAnswered ? '64' : '0',
    wait: '11',
    record: isAnswered ? `20260301_${unique_id}.mp3` : '',
    unique_id,
  });
}

/** Two telephones ring, as one number of an IVR's has them. */
function* dialInCall(call, exten, number, isAnswered) {
  const told = (EventType, leg, extension, more) => {
    const fields = new URLSearchParams({
      EventType,
      CallID: `${began}-${call}`,
      SubCallID: `${leg}-${began}-${call}`,
      CallerIDNum: number,
      CalledNumber: extension,
      CalledDID: '74957770100',
      CallFlow: 'in',
      EventTime: `${Date.now()}000`,
      ...more,
    });
    return call % 4 ? post('/dial-in', 'application/x-www-form-urlencoded', `${fields}`) : get('/dial-in', fields);
  };
  const other = colleague(call + 1);
  yield told('dial-in', 'i', IVR, { CallStatus: 'CALLING' });
  yield told('answer', 'i', IVR, { CallStatus: 'ANSWER' });
  yield told('dial-in', 'a', exten, { CallStatus: 'CALLING' });
  yield told('dial-in', 'b', other, { CallStatus: 'CALLING' });
  if (isAnswered) yield told('answer', 'a', exten, { CallStatus: 'ANSWER' });
  yield told('hangup', 'b', other, { CallStatus: 'CANCEL' });
  const end = isAnswered
    ? { CallStatus: 'ANSWER', Duration: '64000000', RecID: `r${call}` }
    : { CallStatus: 'NOANSWER' };
  yield told('hangup', 'a', exten, end);
  yield told('hangup', 'i', IVR, { CallStatus: 'ANSWER', Bridged: isAnswered ? 'yes' : 'no' });
}

const colleague = (call) => `${2000 + (call % 1000)}`;

function newCall(call) {
  const number = `7495${String(call).padStart(7, '0')}`;
  const isMine = call % mine === 0;
  const isAnswered = Math.floor(call / mine) % 4 !== 3;
  if (isMine && isAnswered) answeredHere.push(number);
  const tell = Math.floor(call / mine) % 5 < 3 ? simotelCall : dialInCall;
  return tell(call, isMine ? DESK : colleague(call), number, isAnswered);
}

/** The events of as many calls in turn; once time is up only those of calls that began. */
function* events() {
  let begun = 0;
  const open = [];
  for (;;) {
    while (open.length < OPEN && !isOver()) open.push(newCall(begun++));
    if (open.length === 0) return;
    for (let i = 0; i < open.length;) {
      const { value, done } = open[i].next();
      if (done) {
        open.splice(i, 1);
      } else {
        yield value;
        i += 1;
      }
    }
  }
}

// --- how

const start = performance.now();
const isOver = () => performance.now() - start > seconds * 1000;
const isDue = () => rate === 0 || sent < ((performance.now() - start) / 1000) * rate;
const source = events();
const free = [];
let busy = 0;
let isDry = false;

function sendDue() {
  while (!isDry && free.length > 0 && isDue()) {
    const { value, done } = source.next();
    if (done) {
      isDry = true;
    } else {
      free.pop().send(value);
      sent += 1;
      busy += 1;
    }
  }
  if (isDry && busy === 0) finish();
}

class Line {
  #socket;
  #answer = '';
  #asked = 0;

  constructor(localAddress) {
    this.#socket = connect({ host: hostname, port: Number(port), localAddress, noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk) => this.#hears(chunk));
    this.#socket.on('close', () => fail(`a connection was closed with ${busy} events under way`));
    this.#socket.on('error', (error) => fail(`${error}`));
  }

  send(request) {
    this.#asked = performance.now();
    this.#socket.write(request);
  }

  #hears(chunk) {
    this.#answer += chunk;
    const head = this.#answer.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#answer)?.[1] ?? 0);
    if (this.#answer.length < head + 4 + length) return;
    times.push(performance.now() - this.#asked);
    const status = this.#answer.slice(9, 12);
    statuses[status] = (statuses[status] ?? 0) + 1;
    this.#answer = '';
    busy -= 1;
    free.push(this);
    sendDue();
  }
}

for (let i = 0; i < connections; i++) free.push(new Line(`127.0.0.${1 + (i % addresses)}`));
setInterval(sendDue, 1);

function finish() {
  const passed = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const result = {
    sent,
    statuses,
    seconds: passed,
    per_s: sent / passed,
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    worst_ms: times.at(-1),
  };
  process.stdout.write(`${JSON.stringify({ ...result, answered_here: answeredHere })}\n`, () => process.exit(0));
}

function fail(why) {
  process.stderr.write(`${why}\n`, () => process.exit(1));
}
