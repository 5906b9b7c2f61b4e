// Makes dist/ringside.js (a classic script with one global) and dist/ringside.mjs (an ES module) with the Vite of ui/.

import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Both forms of it, as `{ 'ringside.js': code, 'ringside.mjs': code }`. */
export async function bundle({ write = true } = {}) {
  const forms = [
    { entry: 'src/classic.ts', formats: ['iife'], fileName: () => 'ringside.js', name: 'RingsideScript' },
    { entry: 'src/ringside.ts', formats: ['es'], fileName: () => 'ringside.mjs' },
  ];
  const made = {};
  for (const [index, lib] of forms.entries()) {
    const [{ output }] = await build({
      root: here,
      configFile: false,
      logLevel: 'warn',
      build: { target: 'es2020', write, outDir: 'dist', emptyOutDir: index === 0, minify: 'oxc', lib },
    });
    made[output[0].fileName] = output[0].code;
  }
  return made;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundle();
