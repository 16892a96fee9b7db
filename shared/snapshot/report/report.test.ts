import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { frameOf, type Values } from '../../frame.fixture.ts';
import { openSnapshot, packer } from '../file.ts';
import { sha256 } from '../sha256.ts';
import { coverOf, draftOf, fileOf, framesOf, papersOf, START, smallTopology, valuesAt } from '../snapshot.fixture.ts';
import { reportOf } from './report.ts';

const report = (file: Uint8Array) => [...reportOf(openSnapshot(file, { digest: sha256 }), sha256)].join('');

/** What no parser took for markup: the text between the tags. */
const textIn = (html: string) =>
  html
    .replace(/<style>[\s\S]*?<\/style>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

const HOSTILE = `</title><script>alert(1)</script><img src=x onerror=alert(2)>"'&\u202e`;

function hostileFile() {
  const topology = smallTopology();
  const name = topology.name.map((one) => `${HOSTILE}${one}`);
  const papers = papersOf({
    alerts: [
      {
        ...{ id: '0123456789abcdef', rule: HOSTILE, severity: 'critical', domain: 'power', path: HOSTILE },
        ...{ title: HOSTILE, detail: HOSTILE, state: 'firing', since: START, until: null },
        ...{ acknowledgedBy: HOSTILE, labels: {} },
      },
    ],
    journal: [{ time: START, kind: 'note', alert: '', who: HOSTILE, text: HOSTILE }],
    notes: [{ time: START, who: HOSTILE, path: HOSTILE, text: HOSTILE }],
  });
  const cover = coverOf({
    title: HOSTILE,
    made: { at: START, by: HOSTILE, reason: 'person', version: '0.1.0' },
    origins: [{ source: HOSTILE, name: HOSTILE, kind: '<b>"x\'', url: HOSTILE, queries: [HOSTILE], stepMs: 15_000 }],
    missing: [HOSTILE],
  });
  return packer({ ...draftOf(framesOf({ ...topology, name }, 20), { cover, papers }) }, sha256).finish().bytes;
}

describe('report', () => {
  it('tells the numbers of the moment', () => {
    const text = textIn(report(fileOf(40)));
    // Instant 4: feeds A and B of the racks give 7004 + 7004 and 6500 + 6499 watts, of 20 kW each.
    expect(text).toContain('The sites drew 27 kW of a budget of 100 kW, 27.0%.');
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
