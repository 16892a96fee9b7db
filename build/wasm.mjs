// Compiles electron/engine/wasm/steady.wat into the module that is kept beside it: node build/wasm.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './install.mjs';

const folder = join(root, 'electron', 'engine', 'wasm');

/** Text of the TypeScript module that holds the compiled bytes. */
export async function compiled() {
  const wabt = await createRequire(join(root, 'package.json'))('wabt')();
  const source = readFileSync(join(folder, 'steady.wat'), 'utf8');
  const module = wabt.parseWat('steady.wat', source, { simd: true, bulk_memory: true });
  module.validate();
  const { buffer } = module.toBinary({ log: false });
  const text = Buffer.from(buffer).toString('base64');
  return `/** Made from steady.wat by \`node build/wasm.mjs\`; a test compares. */\nexport const steadyWasm =\n  '${text}';\n`;
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split(/[\\/]/).at(-1))) {
  writeFileSync(join(folder, 'steady.wasm.ts'), await compiled());
}
