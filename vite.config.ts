import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

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

/** What stands in a script or style element must neither end it nor be changed by the parser: its hash is of these bytes. */
function inElement(element: 'script' | 'style', text: string, name: string): string {
  const ends = element === 'script' ? /[\r\0]|<!--|<\/script/i : /[\r\0]|<\/style/i;
  if (ends.test(text)) throw new Error(`${name} cannot stand in an HTML file as it is`);
  return text;
}

/** The report's console as texts for shared/snapshot/report: a classic script, what unpacks it, its styles, the fonts apart. */
const reportTexts: Plugin = {
  name: 'report-texts',
  applyToEnvironment: ({ name }) => name === 'report' || name === 'reportBoot',
  enforce: 'post',
  generateBundle(_, bundle) {
    const fontFace = /@font-face\s*\{[^}]*\}/g;
    for (const [name, file] of Object.entries(bundle)) {
      delete bundle[name];
      if (file.type === 'chunk')
        this.emitFile({
          type: 'asset',
          fileName: this.environment.name === 'report' ? 'console.js' : 'boot.js',
          source: inElement('script', file.code.replace(/<(?=!--|\/script)/gi, '\\x3C'), name),
        });
      else if (name.endsWith('.css')) {
        const css = inElement('style', String(file.source), name);
        this.emitFile({ type: 'asset', fileName: 'console.css', source: css.replace(fontFace, '') });
        this.emitFile({ type: 'asset', fileName: 'fonts.css', source: (css.match(fontFace) ?? []).join('') });
      } else throw new Error(`The report's console has a file beside it: ${name}`);
    }
  },
};

export default defineConfig({
  root: 'renderer',
  base: './',
  plugins: [react(), reportTexts],
  environments: {
    client: { build: { outDir: '../dist/renderer', emptyOutDir: true, target: 'chrome120', assetsInlineLimit: 0 } },
    report: {
      consumer: 'client',
      build: {
        outDir: '../dist/report',
        emptyOutDir: true,
        target: ['chrome111', 'firefox115', 'safari16.4'],
        assetsInlineLimit: Number.MAX_SAFE_INTEGER,
        cssCodeSplit: false,
        modulePreload: false,
        rollupOptions: { input: 'renderer/report.tsx', output: { format: 'iife', codeSplitting: false } },
      },
    },
    reportBoot: {
      consumer: 'client',
      build: {
        outDir: '../dist/report',
        // Beside the console, which was built before it.
        emptyOutDir: false,
        target: ['chrome111', 'firefox115', 'safari16.4'],
        modulePreload: false,
        rollupOptions: { input: 'renderer/report-boot.ts', output: { format: 'iife', codeSplitting: false } },
      },
    },
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
