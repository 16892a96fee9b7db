import { describe, expect, it } from 'vitest';
import { csvOfData, jsonOfData } from '../tables/forms.ts';
import { withPngTexts } from '../tables/png-text.ts';
import type { Papers, Snapshot } from './document.ts';
import { csvOf } from './export/csv.ts';
import { jsonOf } from './export/json.ts';
import { markdownOf } from './export/markdown.ts';
import { openMetricsOf } from './export/openmetrics.ts';
import { openSnapshot, packer } from './file.ts';
import { type Cover, REDACTIONS } from './manifest.ts';
import { redact } from './redact.ts';
import { Replay } from './replay.ts';
import { askReplay } from './replay-answers.ts';
import { bytesOfDense } from './report/dense.ts';
import { reportOf } from './report/report.ts';
import { draftOfRun } from './run-writer.ts';
import { sha256 } from './sha256.ts';
import { coverOf, draftOf, framesOf, papersOf, START, smallTopology } from './snapshot.fixture.ts';
import { readZip } from './zip.ts';

const health = (id: string, name: string, message: string): Papers['sources'][number]['sources'][number] => ({
  ...{ id, name, kind: 'prometheus', state: 'down', targets: 1, targetsUp: 0, lastMs: 3, lastOk: null, failures: 1 },
  ...{
    bytes: 0,
    hour: { questions: 0, bytes: 0 },
    series: 0,
    badSamples: 0,
    skewMs: null,
    partial: { since: START, said: `canarystore-0.canarydomain:10901 of ${name} is out of reach` },
    insecure: false,
  },
  fault: { code: 'http-401', message, hint: `ask canaryadmin of ${name}`, since: START, count: 1 },
  warnings: [`canarywarning at http://canary-user:canary-pass@${name}/canarypath?token=canarytoken`],
});

/** A snapshot in which everything that a person or a machine may have named is a canary. */
function canaries() {
  const topology = smallTopology();
  const named = (text: string) => text.replace(/[A-Za-z]*\d[\w-]*|S|A/g, (part) => `canary${part}`);
  const path = topology.path.map((one) =>
    one.startsWith('GPU-') ? `GPU-canary-${one.slice(4)}` : one.split('/').map(named).join('/'),
  );
  const last = (text: string) => text.slice(text.lastIndexOf('/') + 1);
  const gpus = topology.start[5];
  const canary = {
    ...topology,
    path,
    name: topology.name.map((name, place) => (place < gpus ? last(path[place]) : name)),
    feedName: topology.feedName.map((name, i) => (i === 3 ? 'canarypdu' : name)),
    servers: [{ site: path[0], namespace: 'canaryns', pod: 'canarypod', model: 'canarymodel' }],
    work: Array.from({ length: 16 }, (_, i) => ({ namespace: 'canaryns', pod: `canarypod-${i}`, job: 'canaryjob' })),
  };
  const rack = path[topology.start[3]];
  const cover: Partial<Cover> = {
    title: `canarytitle Rack ${last(rack)} at 97.8% for canaryuser`,
    scope: rack,
    made: { at: START, by: 'canaryuser', reason: 'person', version: '0.1.0' },
    origins: [
      {
        ...{ source: 'canarysource', name: 'canary prom', kind: 'prometheus', stepMs: 15_000 },
        url: 'http://canaryhost.canarydomain:9090/canarypath',
        queries: [`max by (UUID) (DCGM_FI_DEV_POWER_USAGE{rack="${last(rack)}",team=~"canary\\".*"})`],
      },
    ],
    missing: [`Rack ${last(rack)} was silent`, '3 instants could not be read: canaryother.canarydomain:9400 refused'],
  };
  const papers = papersOf({
    sources: [
      { from: START, badSamples: 0, sources: [health('canarysource', 'canary prom', 'canaryhost said canarysecret')] },
    ],
    alerts: [
      {
        ...{ id: '0123456789abcdef', rule: 'RackOverBudget', severity: 'critical', domain: 'power', path: rack },
        ...{
          title: `canaryruletitle ${last(rack)}`,
          detail: 'canarydetail',
          state: 'firing',
          since: START,
          until: null,
        },
        acknowledgedBy: 'canaryuser',
        labels: { severity: 'critical', rack: last(rack), team: 'canaryteam', canary_label: 'x' },
      },
      // Of an inlet, and of a node that the topology has not any more or never had in this scope.
      {
        ...{ id: '1123456789abcdef', rule: 'FeedDown on canarypdu', severity: 'warning', domain: 'power' },
        ...{ title: 'canary', detail: '', state: 'firing', since: START, until: null, acknowledgedBy: '' },
        path: 'canarysite/canaryhall/canaryrow/canaryrack/canarynode',
        labels: { alertname: 'FeedDown on canarypdu', feed: 'canarypdu', gpu: 'GPU-canary-9', node: 'canarynode' },
      },
    ],
    journal: [{ time: START, kind: 'note', alert: '0123456789abcdef', who: 'canaryuser', text: 'canarynote' }],
    rules: [{ name: 'RackOverBudget', text: 'ratio > 0.97 # canarycomment', severity: 'critical' }],
    notes: [{ time: START, who: 'canaryuser', path: rack, text: 'call canaryphone about http://canarywiki/x' }],
    cables: [
      {
        ...{ kind: 'infiniband', leaf: 'canaryleaf', leafPort: '1', spine: 'CanarySpine', spinePort: '2' },
        ...{ rail: 'canaryrail', pod: '3', rateBps: Number.NaN },
      },
    ],
    settings: {
      schema: 1,
      pollMs: 5000,
      sources: [{ kind: 'prometheus', url: 'http://canaryhost', headers: [{ name: 'X', value: 'canaryheader' }] }],
    },
  });
  return { ...draftOf(framesOf(canary, 20)), cover: coverOf(cover), papers };
}

/** Every text and every byte that leaves, as it is and as base64 and in an address. */
function leaves(file: Uint8Array): string[] {
  const opened = openSnapshot(file, { digest: sha256 });
  const { snapshot } = opened;
  const choice = { signals: null, under: '' };
  const console = { boot: '', script: '', style: '', fonts: '' };
  const report = [...reportOf(opened, sha256, { console, file })].join('');
  // What a browser has of the report's block of data, unpacked.
  const [, size, text] = /octet-stream" id="[^"]*" data-bytes="(\d+)">([^<]*)</.exec(report) ?? [];
  const within = bytesOfDense(text, Number(size));
  const texts = [
    ...[...readZip(file)].map(([name, bytes]) => `${name}\n${Buffer.from(bytes).toString('latin1')}`),
    Buffer.from(file).toString('latin1'),
    [...csvOf(snapshot, choice)].join(''),
    [...jsonOf(snapshot, choice)].join(''),
    [...openMetricsOf(snapshot, choice)].join(''),
    markdownOf(snapshot, opened.digest),
    report,
    ...[...readZip(within)].map(([name, bytes]) => `${name}\n${Buffer.from(bytes).toString('latin1')}`),
    ...shown(snapshot),
  ];
  return texts;
}

/** Whatever a replay can show and so save: pictures' texts, tables and charts are made of these and nothing else. */
function shown(snapshot: Snapshot): string[] {
  const replay = new Replay(snapshot);
  replay.seek(snapshot.run.times.length - 1);
  const { view } = replay;
  const layout = view.layout();
  const frame = view.frame({ signal: 'power', gpus: true, racks: [] }, 1);
  const asked = (['alerts', 'alertHistory', 'rules', 'energy', 'hello'] as const).map((name) =>
    JSON.stringify(askReplay(replay, name, {})),
  );
  asked.push(JSON.stringify(askReplay(replay, 'work', { under: -1 })));
  const columns = [{ label: 'Path', unit: '' }];
  const rows = (layout?.path ?? []).map((path) => [path]);
  const table = { kind: 'table', title: snapshot.manifest.title, at: null, columns, rows, quality: [] } as const;
  const png = withPngTexts(PNG, { Title: `Rack: ${layout?.path[5]}`, Source: snapshot.manifest.title });
  return [
    JSON.stringify(layout),
    JSON.stringify([frame?.sources, frame?.findings, frame?.alerts]),
    ...asked,
    csvOfData(table),
    jsonOfData(table),
    Buffer.from(png).toString('latin1'),
  ];
}

/** One pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** "canary" as text, whatever the case, and in the three ways in which base64 may write it; percent-encoded. */
const CANARY = /canary|Y2FuYXJ5|NhbmFye|jYW5hcn|%63%61%6e%61%72%79/i;

describe('redact', () => {
  it('leaves no canary in any form that leaves', () => {
    const draft = canaries();
    const open = packer(draft, sha256).finish().bytes;
    expect(leaves(open).filter((text) => CANARY.test(text)).length).toBeGreaterThan(14);
    const { names, ...redacted } = redact(draft, REDACTIONS);
    const file = packer({ ...redacted, draft: draft.draft }, sha256).finish().bytes;
    const found = leaves(file).flatMap((text) => {
      const at = text.search(CANARY);
      return at < 0 ? [] : [text.slice(Math.max(0, at - 80), at + 80)];
    });
    expect(found).toEqual([]);
    expect(names.map(({ kind }) => kind).sort()).toEqual(['devices', 'hosts', 'jobs', 'places', 'urls', 'users']);
    expect(names.find(({ kind }) => kind === 'devices')).toMatchObject({ count: 17, examples: { length: 5 } });
  });

  it('gives one name one pseudonym wherever it stands, and keeps every number', () => {
    const draft = canaries();
    const { cover, topology, papers } = redact(draft, ['hosts', 'places', 'devices', 'users', 'jobs', 'urls']);
    const rack = topology.path[topology.start[3]];
    expect(rack).toBe('site-1/hall-1/row-1/rack-1');
    expect(cover.scope).toBe(rack);
    expect(cover.title).toBe('canarytitle Rack rack-1 at 97.8% for person-1');
    // A place that is not of the fleet has a pseudonym all the same.
    expect(papers.alerts[1].path).toBe('site-2/hall-2/row-2/rack-3/node-5');
    expect(papers.alerts[1].labels).toMatchObject({ node: 'node-5', feed: 'feed-1', alertname: 'FeedDown on feed-1' });
    expect(papers.alerts[0]).toMatchObject({ path: rack, labels: { rack: 'rack-1' }, acknowledgedBy: 'person-1' });
    expect(papers.notes[0].text).toBe('call canaryphone about address');
    expect(topology.path[topology.start[5]]).toBe('gpu-1');
    expect(topology.path[topology.start[4] + 1]).toBe(`${rack}/node-2`);
    expect(topology.budgetW).toEqual(draft.topology.budgetW);
  });

  it('knows switches of the cables, and places that are gone, in every text that is kept', () => {
    const draft = canaries();
    const [, gone] = draft.papers.alerts;
    const title = 'Leaf CanaryLeaf saturated towards canaryspine, canarynode silent';
    const saturated = { ...gone, title, path: '', labels: { leaf: 'canaryleaf' } };
    const from = {
      ...draft,
      cover: { ...draft.cover, title },
      papers: { ...draft.papers, alerts: [gone, saturated], notes: [{ ...draft.papers.notes[0], text: title }] },
    };
    const { cover, papers } = redact(from, ['hosts']);
    for (const text of [cover.title, papers.alerts[1].title, papers.notes[0].text])
      expect(text).toMatch(/^Leaf switch-\d+ saturated towards switch-\d+, node-\d+ silent$/);
    expect(papers.alerts[1].labels.leaf).toBe(papers.cables[0].leaf);
  });

  it('takes out only what it is asked for, and a file that was redacted can be redacted further', () => {
    const draft = canaries();
    const some = redact(draft, ['users']);
    expect(some.topology.path).toEqual(draft.topology.path);
    expect(some.cover.made.by).toBe('person-1');
    // A label of a host is replaced with hosts, whatever becomes of jobs.
    const hosts = redact(
      {
        ...draft,
        papers: {
          ...draft.papers,
          alerts: [{ ...draft.papers.alerts[1], labels: { instance: 'canary.host:9400', pod: 'p' } }],
        },
      },
      ['hosts'],
    );
    expect(hosts.papers.alerts[0].labels).toEqual({ instance: 'instance-1', pod: 'p' });
    const { snapshot } = openSnapshot(packer({ ...some, draft: draft.draft }, sha256).finish().bytes, {
      digest: sha256,
    });
    const { manifest, topology, papers } = snapshot;
    const more = redact({ cover: manifest, topology, papers }, ['hosts']);
    expect(more.cover.redacted).toEqual(['hosts', 'users']);
    const again = packer({ ...more, draft: draftOfRun(snapshot) }, sha256).finish();
    expect(openSnapshot(again.bytes, { digest: sha256 }).snapshot.manifest.signals).toEqual(manifest.signals);
  });
});
