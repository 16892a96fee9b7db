import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatAge, formatCount, formatPercent, formatPower } from '../../../shared/format.ts';
import { nameInFleet, nameOfPath } from '../../../shared/place-names.ts';
import type { EnergyRow } from '../../../shared/power/energy.ts';
import type { FeedRow, PowerReport } from '../../../shared/power/report.ts';
import type { JobRow, TokenRow, WorkReport } from '../../../shared/work/report.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import { captionOf, LIST_TITLES, type Over } from './list-captions.ts';
import styles from './power.module.css';
import { energyText, moneyText, yieldText } from './power-kpis.ts';
import type { ListId, PowerState } from './power-state.ts';
import { SERVERS } from './server-columns.tsx';

const CHOICES: readonly Choice<ListId>[] = [
  { id: 'feeds', label: 'Feeds' },
  { id: 'jobs', label: 'Jobs' },
  { id: 'tokens', label: 'Tokens' },
  { id: 'servers', label: 'Servers' },
  { id: 'lost', label: 'Lost hours' },
  { id: 'energy', label: 'Energy' },
];

const missing = (text: string) => (text === '—' ? <Missing /> : text);
type LostRow = WorkReport['lost'][number];

/** Feeds, jobs, tokens, servers, lost hours, energy: one list at a time. */
export function ListPanel(props: {
  report: PowerReport | null;
  energy: readonly EnergyRow[] | undefined;
  work: WorkReport | undefined;
  /** Said of each while it is not there. */
  waits: Readonly<Record<'report' | 'energy' | 'work', string>>;
  state: PowerState;
  now: number;
  gone: string;
  /** What is shown is over. */
  over: Over;
  layout: LayoutDocument;
  /** Path of the place that the lists are of. */
  path: string;
}) {
  const { state, over } = props;
  const title = LIST_TITLES[state.list];
  return (
    <section className={parts.panel} aria-label={title} data-region>
      <div className={`${parts.header} ${styles.header}`}>
        <h2>{title}</h2>
        <span className={`${parts.caption} ${styles.caption}`}>
          {captionOf(state.list, over, props.layout, state.place)}
        </span>
        <span className={parts.end} />
        <Segmented label="List" choices={CHOICES} value={state.list} onPick={state.setList} />
      </div>
      {props.gone === '' && ['jobs', 'tokens'].includes(state.list) ? (
        <Untold racks={props.work?.untoldRacks ?? 0} />
      ) : null}
      {props.gone !== '' ? <p className={styles.sentence}>{props.gone}</p> : <List key={state.list} {...props} />}
    </section>
  );
}

/** Recorded racks of whose work the server's rules record nothing. */
function Untold({ racks }: { racks: number }) {
  if (racks === 0) return null;
  return (
    <p className={styles.sentence}>
      What works on {formatCount(racks)} recorded {racks === 1 ? 'rack' : 'racks'} is not known yet, so no yield is
      told. If it stays so, load the file that “rules export --kind recording” of this version writes.
    </p>
  );
}

function List(props: Parameters<typeof ListPanel>[0]) {
  const { report, energy, work, waits, state } = props;
  const label = LIST_TITLES[state.list];
  const feeds = report?.feeds ?? [];
  if (state.list === 'feeds')
    return (
      <DataTable
        label={label}
        columns={feedColumns((rack) => nameInFleet(props.layout, rack), props.now, feeds.some(tellsBreakers))}
        rows={feeds}
        keyOf={({ rack, name }) => `${rack} ${name}`}
        empty={
          report === null
            ? waits.report
            : 'No PDU is read here. Fleetwatt looked for measurementsInletSensorValue, rPDU2DeviceStatusPower and their like.'
        }
      />
    );
  if (state.list === 'jobs')
    return (
      <DataTable
        label={label}
        columns={JOBS}
        rows={work?.jobs ?? []}
        keyOf={({ name, site }) => `${site} ${name}`}
        empty={
          work === undefined
            ? waits.work
            : 'No pod or job stands in the labels of the GPUs. Run dcgm-exporter with --kubernetes or with its job mapping.'
        }
      />
    );
  if (state.list === 'tokens')
    return (
      <DataTable
        label={label}
        columns={tokenColumns((path) => nameOfPath(props.layout, path))}
        rows={work?.tokens ?? []}
        keyOf={({ model, rack }) => `${model} ${rack}`}
        empty={
          work === undefined
            ? waits.work
            : 'No inference server is read. Fleetwatt looked for vllm:generation_tokens_total and its like of SGLang, TGI and Triton.'
        }
      />
    );
  if (state.list === 'servers')
    return (
      <DataTable
        label={label}
        columns={SERVERS}
        rows={work?.servers ?? []}
        keyOf={({ model, site, name }) => `${site} ${name} ${model}`}
        empty={
          work === undefined
            ? waits.work
            : 'No inference server is read. Fleetwatt looked for metrics of vLLM, SGLang, TGI and Triton.'
        }
      />
    );
  if (state.list === 'lost')
    return (
      <DataTable
        label={label}
        columns={lostColumns((path) => nameOfPath(props.layout, path))}
        rows={work?.lost ?? []}
        keyOf={({ rack }) => rack}
        sort={{ column: 'power', descending: true }}
        empty={
          work === undefined
            ? waits.work
            : props.over === 'past'
              ? 'Hours that were lost are counted live only: what held each GPU back in the hours before is not kept.'
              : props.over === 'replay'
                ? 'Hours that were lost are told at the last instant of the snapshot, where GPUs tell what holds them.'
                : 'No GPU tells its clock and what holds it. DCGM_FI_DEV_CLOCKS_EVENT_REASONS and the maximum clock are needed.'
        }
      />
    );
  return (
    <DataTable
      label={label}
      columns={props.over ? ENERGY_OVER : ENERGY}
      rows={(energy ?? []).filter(({ site }) => site === props.path.split('/')[0])}
      keyOf={({ site }) => site}
      empty={
        energy === undefined
          ? waits.energy
          : props.over
            ? 'Nothing of the time before is kept.'
            : 'Nothing was measured yet. Prices and PUE stand in settings.json under sites.'
      }
    />
  );
}

const tellsBreakers = ({ breakerUse }: FeedRow) => breakerUse !== null;

const BREAKER: TableColumn<FeedRow> = {
  ...{ id: 'breaker', label: 'Fullest breaker %', unit: 'ratio', right: true, descending: true },
  sort: ({ breakerUse }) => breakerUse,
  cell: ({ breakerUse }) => missing(formatPercent(breakerUse, 1).replace('%', '')),
};

/** @param breakers some PDU tells how full its breakers are: many do not */
function feedColumns(
  nameOf: (place: number) => string,
  now: number,
  breakers: boolean,
): readonly TableColumn<FeedRow>[] {
  const use = ({ drawW, budgetW }: FeedRow) => (drawW === null || budgetW === null ? null : drawW / budgetW);
  return [
    {
      ...{ id: 'rack', label: 'Rack', sort: ({ rack }: FeedRow) => rack, value: ({ rack }: FeedRow) => nameOf(rack) },
      cell: ({ rack }) => <b>{nameOf(rack)}</b>,
    },
    { id: 'feed', label: 'Feed', sort: ({ name }) => name, cell: ({ name }) => name },
    {
      ...{ id: 'draw', label: 'Draw', unit: 'W', right: true, descending: true, sort: ({ drawW }: FeedRow) => drawW },
      cell: ({ drawW }) => <b>{missing(formatPower(drawW, 'rack'))}</b>,
    },
    {
      ...{
        id: 'budget',
        label: 'May carry',
        unit: 'W',
        right: true,
        descending: true,
        sort: ({ budgetW }: FeedRow) => budgetW,
      },
      cell: ({ budgetW }) => missing(formatPower(budgetW, 'rack')),
    },
    {
      ...{ id: 'use', label: 'Use %', unit: 'ratio', right: true, descending: true, sort: use },
      cell: (row) => missing(formatPercent(use(row), 1).replace('%', '')),
    },
    ...(breakers ? [BREAKER] : []),
    { id: 'quality', label: 'Quality', sort: ({ quality }) => quality, cell: ({ quality }) => quality },
    {
      ...{ id: 'age', label: 'Age', right: true, sort: ({ sampled }: FeedRow) => (sampled === null ? null : -sampled) },
      ...{ unit: 's', value: ({ sampled }: FeedRow) => (sampled === null ? null : Math.max(0, now - sampled) / 1000) },
      cell: ({ sampled }) => (sampled === null ? <Missing /> : formatAge(Math.max(0, now - sampled))),
    },
  ];
}

const BOUND: Readonly<Record<JobRow['bound'], string>> = {
  idle: 'Idle',
  thermal: 'Heat',
  power: 'Power',
  network: 'Network',
  memory: 'Memory',
  compute: 'Compute',
  unknown: 'Not known',
};

const partText = (boards: number) => (Number.isInteger(boards) ? formatCount(boards) : boards.toFixed(2));

/** "8", "7.50, 1 silent", "0.33, shared": of a board that several share each has the same part. */
const boardsText = (boards: number, silent: number, shared: boolean) =>
  [partText(boards), ...(silent > 0 ? [`${partText(silent)} silent`] : []), ...(shared ? ['shared'] : [])].join(', ');

const JOBS: readonly TableColumn<JobRow>[] = [
  { id: 'name', label: 'Job or pod', sort: ({ name }) => name, cell: ({ name }) => <b>{name}</b> },
  { id: 'site', label: 'Site', sort: ({ site }) => site, cell: ({ site }) => site },
  { id: 'bound', label: 'Bound by', sort: ({ bound }) => BOUND[bound], cell: ({ bound }) => BOUND[bound] },
  {
    id: 'evidence',
    label: 'Evidence',
    value: ({ evidence }) => evidence.join('; '),
    cell: ({ evidence }) => evidence.join('; '),
  },
  {
    ...{ id: 'gpus', label: 'GPUs', right: true, descending: true, sort: ({ gpus }: JobRow) => gpus },
    cell: ({ gpus, silentGpus, sharedGpus }) => boardsText(gpus, silentGpus, sharedGpus !== 0),
  },
  {
    ...{ id: 'nodes', label: 'Nodes', right: true, descending: true, sort: ({ nodes }: JobRow) => nodes },
    cell: ({ nodes }) => (nodes === null ? <Missing /> : formatCount(nodes)),
  },
  {
    ...{
      id: 'power',
      label: 'Board power',
      unit: 'W',
      right: true,
      descending: true,
      sort: ({ powerW }: JobRow) => powerW,
    },
    cell: ({ powerW, silentGpus }) => (
      <>
        {silentGpus > 0 && powerW !== null ? '≥ ' : ''}
        {missing(formatPower(powerW, 'rack'))}
      </>
    ),
  },
  {
    ...{ id: 'util', label: 'Use %', unit: 'ratio', right: true, descending: true, sort: ({ util }: JobRow) => util },
    cell: ({ util }) => missing(formatPercent(util, 0).replace('%', '')),
  },
];

const tokenColumns = (nameOf: (path: string) => string): readonly TableColumn<TokenRow>[] => [
  { id: 'model', label: 'Model', sort: ({ model }) => model, cell: ({ model }) => <b>{model}</b> },
  {
    ...{ id: 'rack', label: 'Rack', sort: ({ rack }: TokenRow) => rack },
    cell: ({ rack }) => (rack === '' ? 'all' : nameOf(rack)),
  },
  {
    ...{
      id: 'tps',
      label: 'Tokens/s',
      unit: '1/s',
      right: true,
      descending: true,
      sort: ({ tokensPerS }: TokenRow) => tokensPerS,
    },
    cell: ({ tokensPerS }) => formatCount(tokensPerS),
  },
  {
    ...{
      id: 'power',
      label: 'Board power',
      unit: 'W',
      right: true,
      descending: true,
      sort: ({ powerW }: TokenRow) => powerW,
    },
    cell: ({ powerW }) => formatPower(powerW, 'rack'),
  },
  {
    ...{ id: 'tpj', label: 'Tokens/J', unit: '1/J', right: true, descending: true },
    sort: ({ tokensPerJoule }) => tokensPerJoule,
    cell: ({ tokensPerJoule }) => <b>{missing(yieldText(tokensPerJoule))}</b>,
  },
  {
    ...{ id: 'jpt', label: 'J/token', unit: 'J', right: true, descending: true },
    sort: ({ joulesPerToken }) => joulesPerToken,
    cell: ({ joulesPerToken }) => missing(yieldText(joulesPerToken)),
  },
  {
    ...{ id: 'gpus', label: 'GPUs', right: true, descending: true, sort: ({ gpus }: TokenRow) => gpus },
    cell: ({ gpus, silentGpus, shared }) => boardsText(gpus, silentGpus, shared),
  },
  {
    ...{ id: 'servers', label: 'Servers', right: true, descending: true, sort: ({ servers }: TokenRow) => servers },
    cell: ({ servers }) => formatCount(servers),
  },
];

const hours = (value: number) => `${value < 9.95 ? value.toFixed(2) : value.toFixed(0)} h`;
const lostColumn = (id: 'power' | 'thermal' | 'watched', label: string): TableColumn<LostRow> => ({
  ...{ id, label, unit: 'h', right: true, descending: true, sort: (row: LostRow) => row[id] },
  cell: (row) => hours(row[id]),
});

const lostColumns = (nameOf: (path: string) => string): readonly TableColumn<LostRow>[] => [
  {
    ...{ id: 'rack', label: 'Rack', sort: ({ rack }: LostRow) => rack },
    cell: ({ rack }) => <b>{nameOf(rack)}</b>,
  },
  lostColumn('power', 'To power'),
  lostColumn('thermal', 'To heat'),
  lostColumn('watched', 'Watched'),
  {
    ...{ id: 'share', label: 'Lost %', unit: 'ratio', right: true, descending: true },
    sort: ({ power, thermal, watched }) => (watched > 0 ? (power + thermal) / watched : null),
    cell: ({ power, thermal, watched }) =>
      watched > 0 ? formatPercent((power + thermal) / watched, 1).replace('%', '') : <Missing />,
  },
];

const ENERGY: readonly TableColumn<EnergyRow>[] = [
  { id: 'site', label: 'Site', sort: ({ site }) => site, cell: ({ site }) => <b>{site}</b> },
  {
    ...{ id: 'kwh', label: 'IT energy', unit: 'kWh', right: true, descending: true, sort: ({ kWh }: EnergyRow) => kWh },
    cell: ({ kWh }) => <b>{energyText(kWh)}</b>,
  },
  {
    ...{
      id: 'measured',
      label: 'Measured',
      unit: 'min',
      right: true,
      sort: ({ measuredMin }: EnergyRow) => measuredMin,
    },
    cell: ({ measuredMin }) => formatAge(measuredMin * 60_000),
  },
  {
    ...{ id: 'gap', label: 'Not known', unit: 'min', right: true, sort: ({ gapMin }: EnergyRow) => gapMin },
    cell: ({ gapMin }) => (gapMin === 0 ? '0' : formatAge(gapMin * 60_000)),
  },
  {
    ...{
      id: 'facility',
      label: 'With PUE',
      unit: 'kWh',
      right: true,
      sort: ({ facilityKWh }: EnergyRow) => facilityKWh,
    },
    cell: ({ facilityKWh }) => (facilityKWh === null ? <Missing /> : energyText(facilityKWh)),
  },
  {
    ...{
      id: 'cost',
      label: 'Cost',
      value: ({ cost, currency }: EnergyRow) => (cost === null ? null : `${cost} ${currency}`),
      right: true,
      sort: ({ cost }: EnergyRow) => cost,
    },
    cell: ({ cost, currency }) => missing(moneyText(cost, currency)),
  },
  {
    ...{ id: 'hourly', label: 'An hour now', right: true, sort: ({ costPerHour }: EnergyRow) => costPerHour },
    value: ({ costPerHour, currency }) => (costPerHour === null ? null : `${costPerHour} ${currency}`),
    cell: ({ costPerHour, currency }) => missing(moneyText(costPerHour, currency)),
  },
];

const ENERGY_OVER = ENERGY.map((column) => (column.id === 'hourly' ? { ...column, label: 'An hour then' } : column));
