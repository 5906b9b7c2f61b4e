// A page in a real browser makes requests by every means that it has. It is served from a name that the browser finds on
// the loopback, so that the browser's own Local Network Access rules do not help: what holds here is the desk.

import { PAIRED, type Attack, type Stage } from '../stage';
import { answersTo, tally } from './expect';

/** Nothing says that a page has given up trying. */
const SETTLED_MS = 350;

/** What a script does with an address; `url` is in scope, and a promise is waited for. */
const MEANS: [name: string, script: string][] = [
  ['image', 'add("img", { src: url })'],
  ['image with credentials', 'add("img", { crossOrigin: "use-credentials", src: url })'],
  ['script', 'add("script", { src: url })'],
  ['module', 'import(url).catch(() => {})'],
  ['style sheet', 'add("link", { rel: "stylesheet", href: url })'],
  ['CSS background', 'add("div", { style: `width:9px;height:9px;background:url("${url}")` })'],
  ['CSS import', 'add("style", { textContent: `@import url("${url}");` })'],
  ['font', 'new FontFace("evil", `url("${url}")`).load().catch(() => {})'],
  ['iframe', 'add("iframe", { src: url })'],
  ['object', 'add("object", { data: url })'],
  ['embed', 'add("embed", { src: url })'],
  ['video', 'add("video", { src: url, preload: "auto" })'],
  ['audio', 'add("audio", { src: url, preload: "auto" })'],
  ['track', 'add("video", { innerHTML: `<track default src="${url}">` })'],
  ['SVG use', 'add("div", { innerHTML: `<svg><use href="${url}#x"/><image href="${url}"/></svg>` })'],
  ['prefetch', 'add("link", { rel: "prefetch", href: url })'],
  ['preload', 'add("link", { rel: "preload", as: "fetch", href: url })'],
  ['preconnect', 'add("link", { rel: "preconnect", href: url })'],
  ['manifest', 'add("link", { rel: "manifest", href: url })'],
  ['icon', 'add("link", { rel: "icon", href: url })'],
  [
    'speculation rules',
    'add("script", { type: "speculationrules", textContent: JSON.stringify({ prefetch: [{ urls: [url] }], prerender: [{ urls: [url] }] }) })',
  ],
  ['fetch', 'fetch(url).catch(() => {})'],
  ['fetch, no-cors', 'fetch(url, { mode: "no-cors" }).catch(() => {})'],
  [
    'fetch, no-cors POST of a form',
    'fetch(url, { mode: "no-cors", method: "POST", body: new URLSearchParams({ number: "100" }) }).catch(() => {})',
  ],
  ['fetch, with credentials', 'fetch(url, { credentials: "include" }).catch(() => {})'],
  ['fetch, keepalive', 'fetch(url, { mode: "no-cors", keepalive: true }).catch(() => {})'],
  ['fetch, no referrer', 'fetch(url, { mode: "no-cors", referrerPolicy: "no-referrer" }).catch(() => {})'],
  ['fetch, declared as loopback', 'fetch(url, { targetAddressSpace: "loopback" }).catch(() => {})'],
  ['XHR', 'xhr("GET")'],
  ['XHR, POST', 'xhr("POST", "number=100")'],
  ['XHR, with credentials', 'xhr("GET", undefined, true)'],
  ['beacon', 'navigator.sendBeacon(url, new URLSearchParams({ number: "100" }))'],
  ['ping', 'add("a", { href: "#", ping: url }).click()'],
  ['EventSource', 'new EventSource(url)'],
  ['WebSocket', 'new WebSocket(url.replace("http", "ws"))'],
  ['WebTransport', 'new WebTransport(url.replace("http:", "https:")).ready.catch(() => {})'],
  ['worker', 'new Worker(URL.createObjectURL(new Blob([`importScripts(${JSON.stringify(url)})`])))'],
  [
    'fetch from a worker',
    'new Worker(URL.createObjectURL(new Blob([`fetch(${JSON.stringify(url)}, { mode: "no-cors" })`])))',
  ],
  ['form, GET, into a frame', 'form("GET")'],
  ['form, POST, into a frame', 'form("POST")'],
  ['form, text/plain, into a frame', 'form("POST", "text/plain")'],
  ['form, multipart, into a frame', 'form("POST", "multipart/form-data")'],
  ['window.open', 'window.open(url)'],
  ['location of a frame', 'add("iframe", { name: "inner" }); frames.inner.location = url'],
  ['meta refresh in a frame', 'add("iframe", { srcdoc: `<meta http-equiv=refresh content="0;url=${url}">` })'],
  ['sandboxed frame (Origin: null)', 'add("iframe", { sandbox: "allow-scripts allow-forms", srcdoc: nested() })'],
  ['data: frame (Origin: null)', 'add("iframe", { src: `data:text/html,${encodeURIComponent(nested())}` })'],
  ['blob: frame', 'add("iframe", { src: URL.createObjectURL(new Blob([nested()], { type: "text/html" })) })'],
  ['javascript: frame', 'add("iframe", { src: `javascript:${JSON.stringify(nested())}` })'],
];

const HELPERS = `
  const add = (tag, properties) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value; else element.setAttribute(name, value);
    }
    if (properties.style) element.setAttribute('style', properties.style);
    if (properties.sandbox) element.setAttribute('sandbox', properties.sandbox);
    document.body.append(element);
    return element;
  };
  const xhr = (method, body, withCredentials = false) => {
    const asked = new XMLHttpRequest();
    asked.open(method, url);
    asked.withCredentials = withCredentials;
    if (body) asked.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    asked.send(body);
  };
  const form = (method, enctype = 'application/x-www-form-urlencoded') => {
    const frame = add('iframe', { name: 'into' + Math.random() });
    const made = add('form', { method, action: url, target: frame.name, enctype });
    const [path, query] = url.split('?');
    if (method === 'GET') made.action = path;
    for (const [name, value] of new URLSearchParams(query)) made.append(Object.assign(document.createElement('input'), { name, value }));
    made.submit();
  };
  const nested = () => \`<body><form method=post action="\${url}"></form><script>
    fetch(\${JSON.stringify(url)}, { mode: 'no-cors', method: 'POST' }).catch(() => {});
    fetch(\${JSON.stringify(url)}).catch(() => {});
    new Image().src = \${JSON.stringify(url)};
    document.forms[0].submit();
  <\\/script>\`;
`;

/** Does it by itself, as a page does that nobody has touched, and waits until the browser has its answers. */
async function by(stage: Stage, script: string, path = `/callto?number=${stage.fresh()}`): Promise<string> {
  const page = await stage.visitor();
  const answers = answersTo(page.context(), stage.port);
  const run = `const url = ${JSON.stringify(stage.desk.api + path)}; ${HELPERS}; (async () => { ${script} })().catch(() => {})`;
  await page.goto(stage.site.origin('evil.example') + stage.site.page(`<body><script>${run}</script>`), {
    waitUntil: 'commit',
  });
  await page.waitForTimeout(SETTLED_MS);
  await page.context().close();
  return tally(answers) || 'the browser sent nothing';
}

/** Headers that a browser lets no script set, whatever it calls them. */
const FORGED = ['Sec-Fetch-User', 'Origin', 'Referer', 'Host', 'Cookie', 'sec-fetch-mode', 'Connection', 'Via'];

export const PAGES: Attack[] = [
  ...MEANS.map(([name, script]): Attack => ({ name: `page: ${name}`, does: (stage) => by(stage, script) })),
  ...['/v1/intent', '/v1/pair', '/disconnectcall', '/switchto?number=100', '/declinecall', '/focus'].map(
    (path): Attack => ({
      name: `page: ${path} by image, form, fetch and beacon`,
      does: (stage) =>
        by(
          stage,
          'add("img", { src: url }); form("POST"); form("GET"); fetch(url, { method: "POST", mode: "no-cors" }).catch(() => {}); navigator.sendBeacon(url)',
          path,
        ),
    }),
  ),
  ...['text/plain', 'application/x-www-form-urlencoded', 'application/json'].map((type): Attack => ({
    name: `page: a JSON intent as ${type}`,
    does: (stage) => {
      const intent = JSON.stringify({ type: 'dial', target: stage.fresh() });
      const asked = `{ method: "POST", headers: { "Content-Type": "${type}" }, body: ${JSON.stringify(intent)} }`;
      return by(
        stage,
        `fetch(url, ${asked}).catch(() => {}); fetch(url, { mode: "no-cors", ...${asked} }).catch(() => {})`,
        '/v1/intent',
      );
    },
  })),
  {
    name: 'page: a JSON intent as a text/plain form',
    does: (stage) =>
      by(
        stage,
        `const made = add('form', { method: 'POST', action: url, enctype: 'text/plain', target: add('iframe', { name: 'plain' }).name });
         made.append(Object.assign(document.createElement('input'), { name: '{"type":"dial","target":"100","x":"', value: '"}' }));
         made.submit();`,
        '/v1/intent',
      ),
  },
  {
    name: 'page: preflights for Authorization, JSON, PUT and a header of its own',
    does: (stage) =>
      by(
        stage,
        `await Promise.allSettled([
           fetch(url, { headers: { Authorization: 'Bearer guess' } }),
           fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"type":"dial","target":"100"}' }),
           fetch(url, { method: 'PUT' }),
           fetch(url, { headers: { 'X-Evil': '1' } }),
         ])`,
        '/v1/intent',
      ),
  },
  {
    name: `page: forged ${FORGED.join(', ')}`,
    does: async (stage) => {
      const page = await stage.evil('');
      const sent: Record<string, string>[] = [];
      page.on('request', (asked) => {
        if (asked.url().includes(`:${stage.port}/`)) sent.push(asked.headers());
      });
      await page.evaluate(
        async ([url, forged, value]) => {
          for (const name of forged) {
            await fetch(url, { headers: { [name]: value }, mode: 'cors' }).catch(() => {});
            await fetch(url, { headers: { [name]: value }, mode: 'no-cors' }).catch(() => {});
            const asked = new XMLHttpRequest();
            asked.open('GET', url);
            asked.setRequestHeader(name, value);
            asked.send();
          }
        },
        [`${stage.desk.api}/callto?number=${stage.fresh()}`, FORGED, PAIRED] as const,
      );
      await page.waitForTimeout(200);
      await page.context().close();
      const through = sent.find((headers) => Object.values(headers).some((value) => value.startsWith(PAIRED)));
      if (through) throw new Error(`the browser let one through: ${JSON.stringify(through)}`);
      return `${sent.length} requests, none with a forged header: the browser forbids it`;
    },
  },
  {
    name: 'page: a forged referrer by fetch option and history',
    does: (stage) =>
      by(
        stage,
        `history.pushState('', '', '/?${PAIRED}/');
         await Promise.allSettled([
           fetch(url, { mode: 'no-cors', referrer: '${PAIRED}/', referrerPolicy: 'unsafe-url' }),
           fetch(url, { mode: 'no-cors', referrerPolicy: 'unsafe-url' }),
         ])`,
      ),
  },
  {
    name: 'page: the name of a paired page, on another port',
    does: async (stage) => {
      // The honest sites are paired with the port of the site; this one has the same names on another.
      const page = await stage.visitor();
      await page.route('http://crm-0.example:81/', (route) =>
        route.fulfill({ contentType: 'text/html', body: 'evil' }),
      );
      await page.goto('http://crm-0.example:81/');
      const url = `${stage.desk.api}/callto?number=${stage.fresh()}`;
      const read = await page.evaluate(
        (url) =>
          fetch(url)
            .then((answer) => answer.text())
            .catch(() => ''),
        url,
      );
      await page.context().close();
      if (read) throw new Error(`it can read: ${read}`);
      return 'it is another origin';
    },
  },
  {
    name: 'page: a frame of a stranger in a paired page',
    does: async (stage) => {
      const inner = stage.site.page(
        `<script>fetch('${stage.desk.api}/callto?number=${stage.fresh()}').then((answer) => answer.text(), () => '')
          .then((text) => parent.postMessage('read:' + text, '*'));</script>`,
      );
      const outer = stage.site.page(
        `<script>read = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data)));</script>
         <iframe src="${stage.site.origin('widget.example')}${inner}"></iframe>`,
      );
      const page = await stage.visitor();
      await page.goto(`${stage.site.origin('crm-0.example')}${outer}`);
      const read = await page.evaluate('read');
      await page.context().close();
      if (read !== 'read:') throw new Error(`it can read: ${String(read)}`);
      return 'it is asked for as itself';
    },
  },
  {
    name: 'page: the answer of a paired site through its redirect to us',
    does: async (stage) => {
      // An honest page that loads from a stranger, who sends it on to the desk: the browser makes that Origin: null.
      const to = `${stage.desk.api}/callto?number=${stage.fresh()}`;
      const redirect = stage.site.page((_, answer) => {
        answer.writeHead(307, { Location: to, 'Access-Control-Allow-Origin': '*' }).end();
      });
      const page = await stage.visitor();
      await page.goto(`${stage.site.origin('crm-1.example')}/crm`);
      const url = `${stage.site.origin('evil.example')}${redirect}`;
      await page.evaluate(async (url) => {
        await fetch(url).catch(() => {});
        await fetch(url, { method: 'POST' }).catch(() => {});
        await fetch(url, { mode: 'no-cors' }).catch(() => {});
        const image = new Image();
        await new Promise((over) => Object.assign(image, { onerror: over, onload: over, src: url }));
      }, url);
      await page.context().close();
      return 'Origin: null, or none';
    },
  },
];
