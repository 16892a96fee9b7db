import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('the compiled module is that of the source beside it', async () => {
  const { compiled } = (await import('../../../build/wasm.mjs' as string)) as { compiled(): Promise<string> };
  expect(readFileSync(join(import.meta.dirname, 'steady.wasm.ts'), 'utf8')).toBe(await compiled());
});
