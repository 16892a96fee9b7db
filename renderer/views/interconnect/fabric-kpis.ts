import type { Severity } from '../../../shared/contract.ts';
import type { FabricOverview, KindSummary } from '../../../shared/fabric/overview.ts';
import { formatAge, formatCount, formatLink, formatPercent } from '../../../shared/format.ts';
import type { KpiCell } from '../overview/kpi.ts';
import { compact, rowsWord } from './words.ts';

/** Counters that were read once only have no rate yet. */
const TWICE = 'Rates need two polls';
/** A server records what racks make together, and nobody looks at one of these. */
const UNREAD = 'Open a rack to read its ports';
/** Which one it is only a rack that is read tells. */
const UNTOLD = 'Recorded, not read';
const none = (kind: KindSummary | undefined, otherwise: string) =>
  kind === undefined ? otherwise : kind.unread === kind.rows ? UNREAD : TWICE;
const tick = (kind: KindSummary | undefined) =>
  kind === undefined || kind.median === null
    ? none(kind, 'No InfiniBand counters')
    : 'The tick of the counter is not known';
/** What a median or a longest is of, where not all is read. */
const ofRead = ({ unread, rows, word }: KindSummary) =>
  unread === 0 ? '' : `, of ${formatCount(rows - unread)} ${rowsWord(word, rows - unread)} read`;

type Filled = Partial<KpiCell> & Pick<KpiCell, 'value' | 'unit' | 'note'>;

/**
 * The eight numbers of the interconnect. `gone` stands in their place while nothing may be shown, `unwatched` in that of
 * what wants ten minutes.
 */
export function fabricKpis(
  overview: FabricOverview | null,
  now: number,
  gone: string,
  unwatched = 'Watched for less than 10 min',
): readonly KpiCell[] {
  const of = (kind: KindSummary['kind']) => {
    const one = overview?.kinds.find((summary) => summary.kind === kind);
    return one && one.rows > 0 ? one : undefined;
  };
  const cell = (label: string, filled: Filled | null | undefined, missing: string): KpiCell => {
    const none = { value: '—', unit: '', note: overview === null ? gone : missing };
    return { label, severity: null, noteNoData: false, place: -1, signal: null, ...(filled ?? none) };
  };
  const [ib, ethernet, nvlink] = [of('infiniband'), of('ethernet'), of('nvlink')];
  const networks = [ib, ethernet].filter((one) => one !== undefined);
  const wordOf = networks[0]?.word ?? 'leaf';
  return [
    cell(
      `Saturated ${rowsWord(wordOf)}`,
      networks.length > 0 ? saturated(ofWord(networks, wordOf), now) : null,
      none(networks[0], 'No network counters'),
    ),
    cell('Worst transmit wait', ib && worstWait(ib), tick(ib)),
    cell('InfiniBand use', ib && shareOf(ib), none(ib, 'No InfiniBand counters')),
    cell('InfiniBand throughput', ib && throughput(ib), none(ib, 'No InfiniBand counters')),
    cell('Links down', networks.length > 0 ? linksDown(networks) : null, 'No network counters'),
    cell('NVLink', nvlink && medianOf(nvlink), none(nvlink, 'No NVLink counters')),
    cell('Ethernet', ethernet && ethernetOf(ethernet), none(ethernet, 'No Ethernet counters')),
    cell('Symbol errors', errorsOf(overview), ib ? unwatched : 'No switch counters'),
  ];
}

/** Leaves are counted with leaves only. */
const ofWord = (networks: readonly KindSummary[], word: KindSummary['word']) =>
  networks.filter((one) => one.word === word);

function saturated(all: readonly KindSummary[], now: number): Filled | null {
  // Of Ethernet nothing that is recorded tells whether a full port waits.
  const networks = all.filter(({ kind, unread, rows }) => kind === 'infiniband' || unread < rows);
  // A rack with ports of both networks is one rack.
  const together = (of: (one: Pick<KindSummary, 'rows' | 'saturated'>) => number) =>
    networks.reduce((sum, one, i) => sum + of(one) - (i === 0 ? 0 : of(one.again)), 0);
  const count = together(({ saturated: rows }) => rows);
  // Of a network whose rates are not known nobody can say that none is full.
  const told = networks.every(({ median, unread, rows }) => median !== null || unread === rows);
  if (networks.length === 0 || (count === 0 && !told)) return null;
  const unwatched = networks.reduce((sum, { kind, unread }) => sum + (kind === 'ethernet' ? unread : 0), 0);
  const worst = networks.find(({ worst: one }) => one !== null)?.worst;
  const since = typeof worst?.since === 'number' ? `, ${formatAge(Math.max(0, now - worst.since))}` : '';
  return {
    value: formatCount(count),
    unit: `of ${formatCount(together(({ rows }) => rows) - unwatched)}`,
    note: worst ? `${worst.name}${since}` : count > 0 ? UNTOLD : 'Full and waiting: none',
    severity: count > 0 ? 'critical' : null,
  };
}

function worstWait(kind: KindSummary): Filled | null {
  const { longest } = kind;
  if (longest === null) return null;
  const severity: Severity | null = longest.wait > 0.05 ? 'critical' : null;
  return { value: formatPercent(longest.wait, 1), unit: 'limit 5%', note: longest.name + ofRead(kind), severity };
}

function shareOf(kind: KindSummary): Filled | null {
  const { median, p99, links } = kind;
  if (median === null) return null;
  const value = formatPercent(median, 1).replace('%', '');
  return {
    value,
    unit: '% median',
    note: `p99 ${formatPercent(p99, 1)}${ofRead(kind) || `, ${formatCount(links.of)} links`}`,
  };
}

function throughput({ txBps, rateBps }: KindSummary): Filled | null {
  if (rateBps === 0) return null;
  const [value, unit] = formatLink(txBps).split(' ');
  const [of, ofUnit] = formatLink(rateBps).split(' ');
  const whole = unit === ofUnit ? of : `${of} ${ofUnit}`;
  return {
    value: unit === 'Tb/s' ? Number(value).toFixed(0) : value,
    unit: `${unit} of ${Number.isNaN(Number(whole)) ? whole : Number(whole).toFixed(0)}`,
    note: 'Transmit, all links',
  };
}

function linksDown(networks: readonly KindSummary[]): Filled {
  const down = networks.reduce((sum, { links }) => sum + links.down, 0);
  return {
    value: formatCount(down),
    unit: `of ${formatCount(networks.reduce((sum, { links }) => sum + links.of, 0))}`,
    note: networks.find((one) => one.down !== '')?.down ?? (down > 0 ? UNTOLD : 'All links up'),
    severity: down > 0 ? 'warning' : null,
  };
}

function medianOf({ median, rows, word }: KindSummary): Filled | null {
  if (median === null) return null;
  return {
    ...{ value: formatPercent(median, 0).replace('%', ''), unit: '% median' },
    note: `${formatCount(rows)} ${rowsWord(word, rows)}`,
  };
}

function ethernetOf(kind: KindSummary): Filled | null {
  const { median, ecn, pfc } = kind;
  if (median === null) return null;
  const marks = ecn === null ? 'No ECN counters' : `ECN ${compact(ecn)}/s`;
  const pauses = pfc === null ? '' : `, PFC ${compact(pfc)}/s`;
  return { value: formatPercent(median, 0).replace('%', ''), unit: '% median', note: marks + pauses + ofRead(kind) };
}

function errorsOf(overview: FabricOverview | null): Filled | null {
  const errors = overview?.errors;
  if (!errors) return null;
  return {
    value: formatCount(errors.ports),
    unit: `${errors.ports === 1 ? 'port' : 'ports'} above 10/h`,
    note: errors.worst === '' ? 'None counted' : `Worst ${errors.worst}, ${formatCount(errors.perHour)}/h`,
  };
}
