// The agent's own eyes and hands: what the desk shows to whoever holds the token, and the yes or no to what is asked.

import { request } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { Headless } from '../browser/headless';

export interface Prompt {
  id: string;
  origin: string | null;
  clicked: boolean;
  preview: { dialled: string } | null;
}

/** A prompt as it was first shown. */
export interface Asked extends Prompt {
  /** `Date.now()` of its being shown. */
  at: number;
}

/** As much of a snapshot as these tests look at. */
export interface Snapshot {
  accounts: { registration: string }[];
  calls: { id: string; state: string; peer: { number: string } }[];
  history: { peer: { number: string } }[];
  prompts: Prompt[];
}

interface Change {
  type: string;
  call?: { id: string } | string;
  prompt?: Prompt | string;
}

export class Agent {
  /** Every call that was ever shown. */
  readonly calls = new Set<string>();
  /** Every prompt that was ever shown. */
  readonly asked: Asked[] = [];

  private constructor(private readonly desk: Headless) {}

  static async watch(desk: Headless): Promise<Agent> {
    const agent = new Agent(desk);
    const stream = await agent.open('GET', '/v1/changes');
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data:')) agent.see(JSON.parse(line.slice(5)) as Change);
    });
    stream.on('error', () => {});
    return agent;
  }

  async snapshot(): Promise<Snapshot> {
    const { body } = await this.ask('GET', '/v1/snapshot');
    return JSON.parse(body) as Snapshot;
  }

  /** An intent; gives the status, so that a refusal can be looked at. */
  async intent(intent: Record<string, unknown>): Promise<{ status: number; body: string }> {
    return this.ask('POST', '/v1/intent', JSON.stringify(intent));
  }

  /** Waits for a prompt with this number. */
  async until(number: string, bound: number): Promise<Asked> {
    const end = Date.now() + bound;
    for (;;) {
      const found = this.asked.find((prompt) => prompt.preview?.dialled === number);
      if (found) return found;
      if (Date.now() > end) throw new Error(`the agent is not asked about ${number} within ${bound} ms`);
      await new Promise((soon) => setTimeout(soon, 2));
    }
  }

  /** Waits until the desk shows this. */
  async shows(what: string, fits: (snapshot: Snapshot) => boolean): Promise<void> {
    const end = Date.now() + 10_000;
    while (!fits(await this.snapshot())) {
      if (Date.now() > end) throw new Error(`the desk does not show ${what}`);
      await new Promise((soon) => setTimeout(soon, 20));
    }
  }

  /** No to everything that waits. */
  async clear(): Promise<void> {
    const { prompts } = await this.snapshot();
    for (const { id } of prompts) await this.intent({ type: 'dismiss_prompt', prompt: id });
  }

  /** Resident memory of the desk, MiB. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.desk.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]) / 1024;
  }

  private see(change: Change) {
    if (change.type === 'call_changed' && typeof change.call === 'object') this.calls.add(change.call.id);
    if (change.type === 'prompt_changed' && typeof change.prompt === 'object') {
      const { prompt } = change;
      if (!this.asked.some(({ id }) => id === prompt.id)) this.asked.push({ ...prompt, at: Date.now() });
    }
  }

  async ask(method: string, path: string, body?: string): Promise<{ status: number; body: string }> {
    const answer = await this.open(method, path, body);
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    return { status: answer.statusCode ?? 0, body: text };
  }

  private open(method: string, path: string, body?: string): Promise<import('node:http').IncomingMessage> {
    const headers = { Authorization: `Bearer ${this.desk.token}`, Connection: 'close' };
    return new Promise((answered, failed) => {
      request(`${this.desk.api}${path}`, { method, headers, agent: false }, answered).on('error', failed).end(body);
    });
  }
}
