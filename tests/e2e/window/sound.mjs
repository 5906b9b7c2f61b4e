// Speaks into the desktop's microphone and listens at its speaker.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './webdriver.mjs';

export const RATE_HZ = 48_000;
/** As `pacat` is told it. */
export const FORMAT = ['--raw', '--format=s16le', `--rate=${RATE_HZ}`, '--channels=1'];
/** Louder than this, full scale being 1, is not silence. */
const AUDIBLE = 0.01;

/** Speaks until somebody hears it; returns after how many milliseconds that was. */
export async function speakUntilHeard(boundMs = 5000) {
  const microphone = spawn('pacat', ['--playback', `--device=${process.env.MICFEED}`, '--latency-msec=30', ...FORMAT]);
  const speaker = spawn('pacat', [
    '--record',
    `--device=${process.env.SPEAKER_MONITOR}`,
    '--latency-msec=20',
    ...FORMAT,
  ]);
  let loudest = 0;
  try {
    await once(speaker.stdout, 'data');
    speaker.stdout.on('data', (chunk) => (loudest = Math.max(loudest, level(chunk))));
    const start = performance.now();
    microphone.stdin.on('error', () => {});
    microphone.stdin.write(syllables(boundMs));
    await until('what was spoken comes back', () => loudest > AUDIBLE, boundMs);
    return Math.round(performance.now() - start);
  } finally {
    const gone = [microphone, speaker].map((child) => once(child, 'exit'));
    for (const child of [microphone, speaker]) child.kill();
    await Promise.all(gone);
  }
}

/** Root mean square, full scale being 1. */
function level(chunk) {
  const count = chunk.length >> 1;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (chunk.readInt16LE(2 * i) / 32768) ** 2;
  return Math.sqrt(sum / Math.max(1, count));
}

/** A gliding, breathing tone: steady ones are what noise suppression takes out. */
function syllables(lengthMs) {
  const samples = (RATE_HZ * lengthMs) / 1000;
  const sound = Buffer.alloc(2 * samples);
  let phase = 0;
  for (let i = 0; i < samples; i++) {
    const seconds = i / RATE_HZ;
    phase += (2 * Math.PI * (220 + 120 * Math.sin(2 * Math.PI * 1.7 * seconds))) / RATE_HZ;
    const breath = Math.max(0, Math.sin(2 * Math.PI * 4 * seconds));
    const voice = Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase);
    sound.writeInt16LE(Math.round(9000 * breath * voice), 2 * i);
  }
  return sound;
}
