// Steady tones, by which one can tell who hears whom.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { FORMAT, RATE_HZ } from './sound.mjs';
import { until } from './webdriver.mjs';

/** What the end of a sound is judged by. */
const JUDGED = RATE_HZ / 4;
/** Amplitudes; a tone is made at 0.3. */
const AUDIBLE = 0.03;
const INAUDIBLE = 0.005;

/** Samples of 16 bits. A whole number of waves fits into a second, so one second follows the other without a click. */
export function tone(hz, seconds) {
  const second = Int16Array.from({ length: RATE_HZ }, (_, i) => 9830 * Math.sin((2 * Math.PI * hz * i) / RATE_HZ));
  return Buffer.concat(Array(seconds).fill(Buffer.from(second.buffer)));
}

/** A file of samples of 16 bits, one channel. */
export function wav(samples) {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(2 * RATE_HZ, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** The last samples of a file that is still being written, as it was made by a desk: 16 bits, one channel, 48 kHz. */
export function readWav(file) {
  const [channels, rate, bits] = [file.readUInt16LE(22), file.readUInt32LE(24), file.readUInt16LE(34)];
  if (channels !== 1 || rate !== RATE_HZ || bits !== 16) throw new Error(`not ${[channels, rate, bits]}`);
  return file.subarray(file.indexOf('data') + 8);
}

/** Amplitude of one frequency at the end of a sound, by Goertzel's algorithm; full scale is 1. */
export function level(sound, hz) {
  const count = Math.min(JUDGED, sound.length >> 1);
  const from = (sound.length >> 1) - count;
  const step = 2 * Math.cos((2 * Math.PI * hz) / RATE_HZ);
  let [before, last] = [0, 0];
  for (let i = from; i < from + count; i++)
    [before, last] = [last, sound.readInt16LE(2 * i) / 32768 + step * last - before];
  return (2 * Math.sqrt(Math.max(0, last * last + before * before - step * last * before))) / Math.max(1, count);
}

/** Waits until somebody hears a tone; what has an ear has `hears`. */
export const untilHears = (whose, ear, hz) =>
  until(`${whose} hears ${hz} Hz`, async () => (await ear.hears(hz)) > AUDIBLE);

/** Waits until they hear it no more. */
export const untilSilent = (whose, ear, hz) =>
  until(`${whose} does not hear ${hz} Hz`, async () => (await ear.hears(hz)) < INAUDIBLE);

/** The head that wears the desktop's headset: it speaks a tone all the time, and listens. */
export class Head {
  #mouth;
  #ear;
  #heard = Buffer.alloc(0);

  static async on(voiceHz, seconds) {
    const head = new Head();
    const microphone = `--device=${process.env.MICFEED}`;
    head.#mouth = spawn('pacat', ['--playback', microphone, ...FORMAT], { stdio: ['pipe', 'ignore', 'ignore'] });
    head.#mouth.stdin.on('error', () => {});
    head.#mouth.stdin.write(tone(voiceHz, seconds));
    const speaker = `--device=${process.env.SPEAKER_MONITOR}`;
    head.#ear = spawn('pacat', ['--record', speaker, '--latency-msec=20', ...FORMAT]);
    await once(head.#ear.stdout, 'data');
    head.#ear.stdout.on('data', (chunk) => (head.#heard = Buffer.concat([head.#heard, chunk]).subarray(-2 * JUDGED)));
    return head;
  }

  hears(hz) {
    return level(this.#heard, hz);
  }

  off() {
    for (const child of [this.#mouth, this.#ear]) child.kill();
  }
}
