import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/**
 * One build for every host: `vite build --app`. Node bundles keep only packages with files of their own outside
 * (systeminformation, SQLite) and Electron itself; everything else is in the bundle, for a fast start.
 */
const external = ['electron', 'systeminformation', 'node-sqlite3-wasm', /^node:/];

const node = (outDir: string, input: Record<string, string>, format: 'es' | 'cjs') => ({
  consumer: 'server' as const,
  resolve: { noExternal: true as const, external: ['electron', 'systeminformation', 'node-sqlite3-wasm'] },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    rollupOptions: {
      input,
      external,
      output: {
        format,
        entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].mjs',
        chunkFileNames: 'chunk-[name].mjs',
        ...(format === 'cjs' ? { codeSplitting: false } : {}),
      },
    },
  },
});

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react()],
  environments: {
    client: { build: { outDir: '../dist/renderer', emptyOutDir: true, target: 'chrome120', assetsInlineLimit: 0 } },
    node: node(
      '../dist/node',
      {
        engine: 'electron/engine/process.ts',
        demo: 'electron/demo/process.ts',
        serve: 'electron/serve/main.ts',
        cli: 'electron/cli/main.ts',
      },
      'es',
    ),
    desktop: node('../dist/desktop', { main: 'electron/desktop/main.ts' }, 'cjs'),
    preload: node('../dist/preload', { preload: 'electron/preload/preload.ts' }, 'cjs'),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) {
        if (environment.name !== 'ssr') await builder.build(environment);
      }
    },
  },
});
