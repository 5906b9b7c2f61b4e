// Looks at the desk after every attack, and keeps the list.

import { MOST_PROMPTS, type Attack, type Stage } from './stage';

const ATTACK_MS = 40_000;
/** Pages that are open at once. */
const TOGETHER = 4;
/** Of the column of names. */
const WIDTH = 72;
/** While an attack is loud, somebody honest clicks this often. */
const PAUSE_MS = 250;

export class Judge {
  readonly holes: string[] = [];
  /** Numbers that were dialled and nobody honest had asked for. */
  readonly dialled: string[] = [];
  /** Those of them that the history has. */
  private readonly past = new Set<string>();
  private tried = 0;
  private quietAnswers: string[] = [];

  constructor(private readonly stage: Stage) {}

  /** Notes what a stranger is answered before there is a call, for [`still`]. */
  async quiet() {
    this.quietAnswers = await this.strangersAnswers();
  }

  /** A stranger who asks the same during a call must be answered the same: nothing tells that there is one. */
  async still() {
    await this.tries({
      name: 'an oracle: compare answers without and with a call',
      does: async () => {
        const now = await this.strangersAnswers();
        const different = now.filter((answer, i) => answer !== this.quietAnswers[i]);
        if (different.length) throw new Error(`these tell of a call: ${different.join(' | ')}`);
        return `${now.length} answers, byte for byte the same`;
      },
    });
  }

  /** Those that are told apart by themselves go together, the others one by one. */
  async triesAll(attacks: Attack[]) {
    for (let rest = attacks; rest.length;) {
      const aside = rest.findIndex((attack) => !attack.aside);
      const together = rest.slice(0, Math.max(1, Math.min(TOGETHER, aside < 0 ? rest.length : aside)));
      await this.tries(...together);
      rest = rest.slice(together.length);
    }
  }

  /** Several at once; what can only be seen afterwards is held against all of them. */
  async tries(...attacks: Attack[]) {
    const leaked = this.stage.leaks.length;
    const outcomes = await Promise.all(attacks.map((attack) => this.outcome(attack)));
    const seen = await this.looks(leaked);
    await this.stage.agent.clear();
    attacks.forEach(({ name }, i) => {
      const { what = '', trouble = [], ms = 0 } = outcomes[i] ?? {};
      const troubles = [...trouble, ...seen].join('; ');
      if (troubles) this.holes.push(`${name}: ${troubles}`);
      this.tried += 1;
      console.log(`${name.padEnd(WIDTH)}  ${troubles ? `HOLE: ${troubles}` : 'held'}  ${what} (${ms} ms)`);
    });
  }

  /** The last line of the list. */
  sum(before: number, after: number) {
    const { stage, tried } = this;
    const times = stage.honest.times.toSorted((a, b) => a - b);
    console.log(
      `${tried} attacks, ${tried - this.holes.length} held. ${this.dialled.length} calls dialled; ${stage.leaks.length} leaks ` +
        `in ${stage.overheard} bytes that strangers could read; ${times.length} honest clicks meanwhile, median ` +
        `${times[times.length >> 1]} ms, slowest ${times.at(-1)} ms; memory ${before.toFixed(1)} → ${after.toFixed(1)} MiB`,
    );
  }

  private async outcome(attack: Attack): Promise<{ what?: string; trouble?: string[]; ms: number }> {
    const began = Date.now();
    let over = false;
    const attacking = within(ATTACK_MS, attack.does(this.stage)).finally(() => (over = true));
    const clicking = attack.loud ? this.clicking(() => over) : Promise.resolve('');
    const [did, clicked] = await Promise.allSettled([attacking, clicking]);
    const trouble = [did, clicked].flatMap((one) => (one.status === 'rejected' ? [said(one.reason)] : []));
    const what = [did, clicked].flatMap((one) => (one.status === 'fulfilled' && one.value ? [one.value] : []));
    return { what: what.join('; '), trouble, ms: Date.now() - began };
  }

  /** What the attacks since the last look have done. */
  private async looks(leaked: number): Promise<string[]> {
    const { agent, honest, leaks } = this.stage;
    const { prompts, calls, history } = await agent.snapshot();
    const wrong = history.map(({ peer }) => peer.number).filter((number) => !honest.numbers.has(number));
    const fresh = this.newlyDialled();
    // What the wire has shown is told already.
    const past = wrong.filter((number) => !this.past.has(number) && !this.dialled.includes(number));
    past.forEach((number) => this.past.add(number));
    return [
      ...(calls.some(({ state }) => UP.has(state)) ? [] : ['the secret call is no longer up']),
      ...(prompts.length > MOST_PROMPTS ? [`${prompts.length} prompts`] : []),
      ...fresh.map((number) => `dialled ${number}`),
      ...past.map((number) => `the history has ${number}`),
      ...leaks.slice(leaked).map((leak) => `leaked ${leak}`),
    ];
  }

  /** Honest clicks until the attack is over, at least once. */
  private async clicking(over: () => boolean): Promise<string> {
    let slowest = 0;
    do {
      slowest = Math.max(slowest, await this.stage.honest.clicks());
      await new Promise((soon) => setTimeout(soon, PAUSE_MS));
    } while (!over());
    return `honest clicks ≤ ${slowest} ms meanwhile`;
  }

  /** On the wire or shown by the desk, and not asked for by anybody honest. */
  private newlyDialled(): string[] {
    const { pbx, honest, agent } = this.stage;
    const wrong = pbx.dialled.filter(({ number }) => !honest.numbers.has(number)).map(({ number }) => number);
    // One call that was shown is the secret one; any other has its INVITE here, or went to another PBX.
    const elsewhere = agent.calls.size - 1 - pbx.dialled.length;
    wrong.push(...Array.from({ length: Math.max(elsewhere, 0) }, () => 'by another account'));
    const fresh = wrong.slice(this.dialled.length);
    this.dialled.push(...fresh);
    return fresh;
  }

  private async strangersAnswers(): Promise<string[]> {
    const answers: string[] = [];
    for (const target of COMMANDS) {
      for (const method of ['GET', 'POST', 'OPTIONS']) {
        const answer = await this.stage.raw.ask({ method, target, headers: ['Connection: close'] });
        answers.push(`${method} ${target} ${answer.head.replace(/^date:.*$/im, '')} ${answer.body}`);
      }
    }
    return answers;
  }
}

async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not over after ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function said(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';
}

const UP = new Set(['active', 'held']);

/** All that can be asked without leaving a prompt behind. */
const COMMANDS = [
  '/switchto?number=100',
  '/disconnectcall',
  '/declinecall',
  '/headsetanswercall',
  '/getcurrentcallinfo',
  '/getcurrentserveraddress',
  '/execsvcscript?name=x',
  '/callto?number=x',
  '/v1/snapshot',
  '/v1/changes',
  '/v1/preview?target=100',
  '/v1/intent',
];
