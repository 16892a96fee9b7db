import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallArg, CallName, CallResult, Role } from '../../../shared/contract.ts';
import { calls } from '../../../shared/contract.ts';
import { decodedOf, T0 } from '../../../shared/fleet.fixture.ts';
import { Fleet } from '../../../shared/fleet.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import type { EngineContext } from '../part.ts';
import { Store } from '../store/database.ts';
import { PlacesPart } from './places-part.ts';

let folder: string;
let store: Store;
let settings: Settings;
let fleet: Fleet;
let part: PlacesPart;
let now = T0;

function start(): void {
  store = new Store(folder, now);
  const context = {
    ...{ folder, store, settings: () => settings, fleet: () => fleet, sources: () => [] },
    clock: { now: () => now },
    changeSettings: (next: Settings) => {
      settings = next;
      fleet.setMappings(next.mappings);
    },
  } as unknown as EngineContext;
  part = new PlacesPart(context);
}

/** A call as the engine makes it: the argument goes through the contract's parser. */
async function ask<Name extends CallName>(name: Name, arg: CallArg<Name>, role: Role = 'operate') {
  const answer = part.answers[name] as (arg: unknown, asker: { role: Role }) => CallResult<Name>;
  return answer(calls[name].arg.parse(arg), { role });
}

const file = (name: string) => join(folder, name);
const text = (name: string) => readFileSync(file(name), 'utf8');

function hear(...hosts: string[]): void {
  const lines = hosts.map((host) => `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-${host}",hostname="${host}"} 500\n`);
  fleet.ingest({
    ...{ key: 'one', sourceId: 'src', site: 'S', targetLabels: new Map([['pod_rack', 'k7']]), time: T0 },
    decoded: decodedOf(lines.join('')),
  });
}

beforeEach(() => {
  now = T0;
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-places-'));
  settings = defaultSettings;
  fleet = new Fleet({ mappings: [] });
  start();
});
afterEach(() => {
  store.close(now);
  rmSync(folder, { recursive: true });
});

describe('mappings', () => {
  const mapping = { label: 'node', pattern: '^sea(?<hall>\\d)-(?<row>r\\d)-(?<rack>k\\d+)-n\\d+$' };

  test('a preview says what would move where, and changes nothing', async () => {
    hear('sea2-r1-k14-n9', 'sea2-r1-k14-n10', 'mystery');
    const broken = { label: 'node', pattern: '(?<rack>' };
    const preview = await ask('previewMappings', { mappings: [broken, mapping, { label: 'node', pattern: 'sea' }] });
    expect(preview.mappings.map(({ matched, placed }) => [matched, placed])).toEqual([
      [0, 0],
      [2, 2],
      [2, 0],
    ]);
    expect(preview.mappings[0].error).toMatch(/missing closing \)|missing \)/i);
    expect(preview.mappings[2].error).toMatch(/no group \(\?<rack>/);
    expect([preview.nodes, preview.unplacedNow, preview.unplacedThen]).toEqual([3, 3, 1]);
    expect(preview.moved[0]).toEqual({
      ...{ node: 'S/sea2-r1-k14-n9', text: 'sea2-r1-k14-n9', by: 'mapping', mapping: 1 },
      ...{ before: 'S/Unmapped/Unmapped/Unmapped', after: 'S/2/r1/k14' },
    });
    // The rack that would be there, and the one that would lose two of its three.
    expect(preview.racks).toEqual([
      { path: ['S', '2', 'r1', 'k14'], before: 0, after: 2 },
      { path: ['S', 'Unmapped', 'Unmapped', 'Unmapped'], before: 3, after: 1 },
    ]);
    expect(settings.mappings).toEqual([]);
  });

  test('saved ones place nodes at once, and the log says who did it', async () => {
    hear('sea2-r1-k14-n9');
    await ask('saveMappings', { mappings: [mapping], base: [], who: 'Ada' });
    expect((await ask('placesReport', {})).placedBy).toMatchObject({ mapping: 1, nothing: 0 });
    expect(await ask('placeChanges', {})).toMatchObject([
      { who: 'Ada', role: 'operate', file: 'mappings', time: T0, details: [`added node =~ ${mapping.pattern}`] },
    ]);
    await expect(ask('saveMappings', { mappings: [], base: [], who: 'Bob' })).rejects.toThrow(/meanwhile/);
    await expect(
      ask('saveMappings', { mappings: [{ label: 'node', pattern: '(' }], base: [mapping], who: '' }),
    ).rejects.toThrow(/^Mapping 1: /);
    expect(settings.mappings).toEqual([mapping]);
  });

  test('what nobody places is listed with the labels that could; who contradicts whom is told', async () => {
    writeFileSync(file('topology.csv'), 'site,hall,row,rack,node,gpus\nS,A,A2,A2-05,n1,1\nS,A,A2,A2-05,n2,many\n');
    settings = { ...settings, mappings: [{ label: 'pod_rack', pattern: '^(?<rack>k\\d)$' }] };
    hear('n1');
    const report = await ask('placesReport', {});
    expect(report.topology.errors).toEqual([
      { file: 'topology.csv', line: 3, column: 17, message: 'gpus "many" is not a number' },
    ]);
    expect(report.conflicts).toEqual([
      { node: 'S/n1', kept: 'S/A/A2/A2-05', keptBy: 'topology', other: 'S/Hall/Row/k7', otherBy: 'mapping' },
    ]);
    settings = defaultSettings;
    hear('mystery');
    expect((await ask('placesReport', {})).unplaced).toEqual([
      { site: 'S', host: 'mystery', gpus: 1, labels: expect.arrayContaining(['pod_rack=k7', 'hostname=mystery']) },
    ]);
  });
});

describe('budgets', () => {
  const CSV = '# ours\nplace,budget_kw,owner\nS/A,1200,ops\nS/B,,nobody\n';
  const line = { place: 'S/A', budgetW: 1_300_500, feedAW: null, feedBW: null, derate: 1, priority: 2 };

  test('one line changes, all others and what we do not know stay', async () => {
    writeFileSync(file('budgets.csv'), CSV);
    const { stamp, lines } = await ask('budgetLines', {});
    expect(lines).toHaveLength(2);
    const added = { ...line, place: 'S/C', budgetW: 5000, derate: 0.8, priority: 0 };
    await ask('saveBudgets', { stamp, lines: [line, added], remove: ['S/B'], who: 'Ada' });
    expect(text('budgets.csv')).toBe('# ours\nplace,budget_kw,owner,derate,priority\nS/A,1300.5,ops,,2\nS/C,5,,0.8,\n');
    expect(text('budgets.csv.good')).toBe(CSV);
    const [change] = await ask('placeChanges', {});
    expect(change).toMatchObject({ who: 'Ada', file: 'budgets.csv', what: 'Rows: 1 added, 1 changed, 1 taken out' });
    expect(change.details).toContain('S/A: budget_kw 1200 → 1300.5, priority — → 2');
    expect((await ask('budgetLines', {})).lines.find(({ place }) => place === 'S/A')).toEqual({ ...line, own: true });
  });

  test('a file that somebody else changed meanwhile is not overwritten', async () => {
    writeFileSync(file('budgets.csv'), CSV);
    const { stamp } = await ask('budgetLines', {});
    writeFileSync(file('budgets.csv'), `${CSV}S/D,1,\n`);
    await expect(ask('saveBudgets', { stamp, lines: [line], remove: [], who: '' })).rejects.toThrow(/meanwhile/);
    expect(text('budgets.csv')).toBe(`${CSV}S/D,1,\n`);
  });

  test('nothing is half written where the folder takes no file', async () => {
    writeFileSync(file('budgets.csv'), CSV);
    const { stamp } = await ask('budgetLines', {});
    rmSync(file('budgets.csv.good'), { force: true });
    // A folder in the way of the copy: the rename onto it fails.
    const { mkdirSync } = await import('node:fs');
    mkdirSync(file('budgets.csv.good'));
    await expect(ask('saveBudgets', { stamp, lines: [line], remove: [], who: '' })).rejects.toThrow(/not be saved/);
    expect(text('budgets.csv')).toBe(CSV);
    expect(await ask('placeChanges', {})).toEqual([]);
  });

  test.each([
    [{ ...line, derate: 0 }],
    [{ ...line, budgetW: -1 }],
    [{ ...line, place: 'a/b/c/d/e' }],
    [{ ...line, place: '' }],
    [{ ...line, priority: 10 }],
  ])('%j is refused by the contract', (bad) => {
    expect(calls.saveBudgets.arg.safeParse({ stamp: '', lines: [bad], remove: [] }).success).toBe(false);
  });
});

describe('imports', () => {
  const CSV = 'site,hall,row,rack,u,node,model,gpus\nS,A,A2,A2-05,1,n1,HGX H200,8\nS,A,A2,A2-05,9,n2,HGX H200,8\n';
  const device = (name: string, rack: string) => ({
    ...{ name, site: { name: 'S' }, location: { name: 'A' }, rack: { name: rack }, position: 12 },
    ...{ role: { slug: 'gpu-server' }, device_type: { model: 'HGX H200', u_height: 8 }, custom_fields: { gpus: 8 } },
  });
  const netbox = JSON.stringify({
    results: [
      ...[device('n1', 'A2-06'), device('n3', 'A2-06'), { ...device('sw1', 'A2-06'), role: { slug: 'switch' } }],
      { name: 'A2-06', site: { name: 'S' }, location: { name: 'A' }, u_height: 42, custom_fields: { feeds: 'A+B' } },
    ],
  });
  const put = async (text = netbox) => {
    await ask('putImport', { upload: 'u1', name: 'netbox.json', text: text.slice(0, 50), first: true });
    await ask('putImport', { upload: 'u1', name: 'netbox.json', text: text.slice(50), first: false });
  };

  test('a preview tells conflicts and what is left out, and who wins is asked for', async () => {
    writeFileSync(file('topology.csv'), CSV);
    await put();
    const preview = await ask('previewImport', { upload: 'u1', prefer: 'file', drop: false });
    expect(preview).toMatchObject({ added: 2, changed: 1, removed: 0, same: 1, errors: [], skippedCount: 1 });
    expect(preview.skipped).toEqual(['netbox.json: sw1: its role is switch']);
    expect(preview.conflicts.map(({ node, field, kept, dropped }) => [node, field, kept, dropped])).toEqual([
      ['n1', 'rack', 'A2-05', 'A2-06'],
      ['n1', 'u', '1', '12'],
    ]);
    const other = await ask('previewImport', { upload: 'u1', prefer: 'import', drop: true });
    expect(other).toMatchObject({ added: 2, changed: 1, removed: 1, same: 0 });
    expect(other.changes).toContain('S/n1: rack A2-05 → A2-06, u 1 → 12, height — → 8');
    expect(text('topology.csv')).toBe(CSV);
    await ask('saveImport', { upload: 'u1', prefer: 'import', drop: true, stamp: other.stamp, who: 'Ada' });
    expect(text('topology.csv')).toBe(
      [
        'site,hall,row,rack,u,node,model,gpus,height,feeds',
        'S,A,A2,A2-06,12,n1,HGX H200,8,8,',
        'S,A,A2,A2-06,12,n3,HGX H200,8,8,',
        'S,A,A2,A2-06,,,,,42,A+B',
        '',
      ].join('\n'),
    );
    await expect(ask('previewImport', { upload: 'u1', prefer: 'file', drop: false })).rejects.toThrow(/not here/);
  });

  test('what is wrong is told with its line, and nothing can be saved of another upload', async () => {
    await ask('putImport', { upload: 'u2', name: 'x.csv', text: `${CSV}S,A,A2,,1,n9,,8\n`, first: true });
    const preview = await ask('previewImport', { upload: 'u2', prefer: 'file', drop: false });
    expect(preview.errors).toEqual([{ file: 'x.csv', line: 4, column: 8, message: 'rack is empty' }]);
    await expect(ask('previewImport', { upload: 'u1', prefer: 'file', drop: false })).rejects.toThrow(/not here/);
  });

  test('lines that were edited stand as they are now: what is emptied in them or taken out goes', async () => {
    const csv =
      'site,hall,row,rack,u,node,model,gpus\nS,A,A2,A2-05,1,n1,HGX H200,8\nS,A,A2,A2-05,2,n2,HGX H200,8\nS,A,A2,A2-05,,,NVL72,\n';
    writeFileSync(file('topology.csv'), `${csv}S,A,A2,A2-07,1,n7,,8\n`);
    const edit = async (text: string) => {
      await ask('putImport', { upload: 'u5', name: 'before.csv', text: csv, first: true });
      await ask('putImport', { upload: 'u5', name: 'lines.csv', text, first: true });
      const options = { upload: 'u5', prefer: 'import', drop: false, edited: 'before.csv' } as const;
      return { options, preview: await ask('previewImport', options) };
    };
    // A line that cannot be read is not one that was taken out.
    const broken = await edit(csv.replace('S,A,A2,A2-05,2', 'S,A,A2,,2'));
    expect(broken.preview).toMatchObject({ changed: 0, removed: 0, documents: [{ name: 'lines.csv' }] });
    expect(broken.preview.errors).toEqual([{ file: 'lines.csv', line: 3, column: 8, message: 'rack is empty' }]);
    const edited = csv
      .replace('1,n1,HGX H200', ',n1,')
      .replace(/.*n2.*\n/, '')
      .replace('NVL72', '');
    const { options, preview } = await edit(edited);
    expect(preview.changes).toEqual([
      'S/n1: u 1 → —, model HGX H200 → —',
      'S/A/A2/A2-05: model NVL72 → —',
      'S/n2: taken out',
    ]);
    await ask('saveImport', { ...options, stamp: preview.stamp, who: 'Ada' });
    expect(text('topology.csv')).toBe(
      'site,hall,row,rack,u,node,model,gpus\nS,A,A2,A2-05,,n1,,8\nS,A,A2,A2-05,,,,\nS,A,A2,A2-07,1,n7,,8\n',
    );
  });

  test('100,000 nodes are merged and written', async () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i) => `S,A,R${i % 100},R${i % 100}-${i % 5000},1,n${i},HGX H200,8`,
    );
    const big = `site,hall,row,rack,u,node,model,gpus\n${rows.join('\n')}\n`;
    for (let at = 0; at < big.length; at += 150_000)
      await ask('putImport', { upload: 'u3', name: 'big.csv', text: big.slice(at, at + 150_000), first: at === 0 });
    const preview = await ask('previewImport', { upload: 'u3', prefer: 'file', drop: false });
    expect(preview).toMatchObject({ added: 100_000, conflictCount: 0, errors: [] });
    await ask('saveImport', { upload: 'u3', prefer: 'file', drop: false, stamp: preview.stamp, who: '' });
    expect(text('topology.csv').split('\n')).toHaveLength(100_002);
    // A busy machine may take its time.
  });
});

describe('the log', () => {
  test('a file that an editor changed is in it, and one that was changed while nobody looked', async () => {
    writeFileSync(file('budgets.csv'), 'place,budget_kw\nS/A,1\n');
    now += 1000;
    part.tick(now, true);
    expect(await ask('placeChanges', {})).toMatchObject([
      { time: now, who: '', file: 'budgets.csv', what: 'Changed outside Fleetwatt. Rows: 1 added' },
    ]);
    part.tick(now, true);
    expect(await ask('placeChanges', {})).toHaveLength(1);
    store.close(now);
    writeFileSync(file('budgets.csv'), 'place,budget_kw\nS/A,2\n');
    start();
    expect((await ask('placeChanges', { most: 1 }))[0].what).toBe('Changed while Fleetwatt did not run');
    expect(await ask('placeChanges', { most: 1, before: 2 })).toMatchObject([{ seq: 1 }]);
  });

  test('a file that was touched and not changed is no change', async () => {
    writeFileSync(file('topology.csv'), 'site,hall,row,rack,node\n');
    start();
    utimesSync(file('topology.csv'), 1, 1);
    part.tick(now, true);
    expect(await ask('placeChanges', {})).toEqual([]);
  });
});
