import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../shared/decoded.ts';
import { parseExposition } from '../../shared/exposition/parser.ts';
import { expositionText } from '../../shared/exposition/workload.ts';
import { requireReal, titled } from './available.ts';

const promtool = requireReal('promtool');
const fixtures = join(import.meta.dirname, '../../../shared/fixtures');

/** Whether `promtool check metrics` can read a body; it ends with 3 where it only dislikes names and texts. */
function promtoolReads(body: Uint8Array): boolean {
  const { status, stderr } = spawnSync(promtool.path as string, ['check', 'metrics'], {
    input: body,
    timeout: 120_000,
  });
  if (status === 0 || status === 3) return true;
  if (status === 1 && String(stderr).includes('error while linting')) return false;
  throw new Error(`promtool ended with ${status}: ${stderr}`);
}

function weRead(body: Uint8Array): boolean {
  try {
    parseExposition(body, 'prometheus');
    return true;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return false;
  }
}

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

describe.skipIf(promtool.skip !== null)(titled('promtool check metrics', promtool), () => {
  it.each([
    ...[
      'a 1\n',
      'a{x="1",} 1\n',
      'a{x="\\"\\\\\\n"} 1\n',
      'a 1 1700000000000\n',
      'a NaN\n',
      'a +Inf\n',
      '# c\n\na 1\n',
      'a{x=""} 1\n',
    ],
    ...[
      'a{x="1" 1\n',
      'a{x=1} 1\n',
      'a\n',
      'a x\n',
      'a 1 x\n',
      'a{x="1"} 1 2 3\n',
      '<html>\n',
      'a{x="\xff"} 1\n',
      '# TYPE a foo\na 1\n',
    ],
    ...['a 1e400\n', 'a 0x1p-3\n', 'a 1_000\n', '\xef\xbb\xbfa 1\n', 'a{x="1",x="2"} 1\n', 'a{__name__="b"} 1\n'],
  ])('agrees with us on %j', (text) => {
    expect(weRead(bytes(text))).toBe(promtoolReads(bytes(text)));
  });

  it('differs where the scrape differs: a second HELP or TYPE line passes there', () => {
    for (const text of ['# HELP a b\n# HELP a c\na 1\n', '# TYPE a gauge\n# TYPE a gauge\na 1\n']) {
      expect([weRead(bytes(text)), promtoolReads(bytes(text))]).toEqual([true, false]);
    }
  });

  it('reads the text that we measure with', () => {
    expect(promtoolReads(bytes(expositionText(500, 1)))).toBe(true);
  });

  it.skipIf(!existsSync(fixtures))(
    `reads the captured exporters, but for repeated HELP or TYPE lines${existsSync(fixtures) ? '' : ' (skipped: no ../shared/fixtures)'}`,
    () => {
      const different: string[] = [];
      for (const folder of readdirSync(fixtures, { withFileTypes: true })) {
        if (!folder.isDirectory()) continue;
        for (const file of readdirSync(join(fixtures, folder.name))) {
          const body = readFileSync(join(fixtures, folder.name, file));
          const { warnings } = parseExposition(body, 'prometheus');
          const repeats = warnings.some((warning) => /second HELP|was a .* now a/.test(warning));
          if (!promtoolReads(body) && !repeats) different.push(`${folder.name}/${file}`);
        }
      }
      expect(different).toEqual([]);
    },
  );
});
