import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { frameOf, type Values } from '../../frame.fixture.ts';
import { openSnapshot, packer } from '../file.ts';
import { sha256 } from '../sha256.ts';
import { draftOf, fileOf, START, smallTopology, valuesAt } from '../snapshot.fixture.ts';
import { bytesOfDense } from './dense.ts';
import { CONSOLE_CODE, SNAPSHOT_DATA } from './embedded.ts';
import { hostileFile } from './hostile.fixture.ts';
import { MOST_EMBEDDED, reportOf } from './report.ts';

const report = (file: Uint8Array) => [...reportOf(openSnapshot(file, { digest: sha256 }), sha256)].join('');

const OWN = { boot: 'unpack()', script: 'start("…</script>")', style: '.a{}', fonts: '@font-face{}' };
const withConsole = (file: Uint8Array) =>
  [...reportOf(openSnapshot(file, { digest: sha256 }), sha256, { console: OWN, file })].join('');

/** What stands in a block of data, as a browser has it. */
function dataIn(html: string, id = SNAPSHOT_DATA): Uint8Array {
  const block = `<script type="application/octet-stream" id="${id}" data-bytes="(\\d+)">([^<]*)</script>`;
  const [, size, text] = new RegExp(block).exec(html) ?? [];
  return bytesOfDense(text, Number(size));
}
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What no parser took for markup: the text between the tags. */
const textIn = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('report', () => {
  it('tells the numbers of the moment', () => {
    const text = textIn(report(fileOf(40)));
    // Instant 4: feeds A and B of the racks give 7004 + 7004 and 6500 + 6499 watts, of 20 kW each.
    expect(text).toContain('The site drew 27 kW of a budget of 100 kW, 27.0%.');
    expect(text).toContain('A1-01 14.0 20.0 70.0 6.0');
    expect(text).toContain('A1-02 13.0 20.0 65.0 7.0');
    expect(text).toContain('Frozen 23 Nov 2026, 14:01:00 UTC. These numbers do not update.');
    expect(text).toContain('23 Nov 2026, 14:00:00 to 14:09:45 UTC');
    expect(text).toContain('16 of 16 GPUs, 15 s samples');
  });

  it('has a policy that lets nothing in and nothing run, but for its own style sheet', () => {
    const html = report(fileOf(10));
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(html) as unknown as [string, string];
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain(`style-src 'sha256-${hash}';`);
    expect(policy).not.toMatch(/unsafe|script-src|https?:|\*/);
    expect(html).not.toMatch(/<script|<link|<iframe|<object|\ssrc=|\shref=|\sstyle=|\son[a-z]+=|url\((?!#)|@import/i);
  });

  it('shows hostile names as text', () => {
    const html = report(hostileFile());
    expect(html).not.toMatch(/<script|<img|\u202e/);
    expect(html.match(/<\/title>/g)?.length).toBe(1 + 2);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('\\u202e');
  });

  it('has the console by hash, and the snapshot as it is in a block that no name can end', () => {
    const file = hostileFile();
    const html = withConsole(file);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1];
    const [own, style] = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/g)].map((match) => match[1]);
    expect(own.startsWith(OWN.fonts)).toBe(true);
    expect(policy).toBe(
      `default-src 'none'; script-src ${hashOf(OWN.boot)} ${hashOf(OWN.script)}; style-src ${hashOf(own)} ${hashOf(style)}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(Buffer.compare(dataIn(html), file)).toBe(0);
    expect(Buffer.from(dataIn(html, CONSOLE_CODE)).toString()).toBe(OWN.script);
    expect(html.match(/<script/gi)?.length).toBe(3);
    expect(html.match(/<\/script>/gi)?.length).toBe(3);
    expect(html).not.toContain('<!--');
    expect(html.endsWith(`<script>${OWN.boot}</script>\n</body>\n</html>\n`)).toBe(true);
  });

  it('takes a large file in pieces, leaves a larger one outside and says so', () => {
    const opened = openSnapshot(fileOf(10), { digest: sha256 });
    const file = Uint8Array.from({ length: (3 << 18) * 2 + 5 }, (_, i) => i * 31);
    const html = [...reportOf(opened, sha256, { console: OWN, file })].join('');
    expect(Buffer.compare(dataIn(html), file)).toBe(0);
    expect(html).toContain('The samples are in it');
    const outside = [...reportOf(opened, sha256, { console: OWN, file: new Uint8Array(MOST_EMBEDDED + 1) })].join('');
    expect(outside).toContain('The samples are too many for it');
    expect(outside).not.toMatch(/<script|script-src/);
  });

  it('says where there is no data', () => {
    const topology = smallTopology();
    // Nothing of the second rack is ever heard.
    const half = (values: Values | undefined, from: number) =>
      (values ?? []).map((value, i) => (i < from ? value : null));
    const frames = Array.from({ length: 10 }, (_, i) => {
      const { 'gpu.power': power, 'gpu.util': util, 'feed.power': feeds } = valuesAt(i);
      const values = { 'gpu.power': half(power, 8), 'gpu.util': half(util, 8), 'feed.power': half(feeds, 2) };
      return frameOf(topology, values, START + i * 15_000);
    });
    const text = textIn(report(packer(draftOf(frames), sha256).finish().bytes));
    expect(text).toContain('A1-02 No data');
    expect(text).toContain('8 GPUs did not report.');
    expect(text).toMatch(/A1-02 — 20\.0 — —/);
    expect(text).toContain('Busiest port % of its rate No data in this window');
  });
});
