// A W3C WebDriver client, as much of it as a phone's window needs (https://www.w3.org/TR/webdriver2/).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';
const POLL_MS = 40;

/** What runs in the page to find what a person sees there. */
const FIND = `
  const find = (selector, fits = () => true) =>
    [...document.querySelectorAll(selector)].find((e) => e.checkVisibility() && fits(e)) ?? null;
  const button = (name) =>
    find('button', (e) => !e.disabled && (e.getAttribute('aria-label') ?? e.innerText).trim().startsWith(name));
`;

/** Asks until the answer is truthy, and returns it; fails after `boundMs` with what was waited for. */
export async function until(what, ask, boundMs = 10_000) {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > deadline) throw new Error(`in vain, for ${boundMs} ms: ${what}`);
    await pause(POLL_MS);
  }
}

/** A WebKitWebDriver and the one program it starts. */
export class Session {
  #driver;
  #root;
  #path = '';

  /** Starts `binary` under a driver of its own. */
  static async open(binary, args) {
    const session = new Session();
    const port = await freePort();
    session.#root = `http://127.0.0.1:${port}`;
    session.#driver = spawn('WebKitWebDriver', [`--port=${port}`], {
      env: { ...process.env, TAURI_WEBVIEW_AUTOMATION: 'true' },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await until('WebKitWebDriver listens', () => session.#call('GET', '/status').catch(() => false));
    const { sessionId } = await session.#call('POST', '/session', {
      capabilities: {
        alwaysMatch: { 'webkitgtk:browserOptions': { binary, args } },
      },
    });
    session.#path = `/session/${sessionId}`;
    return session;
  }

  /** The driver's process, above the program it started. */
  get pid() {
    return this.#driver.pid;
  }

  /** Does something in the window whose address has `part` in it, as soon as there is one, and turns back. */
  async within(part, act) {
    const here = await this.#call('GET', `${this.#path}/window`);
    await until(`a window with ${part}`, () => this.#turnTo(part));
    try {
      return await act(this);
    } finally {
      await this.#call('POST', `${this.#path}/window`, { handle: here });
    }
  }

  async #turnTo(part) {
    for (const handle of await this.#call('GET', `${this.#path}/window/handles`)) {
      await this.#call('POST', `${this.#path}/window`, { handle });
      if ((await this.#call('GET', `${this.#path}/url`)).includes(part)) return true;
    }
    return false;
  }

  /** Runs the body of a function in the page. */
  run(body, ...args) {
    return this.#call('POST', `${this.#path}/execute/sync`, {
      script: body,
      args,
    });
  }

  /** Notes from now on what the page does against its content security policy. */
  watchPolicy() {
    return this.run(`window.complaints = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        window.complaints.push(event.effectiveDirective + ' ' + event.blockedURI + ' ' + event.sample));`);
  }

  /** What it did so far. */
  complaints() {
    return this.run('return window.complaints');
  }

  /** Calls one of the shell's commands from the page, as the page does. */
  async invoke(command, args = {}) {
    const body = `const [command, args, done] = arguments;
      window.__TAURI_INTERNALS__.invoke(command, args).then((ok) => done({ ok }), (refusal) => done({ refusal }));`;
    return this.#call('POST', `${this.#path}/execute/async`, {
      script: body,
      args: [command, args],
    });
  }

  /** The text of the first element that a CSS selector finds and a person can see; null if there is none. */
  visibleText(selector) {
    return this.run(`${FIND} return find(arguments[0])?.innerText ?? null`, selector);
  }

  /** Waits for the button of that name and clicks it as a mouse does. */
  async click(name) {
    const button = await until(`a button ${name}`, () => this.run(`${FIND} return button(arguments[0])`, name));
    await this.#click(button);
  }

  /** Waits for the element that a CSS selector finds and clicks it as a mouse does. */
  async clickOn(selector) {
    const element = await until(selector, () => this.run(`${FIND} return find(arguments[0])`, selector));
    await this.#click(element);
  }

  async #click(element) {
    await this.#call('POST', `${this.#path}/element/${element[ELEMENT]}/click`, {});
  }

  /** Waits for the element that a CSS selector finds and types into it. */
  async type(selector, text) {
    const element = await until(selector, () => this.run(`${FIND} return find(arguments[0])`, selector));
    await this.#call('POST', `${this.#path}/element/${element[ELEMENT]}/value`, { text });
  }

  /** Ends the session, and the program with it unless it has left already. */
  async close() {
    if (this.#path) await this.#call('DELETE', this.#path).catch(() => {});
    if (this.#driver.exitCode !== null) return;
    this.#driver.kill();
    await once(this.#driver, 'exit');
  }

  async #call(method, path, body) {
    const response = await fetch(this.#root + path, {
      method,
      body: body && JSON.stringify(body),
    });
    const { value } = await response.json();
    if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
