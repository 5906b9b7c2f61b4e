import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [
    paraglideVitePlugin({
      project: './project.inlang',
      outdir: './src/i18n/compiled',
      emitTsDeclarations: true,
      // The window sets the locale itself, from the desk's preferences: see i18n/language.svelte.ts.
      strategy: ['baseLocale'],
      outputStructure: 'locale-modules',
    }),
    svelte(),
    svelteTesting(),
  ],
  // One entry for each kind of window.
  build: {
    target: 'safari16',
    outDir: 'dist',
    emptyOutDir: true,
    rollupOptions: { input: { main: 'index.html', card: 'card.html', floor: 'floor.html' } },
  },
  server: { port: 1420, strictPort: true },
  clearScreen: false,
  test: {
    env: { DEBUG_PRINT_LIMIT: '0' },
    environment: 'happy-dom',
    include: ['{tests,ringside-js/tests}/**/*.test.ts'],
    restoreMocks: true,
  },
});
