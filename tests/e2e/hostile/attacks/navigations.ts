// Navigations carry no Origin, and any site can make one by script. Only `Sec-Fetch-User: ?1` tells a person's click.

import { type Attack, type Stage } from '../stage';
import { answersTo, tally } from './expect';

const FLOOD = 200;

/** Lets a page navigate by itself; gives what the desk answered, and whether the page stayed where it was. */
async function navigates(stage: Stage, script: string, wait = 400): Promise<string> {
  const page = await stage.visitor();
  const answers = answersTo(page.context(), stage.port);
  const clicks: string[] = [];
  page.context().on('request', (asked) => {
    if (!asked.url().includes(`:${stage.port}/`)) return;
    // The browser may be gone before it tells.
    const told = asked.allHeaders().catch(() => ({}) as Record<string, string>);
    void told.then((headers) => headers['sec-fetch-user'] && clicks.push(asked.url()));
  });
  const run = `<body><script>const api = ${JSON.stringify(stage.desk.api)}; onload = () => { ${script} }</script>`;
  const home = stage.site.origin('evil.example') + stage.site.page(run);
  await page.goto(home, { waitUntil: 'commit' });
  await page.waitForTimeout(wait);
  const stayed = page.url() === home;
  await page.context().close();
  if (clicks.length) throw new Error(`the browser vouches for a click: ${clicks[0]}`);
  return `${tally(answers) || 'nothing sent'}${stayed ? ', the page stays' : ''}`;
}

export const NAVIGATIONS: Attack[] = [
  ...[
    ['location =', 'location = `${api}/callto?number=700001`'],
    ['location.replace', 'location.replace(`${api}/callto?number=700002`)'],
    [
      'a link clicked by script',
      'Object.assign(document.createElement("a"), { href: `${api}/callto?number=700003` }).click()',
    ],
    [
      'a link into a new tab, clicked by script',
      'Object.assign(document.createElement("a"), { href: `${api}/callto?number=700004`, target: "_blank" }).click()',
    ],
    [
      'a form, GET, submitted by script',
      'document.body.innerHTML = `<form action="${api}/callto"><input name=number value=700005></form>`; document.forms[0].submit()',
    ],
    [
      'a form, POST, submitted by script',
      'document.body.innerHTML = `<form method=post action="${api}/callto"><input name=number value=700006></form>`; document.forms[0].requestSubmit()',
    ],
    [
      'meta refresh',
      'document.head.innerHTML = `<meta http-equiv=refresh content="0;url=${api}/callto?number=700007">`',
    ],
    ['window.open', 'window.open(`${api}/callto?number=700008`)'],
    ['history', 'history.pushState("", "", "?x"); location.href = `${api}/callto?number=700009`; history.back()'],
  ].map(([name = '', script = '']): Attack => ({
    name: `navigation: ${name}`,
    does: (stage) => navigates(stage, script),
  })),
  ...[
    [
      `${FLOOD} times location = on a timer`,
      `let n = 710000; const t = setInterval(() => { location = api + '/callto?number=' + n; n += 1; if (n > 710000 + ${FLOOD}) clearInterval(t); }, 5)`,
    ],
    [
      `${FLOOD} times in frames`,
      `for (let i = 0; i < ${FLOOD}; i += 1) { const f = document.createElement('iframe'); f.src = api + '/callto?number=' + (720000 + i); document.body.append(f); }`,
    ],
    ['50 windows', `for (let i = 0; i < 50; i += 1) window.open(api + '/callto?number=' + (730000 + i))`],
    [
      `${FLOOD} forms into frames`,
      `for (let i = 0; i < ${FLOOD}; i += 1) { const d = document.createElement('div'); d.innerHTML = '<iframe name=f' + i + '></iframe><form method=post target=f' + i + ' action="' + api + '/callto"><input name=number value=' + (740000 + i) + '></form>'; document.body.append(d); d.querySelector('form').submit(); }`,
    ],
  ].map(([name = '', script = '']): Attack => ({
    name: `navigation flood: ${name}`,
    loud: true,
    does: (stage) => navigates(stage, script, 2_500),
  })),
  {
    name: 'navigation: one real click on a wicked page, and fifty requests after it',
    does: async (stage) => {
      const page = await stage.evil('<button>win a prize</button>');
      const script = `document.querySelector('button').onclick = () => {
        for (let i = 0; i < 50; i += 1) window.open('${stage.desk.api}/callto?number=' + (750000 + i), 'w' + i % 3);
        location = '${stage.desk.api}/callto?number=${stage.fresh()}';
      }`;
      await page.evaluate(script);
      await page.click('button');
      await page.waitForTimeout(500);
      const { prompts } = await stage.agent.snapshot();
      await page.context().close();
      return `the agent is asked ${prompts.length === 1 ? 'once' : `${prompts.length} times`}`;
    },
  },
  {
    name: 'bait and switch: the number under the question changes before the yes',
    does: async (stage) => {
      const headers = [
        'Sec-Fetch-Mode: navigate',
        'Sec-Fetch-Dest: document',
        'Sec-Fetch-User: ?1',
        'Connection: close',
      ];
      const [bait, trap] = [stage.fresh(), stage.fresh()];
      const origin = 'Origin: https://bait.example';
      await stage.raw.ask({ target: `/callto?number=${bait}`, headers: [origin, ...headers] });
      const asked = await stage.agent.until(bait, 2_000);
      await stage.raw.ask({ target: `/callto?number=${trap}`, headers: [origin, ...headers] });
      const { status } = await stage.agent.intent({ type: 'confirm', prompt: asked.id });
      await new Promise((soon) => setTimeout(soon, 200));
      const dialled = stage.pbx.dialled.some(({ number }) => number === trap);
      if (dialled) throw new Error('the yes to one number dialled another');
      if (status === 200) stage.honest.numbers.add(bait);
      return status === 200 ? 'the yes dials what was shown' : `the old question is gone (${status})`;
    },
  },
  {
    name: 'a link on a paired page that a stranger sends on to us, with the paired name still on it',
    does: async (stage) => {
      const Location = `${stage.desk.api}/callto?number=${stage.fresh()}`;
      const headers = { Location, 'Referrer-Policy': 'unsafe-url' };
      const redirect = stage.site.page((_, answer) => answer.writeHead(302, headers).end());
      const link = `${stage.site.origin('evil.example')}${redirect}`;
      const page = await stage.visitor();
      await page.goto(
        `${stage.site.origin('crm-2.example')}${stage.site.page(`<a href="${link}">a customer's homepage</a>`)}`,
      );
      await page.click('a');
      await page.waitForTimeout(400);
      await page.context().close();
      return 'asked first: where a link led is not proven';
    },
  },
];
