// Bundles a TypeScript entry of ours for measuring, by the same bundler that builds the product.
import { join } from 'node:path';
import { root } from '../install.mjs';

/** Builds `entry` into dist/measure/NAME.mjs for Node, or as one script with a global for a page. */
export async function bundle(entry, name, forPage = false) {
  const { build } = await import('vite');
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      outDir: join(root, 'dist', 'measure'),
      emptyOutDir: false,
      copyPublicDir: false,
      minify: forPage,
      target: forPage ? 'chrome120' : 'node20',
      ...(forPage
        ? {
            lib: {
              entry: join(root, entry),
              formats: ['iife'],
              name: 'fleetwattMeasure',
              fileName: () => `${name}.js`,
            },
          }
        : { ssr: join(root, entry), rollupOptions: { output: { entryFileNames: `${name}.mjs` } } }),
    },
  });
  return join(root, 'dist', 'measure', forPage ? `${name}.js` : `${name}.mjs`);
}
