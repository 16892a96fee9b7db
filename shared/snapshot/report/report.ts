import { base64Of } from '../../base64.ts';
import {
  formatCount,
  formatCountPair,
  formatDate,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatTime,
  MISSING,
} from '../../format.ts';
import { labelOf } from '../../members.ts';
import { NODE, RACK } from '../../topology.ts';
import type { Snapshot } from '../document.ts';
import type { Opened } from '../file.ts';
import { REDACTION_WORDS, REDACTIONS, type RedactionKind } from '../manifest.ts';
import { stepOf } from '../replay.ts';
import type { Digest } from '../sha256.ts';
import { bytesOfText } from '../text.ts';
import { chartStack } from './chart.ts';
import { denseText } from './dense.ts';
import { CONSOLE_CODE, CONSOLE_ROOT, CONSOLE_STYLE, frozenWords, SNAPSHOT_DATA } from './embedded.ts';
import { floorPlan } from './floor.ts';
import { glyph } from './glyphs.ts';
import { lanesOf } from './lanes.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import { folded, type Happening, sequenceOf, weightiest } from './sequence.ts';
import { REPORT_CLASS, styleSheet } from './style.ts';
import { nearestRacks, siteWords, tables } from './tables.ts';
import { scaleOf, type Told, tell } from './told.ts';

/**
 * The console as texts of our own, built for reports: a classic script, the small one that unpacks it in the page, its
 * styles, and its @font-face rules.
 */
export interface ReportConsole {
  readonly boot: string;
  readonly script: string;
  readonly style: string;
  readonly fonts: string;
}

/** What goes into a report besides the page: the console, and the snapshot's own file that it replays. */
export interface Embedded {
  readonly console: ReportConsole;
  readonly file: Uint8Array;
}

/** Larger files stay outside: a browser would have to hold them as text, as bytes and unpacked. */
export const MOST_EMBEDDED = 40 << 20;

/**
 * A snapshot as one HTML file that reads by itself: nothing loaded from anywhere, light on paper, readable without
 * scripts. Every text of the fleet is escaped, and the file's own policy would let nothing of it run. With `embedded` it
 * is the console in replay too, where scripts may run: the snapshot's file stands in it as text that no name can end.
 *
 * It comes in pieces, empty ones while instants are judged, so that a host can do other work between them.
 *
 * @param digest SHA-256 of bytes, for the policy's hashes of our own script and styles
 */
export function* reportOf(opened: Opened, digest: Digest, embedded?: Embedded): Generator<string, void> {
  const { snapshot } = opened;
  const within = embedded !== undefined && embedded.file.length <= MOST_EMBEDDED ? embedded : undefined;
  const telling = tell(snapshot);
  let step = telling.next();
  for (; step.done !== true; step = telling.next()) yield '';
  const told = step.value;
  const { boot, script, style, fonts } = within?.console ?? { boot: '', script: '', style: '', fonts: '' };
  const own = styleSheet(fonts);
  const { manifest } = snapshot;
  // Only the texts of our own go in as they are. The console's styles wait until its script runs.
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(own, within ? { boot, script, style } : null, digest)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
${markup`<title>${manifest.title}</title>`.text}
<style>${own}</style>${within ? `\n<style media="not all" id="${CONSOLE_STYLE}">${style}</style>` : ''}
</head>
<body>${within ? `\n<div id="${CONSOLE_ROOT}"></div>` : ''}
<div class="${REPORT_CLASS}">
${page(opened, told, insideWords(embedded, within)).text}
</div>
`;
  if (within) {
    yield* dataBlock(SNAPSHOT_DATA, within.file);
    yield* dataBlock(CONSOLE_CODE, bytesOfText(script));
    yield `<script>${boot}</script>\n`;
  }
  yield '</body>\n</html>\n';
}

/** Bytes that a script of the page reads; no browser runs or shows them. */
function* dataBlock(id: string, bytes: Uint8Array): Generator<string> {
  yield `<script type="application/octet-stream" id="${id}" data-bytes="${bytes.length}">`;
  yield* denseText(bytes);
  yield '</script>\n';
}

function policyOf(own: string, console: Omit<ReportConsole, 'fonts'> | null, digest: Digest): string {
  const hash = (text: string) => {
    const hex = digest(bytesOfText(text));
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
    return `'sha256-${base64Of(bytes)}'`;
  };
  const script = console ? `script-src ${hash(console.boot)} ${hash(console.script)}; ` : '';
  const styles = [own, ...(console ? [console.style] : [])].map(hash).join(' ');
  return `default-src 'none'; ${script}style-src ${styles}; img-src data:; font-src data:; base-uri 'none'; form-action 'none'`;
}

/** What the file has beside what can be read in it, and where the rest is. */
function insideWords(embedded: Embedded | undefined, within: Embedded | undefined): string {
  if (within)
    return 'This file loads nothing. The samples are in it, as is the console that replays them where scripts may run.';
  return embedded
    ? 'This file loads nothing and runs nothing. The samples are too many for it; they are in the .fwsnap file.'
    : 'This file loads nothing and runs nothing. The samples are in the .fwsnap file.';
}

const moment = (time: number) => `${formatDate(time)}, ${formatTime(time)}`;

function page({ snapshot, digest: whole, seal }: Opened, told: Told, inside: string): Markup {
  const { manifest, papers } = snapshot;
  const all = sequenceOf(snapshot, told.moment);
  const lines = folded(all);
  const shown = weightiest(lines);
  return markup`<div class="banner"><b>Incident snapshot</b><span>${frozenWords(told.moment.now)}</span></div>
<svg width="0" height="0" aria-hidden="true"><defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M0 0V5" class="hatching"/></pattern></defs></svg>
<main>
<h1>${manifest.title}</h1>
<p class="lead">${summaryWords(snapshot, told)}</p>
${provenance(snapshot, told, whole)}
<div class="two"><div>
<section aria-labelledby="happened"><h2 id="happened">What happened</h2>${chartStack(lanesOf(snapshot, told), { times: snapshot.run.times, stepMs: stepOf(snapshot.run.times), at: told.at }, onsetsOf(snapshot, shown))}</section>
<section aria-labelledby="racks"><h2 id="racks">Racks at the moment, % of budget</h2>${floorPlan(told.moment, papers.limits)}</section>
</div><div>
<section aria-labelledby="sequence"><h2 id="sequence">Sequence</h2>${lines.length > shown.length ? markup`<p class="none">The weightiest ${shown.length} of ${lines.length}; all alerts stand in their table.</p>` : NOTHING}<ol class="seq">${shown.map(happening)}</ol></section>
<section aria-labelledby="nearest"><h2 id="nearest">Racks nearest to their budgets</h2>${nearestRacks(told, papers.limits)}</section>
</div></div>
<section class="folds" aria-labelledby="tables"><h2 id="tables">Tables</h2>${tables(snapshot, told)}</section>
${footer(snapshot, told, inside, [whole, sealWords(seal)])}
</main>`;
}

function happening({ time, kind, title, detail }: Happening): Markup {
  return markup`<li><time datetime="${new Date(time).toISOString()}">${formatTime(time).slice(0, 8)}</time>${glyph(kind)}<div><b>${title}</b>${detail}</div></li>`;
}

/** Onsets of the sequence that fall in the window; those before it stand there only. */
function onsetsOf({ manifest }: Snapshot, shown: readonly Happening[]): readonly Happening[] {
  return shown.filter(
    ({ kind, time }) => kind !== 'note' && kind !== 'taken' && time >= manifest.from && time <= manifest.to,
  );
}

/** How many GPUs were silent; of none nothing good is said. */
function reportingWords({ gpus, gpusReporting }: Told['moment']['summary'], end: string): string {
  if (gpus === 0) return `No GPU was known${end}`;
  const silent = gpus - gpusReporting;
  return silent > 0 ? `${formatCount(silent)} GPUs did not report${end}` : `Every GPU reported${end}`;
}

/** What can be said in numbers, in sentences. */
function summaryWords(snapshot: Snapshot, told: Told): string {
  const { summary, frame } = told.moment;
  const { place, placeW, at } = told;
  const first = placeW.find((watts) => !Number.isNaN(watts)) ?? Number.NaN;
  const scale = scaleOf(frame.topology, place);
  const row =
    place < 0 || Number.isNaN(placeW[at])
      ? ''
      : `${labelOf(frame.topology, place)} went from ${formatPower(first, scale)} to ${formatPowerPair(placeW[at], frame.topology.budgetW[place], scale)}.`;
  const held = summary.throttled;
  const fabric = summary.fabric;
  return [
    siteWords(told),
    row,
    held === null ? '' : `${formatCount(held.gpus)} of ${formatCount(held.of)} GPUs were held back by power.`,
    fabric !== null && fabric.saturated > 0 ? `${formatCount(fabric.saturated)} ports were saturated.` : '',
    reportingWords(summary, '.'),
    snapshot.manifest.scope === '' ? '' : `Only ${snapshot.manifest.scope} is in this snapshot.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

/** Seconds that mostly lie between two instants. */
function usualStep(times: readonly number[]): number {
  const steps = times.slice(1).map((time, i) => time - times[i]);
  const middle = steps.sort((a, b) => a - b)[steps.length >> 1] ?? 0;
  return Math.round(middle / 100) / 10;
}

function provenance({ manifest, run }: Snapshot, told: Told, whole: string): Markup {
  const { from, to, made, id } = manifest;
  const { gpus, gpusReporting } = told.moment.summary;
  const samples = `${usualStep(run.times)} s samples`;
  const facts: readonly (readonly [string, Markup | string])[] = [
    ['Snapshot', markup`<code>${id.slice(0, 12)}</code>`],
    ['Window', `${moment(from).replace(' UTC', '')} to ${formatTime(to)}`],
    made.by === '' ? ['Taken', moment(made.at)] : ['Taken by', `${made.by}, ${moment(made.at)}`],
    ['Coverage', `${formatCountPair(gpusReporting, gpus)} GPUs, ${samples}`],
    ['Data SHA-256', markup`<code>${whole.slice(0, 8)} … ${whole.slice(-4)}</code>`],
  ];
  return markup`<dl class="meta">${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function footer(
  { manifest, papers }: Snapshot,
  { moment: { summary, power, frame } }: Told,
  inside: string,
  [whole, sealed]: readonly [string, string],
): Markup {
  const { warnRatio, critRatio } = papers.limits;
  const replaced = REDACTIONS.filter((kind) => manifest.redacted.includes(kind));
  const kept = REDACTIONS.filter((kind) => !replaced.includes(kind));
  const list = (kinds: readonly RedactionKind[]) =>
    kinds.map((kind) => REDACTION_WORDS[kind].toLowerCase().replace('uuid', 'UUID')).join(', ');
  const assumed = Array.from(power.atLeast.subarray(frame.topology.start[RACK], frame.topology.start[NODE])).filter(
    (one) => one === 1,
  ).length;
  return markup`<footer>
<div><h2>How to read this</h2><p>Percent is draw divided by the budget of that rack, row or hall. “≥” stands where something silent is counted at its nameplate or its last reading. “${MISSING}” is no data, never zero; lines end where data ends. The busiest port is the larger of its directions divided by its rate. Warning from ${formatPercent(warnRatio, 0)}, critical from ${formatPercent(critRatio, 0)} of a budget.</p></div>
<div><h2>What is missing</h2>${manifest.missing.map((sentence) => markup`<p>${sentence}</p>`)}<p>${reportingWords(summary, ' at the moment.')} ${assumed > 0 ? `${formatCount(assumed)} racks count something silent.` : ''}</p></div>
<div><h2>Sharing</h2><p>${replaced.length > 0 ? `Replaced by pseudonyms: ${list(replaced)}.` : 'Nothing was replaced by pseudonyms.'} ${kept.length > 0 ? `As they were: ${list(kept)}.` : ''}</p><p>${inside} The snapshot is ${sealed}. Its SHA-256: <code>${whole}</code>. Snapshot <code>${manifest.id}</code>, made with Fleetwatt ${manifest.made.version}.</p></div>
</footer>`;
}

function sealWords(seal: Opened['seal']): string {
  if (seal.kind === 'unsigned') return 'not signed';
  return seal.kind === 'signed' ? `signed by the key ${seal.key}` : `signed by the key ${seal.key}, not checked here`;
}
