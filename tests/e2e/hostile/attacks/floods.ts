// Very many at once. A page cannot do all of these (a browser opens six connections to a host, and 255 WebSockets); a
// program can.

import { MOST_PROMPTS, type Attack, type Stage } from '../stage';
import { tally } from './expect';

const MANY = 1_000;
const HELD_MS = 1_500;
const ORIGINS = 5_000;

/** What a snapshot may grow by, whatever strangers have asked: a list of those who asked has an end. */
const SNAPSHOT_KIB = 64;

async function hold(stage: Stage, opening: Buffer | string): Promise<string> {
  const lines = await Promise.all(Array.from({ length: MANY }, () => stage.raw.connect()));
  for (const line of lines) line.resume().write(opening);
  await new Promise((later) => setTimeout(later, HELD_MS));
  const held = lines.filter((line) => !line.destroyed).length;
  lines.forEach((line) => line.destroy());
  return `${held} of ${MANY} are still held after ${HELD_MS} ms`;
}

async function size(stage: Stage): Promise<number> {
  return (await stage.agent.ask('GET', '/v1/snapshot')).body.length;
}

export const FLOODS: Attack[] = [
  { name: `${MANY} connections that say nothing`, loud: true, does: (stage) => hold(stage, '') },
  {
    name: `${MANY} connections with half a head`,
    loud: true,
    does: (stage) => hold(stage, `GET /callto?number=100 HTTP/1.1\r\nHost: ${stage.raw.host}\r\n`),
  },
  {
    name: `${MANY} connections with half a body`,
    loud: true,
    does: (stage) => {
      const headers = ['Origin: https://evil.example', 'Content-Length: 1000'];
      return hold(stage, stage.raw.bytes({ method: 'POST', target: '/v1/pair', headers, body: 'x' }));
    },
  },
  {
    name: `${MANY} connections that are kept alive, 5 000 requests`,
    loud: true,
    does: async (stage) => {
      const lines = await Promise.all(Array.from({ length: MANY }, () => stage.raw.connect()));
      const requests = Buffer.concat(
        Array.from({ length: 5 }, () => stage.raw.bytes({ target: '/getcurrentcallinfo' })),
      );
      const counts = lines.map((line) => {
        const answers = stage.raw.answers(line, 5, 4_000);
        line.write(requests);
        return answers.then((found) => found.length);
      });
      const answered = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      lines.forEach((line) => line.destroy());
      return `${answered} answered, the rest turned away at the door`;
    },
  },
  {
    name: '10 000 connections, one after the other, closed at once',
    loud: true,
    does: async (stage) => {
      for (let i = 0; i < 100; i += 1) {
        await Promise.all(Array.from({ length: 100 }, async () => (await stage.raw.connect()).destroy()));
      }
      return 'nobody minds';
    },
  },
  {
    name: `${MANY} /callto of nobody on one connection`,
    loud: true,
    does: async (stage) => {
      const requests = Array.from({ length: MANY }, () =>
        stage.raw.bytes({ target: `/callto?number=${stage.fresh()}` }),
      );
      const answers = await stage.raw.say(Buffer.concat(requests), MANY, { bound: 20_000 });
      const statuses = answers.map(({ status }) => String(status));
      if (statuses.some((status) => !['202', '429'].includes(status))) throw new Error(tally(statuses));
      return tally(statuses);
    },
  },
  {
    name: `${MANY} origins ask to be paired, and wait`,
    loud: true,
    does: async (stage) => {
      const lines = await Promise.all(Array.from({ length: MANY }, () => stage.raw.connect()));
      const waiting = lines.map((line, i) => {
        const answers = stage.raw.answers(line, 1, 4_000);
        line.write(stage.raw.bytes({ method: 'POST', target: '/v1/pair', headers: [`Origin: https://e${i}.example`] }));
        return answers.then(([answer]) => String(answer?.status ?? (line.destroyed ? 'closed' : 'waits')));
      });
      await new Promise((later) => setTimeout(later, 1_500));
      const { prompts } = await stage.agent.snapshot();
      const words = tally(await Promise.all(waiting));
      lines.forEach((line) => line.destroy());
      if (prompts.length > MOST_PROMPTS) throw new Error(`${prompts.length} questions at once`);
      return `${prompts.length} questions; ${words}`;
    },
  },
  {
    name: `${ORIGINS} origins ask to dial`,
    loud: true,
    does: async (stage) => {
      const before = await size(stage);
      const answers: string[] = [];
      const line = await stage.raw.connect();
      for (let done = 0; done < ORIGINS; done += 250) {
        const found = stage.raw.answers(line, 250, 20_000);
        const requests = Array.from({ length: 250 }, (_, i) => {
          const headers = [`Origin: https://${'o'.repeat(200)}${done + i}.example`];
          return stage.raw.bytes({ target: `/callto?number=${stage.fresh()}`, headers });
        });
        line.write(Buffer.concat(requests));
        answers.push(...(await found).map(({ status }) => String(status)));
      }
      line.destroy();
      const grown = ((await size(stage)) - before) / 1024;
      if (grown > SNAPSHOT_KIB) throw new Error(`the snapshot has grown by ${grown.toFixed(0)} KiB`);
      return `${tally(answers)}; the snapshot has grown by ${grown.toFixed(1)} KiB`;
    },
  },
];
