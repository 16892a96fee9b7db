import { formatCount, formatDate, formatPercent, formatPower, formatPowerPair, formatTime } from '../../format.ts';
import { NODE, RACK } from '../../topology.ts';
import type { Snapshot } from '../document.ts';
import { Replay } from '../replay.ts';

/** Foreign text in Markdown: no markup of its own, one line. */
const plain = (text: string) => text.replace(/[\\`*_{}[\]()#+!|<>~]/g, '\\$&').replace(/\s+/g, ' ');

const moment = (time: number) => `${formatDate(time)} ${formatTime(time)}`;

const MOST_RACKS = 10;

/** A summary for a ticket: what, when, from where, the racks nearest to their budgets, alerts, what is missing. */
export function markdownOf(snapshot: Snapshot, digest: string): string {
  const { manifest, papers } = snapshot;
  const { counts, made, origins, scope } = manifest;
  const from = origins.map(({ name, kind, url }) => `${plain(name)} (${kind}${url === '' ? '' : `, ${plain(url)}`})`);
  return [
    `# ${plain(manifest.title)}`,
    '',
    `- Window: ${moment(manifest.from)} to ${moment(manifest.to)}, ${formatCount(manifest.instants)} instants`,
    `- Moment: ${moment(manifest.at)}`,
    `- Scope: ${scope === '' ? 'the whole fleet' : plain(scope)}; ${formatCount(counts.gpus)} GPUs, ${formatCount(counts.racks)} racks`,
    `- Source: ${from.length === 0 ? 'none named' : from.join('; ')}`,
    `- Taken: ${moment(made.at)}${made.by === '' ? '' : ` by ${plain(made.by)}`}, Fleetwatt ${plain(made.version)}`,
    `- SHA-256 of the manifest: \`${digest}\``,
    ...(manifest.redacted.length > 0 ? [`- Redacted: ${manifest.redacted.join(', ')}`] : []),
    '',
    ...racks(snapshot),
    ...alerts(papers.alerts),
    ...papers.notes.flatMap(({ time, who, text }, i) => [
      ...(i === 0 ? ['## Notes', ''] : []),
      `- ${moment(time)} ${plain(who)}: ${plain(text)}`,
    ]),
    ...(manifest.missing.length > 0 ? ['', '## What is missing', ''] : []),
    ...manifest.missing.map((sentence) => `- ${plain(sentence)}`),
    '',
  ].join('\n');
}

/** The fleet at the moment: totals and the racks nearest to their budgets. */
function racks(snapshot: Snapshot): string[] {
  const replay = new Replay(snapshot);
  replay.seek(replay.instantAt(snapshot.manifest.at));
  const instant = replay.view.current();
  if (!instant) return [];
  const { topology } = snapshot;
  const { summary, power, findings } = instant;
  const places = Array.from(
    { length: topology.start[NODE] - topology.start[RACK] },
    (_, i) => topology.start[RACK] + i,
  );
  const share = (place: number) => power.drawW[place] / topology.budgetW[place];
  const nearest = places
    .filter((place) => share(place) > 0)
    .sort((a, b) => share(b) - share(a))
    .slice(0, MOST_RACKS);
  return [
    `## At ${formatTime(instant.now)}`,
    '',
    `- Power: ${summary.powerAtLeast ? '≥ ' : ''}${formatPowerPair(summary.powerW, summary.budgetW)}, headroom ${formatPower(summary.headroomW)}`,
    `- Reporting: ${formatCount(summary.gpusReporting)} of ${formatCount(summary.gpus)} GPUs`,
    ...findings.slice(0, MOST_RACKS).map(({ severity, title }) => `- ${severity}: ${plain(title)}`),
    '',
    ...(nearest.length === 0 ? [] : ['| Rack | Draw | Budget | Share |', '|---|--:|--:|--:|']),
    ...nearest.map((place) => {
      const [draw, budget] = [formatPower(power.drawW[place], 'rack'), formatPower(topology.budgetW[place], 'rack')];
      return `| ${plain(topology.path[place])} | ${draw} | ${budget} | ${formatPercent(share(place), 1)} |`;
    }),
    '',
  ];
}

function alerts(list: Snapshot['papers']['alerts']): string[] {
  if (list.length === 0) return [];
  return [
    '## Alerts',
    '',
    '| Severity | Alert | State | Since | Until |',
    '|---|---|---|---|---|',
    ...list.map(
      ({ severity, title, state, since, until }) =>
        `| ${severity} | ${plain(title)} | ${state} | ${formatTime(since)} | ${until === null ? '—' : formatTime(until)} |`,
    ),
    '',
  ];
}
