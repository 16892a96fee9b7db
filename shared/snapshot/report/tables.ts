import { formatCount, formatDate, formatPercent, formatPower, formatTime, MISSING } from '../../format.ts';
import { fleetPower } from '../../power/fleet-power.ts';
import { HALL } from '../../topology.ts';
import type { Snapshot } from '../document.ts';
import { glyph } from './glyphs.ts';
import { type Markup, markup, NOTHING } from './markup.ts';
import { racksByShare, severityOf, type Told } from './told.ts';

/** A column that ends in ">" is one of numbers. */
function table(name: string, columns: readonly string[], rows: readonly Markup[]): Markup {
  const head = columns.map((one) =>
    one.endsWith('>')
      ? markup`<th scope="col" class="r">${one.slice(0, -1)}</th>`
      : markup`<th scope="col">${one}</th>`,
  );
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function folded(title: string, count: number, body: Markup): Markup {
  return markup`<details><summary>${title}<span>${formatCount(count)}</span></summary>${body}</details>`;
}

const RACK_COLUMNS = ['Rack', 'Draw, kW>', 'Budget, kW>', 'Use, %>', 'Headroom, kW>'];

const kilowatts = (watts: number) => (Number.isNaN(watts) ? MISSING : (watts / 1000).toFixed(1).replace('-', '−'));

function rackRow({ moment }: Told, limits: Snapshot['papers']['limits'], rack: number, name: string): Markup {
  const { drawW, atLeast } = moment.power;
  const budget = moment.frame.topology.budgetW[rack];
  const share = drawW[rack] / budget;
  const severity = Number.isNaN(drawW[rack]) ? 'nodata' : severityOf(share, limits);
  return markup`<tr><td>${severity === null ? NOTHING : glyph(severity)}${name}</td><td class="r">${atLeast[rack] === 1 && !Number.isNaN(drawW[rack]) ? '≥ ' : ''}${kilowatts(drawW[rack])}</td><td class="r">${kilowatts(budget)}</td><td class="${severity === 'critical' ? 'r hot' : 'r'}">${formatPercent(share, 1).replace('%', '')}</td><td class="r">${kilowatts(budget - drawW[rack])}</td></tr>`;
}

const MOST_NEAREST = 10;

/** The racks nearest to their budgets. */
export function nearestRacks(told: Told, limits: Snapshot['papers']['limits']): Markup {
  const { topology } = told.moment.frame;
  const rows = racksByShare(told.moment)
    .slice(0, MOST_NEAREST)
    .map((rack) => rackRow(told, limits, rack, topology.name[rack]));
  return table('Racks nearest to their budgets', RACK_COLUMNS, rows);
}

/** Every table that lies folded under the drawings. */
export function tables(snapshot: Snapshot, told: Told): Markup {
  const { papers, manifest } = snapshot;
  const racks = racksByShare(told.moment);
  const rackRows = racks.map((rack) => rackRow(told, papers.limits, rack, snapshot.topology.path[rack]));
  return markup`${folded('All racks', racks.length, table('All racks', RACK_COLUMNS, rackRows))}
${folded('Alerts', papers.alerts.length, alerts(papers.alerts))}
${folded('Numbers of the charts', snapshot.run.times.length, curves(snapshot, told))}
${folded('Signals in the snapshot', manifest.signals.length, signals(manifest.signals))}
${folded('Where the numbers come from', manifest.origins.length, origins(manifest.origins))}`;
}

const moment = (time: number | null) => (time === null ? MISSING : `${formatDate(time)} ${formatTime(time)}`);

function alerts(list: Snapshot['papers']['alerts']): Markup {
  if (list.length === 0) return markup`<p class="none">No alert of the window is in this snapshot.</p>`;
  const rows = list.map(
    ({ severity, title, detail, path, state, since, until, acknowledgedBy }) =>
      markup`<tr><td>${glyph(severity)}${title}</td><td>${detail}</td><td>${path || MISSING}</td><td>${state}</td><td class="r">${moment(since)}</td><td class="r">${moment(until)}</td><td>${acknowledgedBy || MISSING}</td></tr>`,
  );
  return table('Alerts', ['Alert', 'Detail', 'Place', 'State', 'Since>', 'Until>', 'Acknowledged by'], rows);
}

function curves({ run, topology }: Snapshot, { siteW, placeW, place, util, port, held }: Told): Markup {
  const rows = run.times.map(
    (time, i) =>
      markup`<tr><td>${formatTime(time)}</td><td class="r">${kilowatts(siteW[i])}</td><td class="r">${kilowatts(placeW[i])}</td><td class="r">${formatPercent(util[i], 1)}</td><td class="r">${formatPercent(port[i], 1)}</td><td class="r">${formatCount(held[i])}</td></tr>`,
  );
  const name = place < 0 ? 'Place' : topology.name[place];
  const columns = [
    'Time',
    'Site, kW>',
    `${name}, kW>`,
    'GPU utilisation, median>',
    'Busiest port>',
    'Held by power, GPUs>',
  ];
  return table('Numbers of the charts', columns, rows);
}

function signals(list: Snapshot['manifest']['signals']): Markup {
  const rows = list.map(
    ({ id, unit, kept, objects, samples }) =>
      markup`<tr><td>${id}</td><td>${unit}</td><td>${kept}</td><td class="r">${formatCount(objects)}</td><td class="r">${formatCount(samples)}</td></tr>`,
  );
  return table('Signals in the snapshot', ['Signal', 'Unit', 'Kept to', 'Objects>', 'Samples>'], rows);
}

function origins(list: Snapshot['manifest']['origins']): Markup {
  if (list.length === 0) return markup`<p class="none">No source is named in this snapshot.</p>`;
  const rows = list.map(
    ({ name, kind, url, queries, stepMs }) =>
      markup`<tr><td>${name}</td><td>${kind}</td><td>${url || MISSING}</td><td class="r">${stepMs / 1000} s</td><td>${queries.map((query) => markup`<code>${query}</code> `)}</td></tr>`,
  );
  return table('Where the numbers come from', ['Source', 'Kind', 'Address', 'Step>', 'Queries'], rows);
}

/** "978 kW of 1,000 kW": the draw of all sites at the moment with what is known of it. */
export function siteWords({ moment: { frame, power } }: Told): string {
  const { drawW, budgetW, atLeast } = fleetPower(frame.topology, power);
  if (Number.isNaN(drawW)) return 'No power was known at the moment.';
  const draw = `${atLeast ? 'at least ' : ''}${formatPower(drawW)}`;
  const who = frame.topology.start[HALL] === 1 ? 'The site' : 'The sites';
  return Number.isNaN(budgetW)
    ? `${who} drew ${draw}; no budget is set.`
    : `${who} drew ${draw} of a budget of ${formatPower(budgetW)}, ${formatPercent(drawW / budgetW, 1)}.`;
}
