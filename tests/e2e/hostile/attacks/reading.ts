// A page tries to learn something of the call by every means that a browser has for looking at somebody else's answer.

import type { Attack, Stage } from '../stage';

/** What is worth reading. */
const TREASURES = [
  '/v1/snapshot',
  '/v1/changes',
  '/getcurrentcallinfo',
  '/getcurrentserveraddress',
  '/v1/openapi.json',
  '/v1/preview?target=100',
];

/** Each gives all it could read, as a text. */
const MEANS: [name: string, script: string][] = [
  ['fetch', 'await fetch(url).then((answer) => answer.text())'],
  ['fetch with credentials', 'await fetch(url, { credentials: "include" }).then((answer) => answer.text())'],
  [
    'fetch, no-cors: type, status, headers, body',
    'await fetch(url, { mode: "no-cors" }).then(async (a) => a.status || a.body || [...a.headers].length || await a.text() ? JSON.stringify([a.status, [...a.headers], await a.text()]) : "")',
  ],
  [
    'fetch, no-cors, into a cache',
    'await (await caches.open("x")).put(url, await fetch(url, { mode: "no-cors" })), await (await caches.match(url)).text()',
  ],
  ['fetch of a part', 'await fetch(url, { headers: { Range: "bytes=0-99" } }).then((answer) => answer.text())'],
  [
    'XHR',
    'await new Promise((done) => { const x = new XMLHttpRequest(); x.onloadend = () => done(x.responseText + x.getAllResponseHeaders() + (x.status || "")); x.open("GET", url); x.send(); })',
  ],
  [
    'EventSource',
    'await new Promise((done) => { const e = new EventSource(url); e.onmessage = ({ data }) => done(data); e.onopen = () => done("open"); e.onerror = () => done(""); })',
  ],
  [
    'WebSocket',
    'await new Promise((done) => { const w = new WebSocket(url.replace("http", "ws")); w.onmessage = ({ data }) => done(data); w.onopen = () => done("open"); w.onclose = ({ reason }) => done(reason); })',
  ],
  [
    'script, its error and what it defines',
    'await new Promise((done) => { const before = Object.keys(window).join(); window.onerror = (...all) => done(all.join()); const s = document.createElement("script"); s.onload = s.onerror = () => setTimeout(() => done(Object.keys(window).join().replace(before, "")), 20); s.src = url; document.head.append(s); })',
  ],
  ['module', 'await import(url).then((all) => JSON.stringify(Object.keys(all)) + "imported")'],
  [
    'style sheet and its rules',
    'await new Promise((done) => { const l = document.createElement("link"); l.rel = "stylesheet"; l.onerror = () => done(""); l.onload = () => { try { done([...l.sheet.cssRules].map((r) => r.cssText).join() || "loaded"); } catch { done(""); } }; l.href = url; document.head.append(l); })',
  ],
  [
    'image and its size',
    'await new Promise((done) => { const i = new Image(); i.onload = () => done(i.naturalWidth + "x" + i.naturalHeight); i.onerror = () => done(""); i.src = url; })',
  ],
  [
    'image, on a canvas',
    'await new Promise((done) => { const i = new Image(); i.crossOrigin = "anonymous"; i.onload = () => done("loaded"); i.onerror = () => done(""); i.src = url; })',
  ],
  [
    'iframe and its document',
    'await new Promise((done) => { const f = document.createElement("iframe"); f.onload = () => { try { done(f.contentDocument.documentElement.outerHTML.replace(/<[^>]*>/g, "")); } catch { done(""); } }; f.src = url; document.body.append(f); })',
  ],
  [
    'iframe and its frames, name, size',
    'await new Promise((done) => { const f = document.createElement("iframe"); f.onload = () => done(f.contentWindow.length ? "frames" : ""); f.src = url; document.body.append(f); })',
  ],
  [
    'object: does it load',
    'await new Promise((done) => { const o = document.createElement("object"); o.onload = () => done("loaded"); o.onerror = () => done(""); o.data = url; document.body.append(o); setTimeout(() => done(""), 300); })',
  ],
  [
    'video: its length and error',
    'await new Promise((done) => { const v = document.createElement("video"); v.onerror = () => done(/Format|Supported|^$/i.test(v.error.message) ? "" : v.error.message); v.onloadedmetadata = () => done("" + v.duration); v.src = url; })',
  ],
  [
    'window.open and its document',
    'await new Promise((done) => { const w = window.open(url); setTimeout(() => { try { done(w.document.documentElement.outerHTML.replace(/<[^>]*>/g, "")); } catch { done(""); } w?.close(); }, 300); })',
  ],
  [
    'worker',
    'await new Promise((done) => { const w = new Worker(URL.createObjectURL(new Blob([`try { importScripts(${JSON.stringify(url)}); postMessage("imported") } catch (e) { postMessage(e.name === "NetworkError" ? "" : e.message) }`]))); w.onmessage = ({ data }) => done(data); w.onerror = ({ message }) => done(message); })',
  ],
  [
    'timings: sizes and status',
    'await fetch(url, { mode: "no-cors" }).catch(() => {}), performance.getEntriesByName(url).map((e) => e.transferSize + e.encodedBodySize + e.decodedBodySize + (e.responseStatus ?? 0) + e.serverTiming.length).find((sum) => sum > 0)?.toString() ?? ""',
  ],
  [
    'reports of what was blocked',
    'await new Promise((done) => { new ReportingObserver((all) => done(all.map((r) => JSON.stringify(r.body)).join()), { buffered: true }).observe(); fetch(url, { mode: "no-cors" }).catch(() => {}); setTimeout(() => done(""), 200); })',
  ],
  [
    'a message from it',
    'await new Promise((done) => { addEventListener("message", ({ data }) => done(String(data))); const f = document.createElement("iframe"); f.src = url; document.body.append(f); setTimeout(() => done(""), 200); })',
  ],
];

async function read(stage: Stage, script: string): Promise<string> {
  // A secure context, for those that a browser gives nobody else.
  const page = await stage.visitor();
  await page.goto(`http://localhost:${stage.site.port}${stage.site.page('<p>evil</p>')}`);
  const urls = TREASURES.map((path) => stage.desk.api + path);
  const run = (url: string) => `(async () => { const url = ${JSON.stringify(url)}; return ${script}; })()`;
  const each = urls.map(
    (url) => `Promise.race([${run(url)}.catch(() => ''), new Promise((late) => setTimeout(() => late(''), 700))])`,
  );
  const texts = (await page.evaluate(`Promise.all([${each.join(',')}])`)) as string[];
  await page.context().close();
  texts.forEach((text) => stage.overhears(text));
  const told = texts.findIndex((text) => text);
  if (told >= 0) throw new Error(`${TREASURES[told]} tells ${JSON.stringify(texts[told]?.slice(0, 200))}`);
  return `nothing from ${TREASURES.length} addresses`;
}

export const READING: Attack[] = [
  ...MEANS.map(([name, script]): Attack => ({ name: `reading: ${name}`, does: (stage) => read(stage, script) })),
  {
    name: 'reading: a service worker in between',
    does: async (stage) => {
      stage.site.page((_, answer) => {
        answer.writeHead(200, { 'Content-Type': 'text/javascript' });
        answer.end(
          `addEventListener('fetch', (event) => event.respondWith((async () => {
             const target = new URL(event.request.url).searchParams.get('to');
             if (!target) return fetch(event.request);
             const answer = await fetch(target, { mode: 'no-cors' }).catch((error) => new Response(''));
             return answer.type === 'opaque' ? new Response('opaque:' + await answer.text()) : answer;
           })()));
           addEventListener('activate', (event) => event.waitUntil(clients.claim()));`,
        );
      }, '/worker.js');
      const page = await stage.visitor();
      await page.goto(`http://localhost:${stage.site.port}${stage.site.page('<p>evil</p>')}`);
      const texts = (await page.evaluate(
        async (urls) => {
          await navigator.serviceWorker.register('/worker.js');
          await navigator.serviceWorker.ready;
          while (!navigator.serviceWorker.controller) await new Promise((soon) => setTimeout(soon, 20));
          return Promise.all(
            urls.map((url) => fetch(`/?to=${encodeURIComponent(url)}`).then((answer) => answer.text())),
          );
        },
        TREASURES.filter((path) => path !== '/v1/changes').map((path) => stage.desk.api + path),
      )) as string[];
      await page.context().close();
      texts.forEach((text) => stage.overhears(text));
      if (texts.some((text) => text.replace('opaque:', ''))) throw new Error(`it reads ${texts.join()}`);
      return 'opaque, and empty';
    },
  },
  {
    name: 'click-jacking: no answer of ours is shown in a frame',
    does: async ({ raw }) => {
      // The question itself is in the app's own window, where no page can put anything over it.
      for (const target of [
        '/',
        '/callto?number=x',
        '/focus',
        '/getcurrentcallinfo',
        '/v1/snapshot',
        '/v1/pair',
        '/nowhere',
      ]) {
        const { head, status } = await raw.ask({ target, headers: ['Connection: close'] });
        const policy = /^content-security-policy:.*frame-ancestors 'none'/im.test(head);
        const sniffs = !/^x-content-type-options:\s*nosniff/im.test(head) || !/^cache-control:.*no-store/im.test(head);
        if (!policy || sniffs) throw new Error(`${target} (${status}) may be framed, sniffed or kept: ${head}`);
      }
      return "frame-ancestors 'none', nosniff, no-store everywhere; the question is in a window that no page reaches";
    },
  },
];
