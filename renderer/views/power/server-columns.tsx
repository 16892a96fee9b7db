import { formatCount, formatPercent } from '../../../shared/format.ts';
import { formatSignal } from '../../../shared/signal-text.ts';
import type { ServerRow } from '../../../shared/work/servers.ts';
import type { TableColumn } from '../../parts/DataTable.tsx';
import { Missing } from '../../parts/Missing.tsx';

type Quantity = Exclude<keyof ServerRow, 'model' | 'site' | 'name'>;

const column = (
  id: Quantity,
  label: string,
  unit: string | undefined,
  text: (value: number) => string,
): TableColumn<ServerRow> => ({
  ...{ id, label, right: true, descending: true, sort: (row: ServerRow) => row[id] },
  ...(unit ? { unit } : {}),
  cell: (row) => (row[id] === null ? <Missing /> : text(row[id])),
});

const percent = (share: number) => formatPercent(share, 0).replace('%', '');
const time = (seconds: number) => formatSignal('server.ttft', seconds);

/** What an inference server does and how long one waits for it. */
export const SERVERS: readonly TableColumn<ServerRow>[] = [
  { id: 'name', label: 'Server', sort: ({ name }) => name, cell: ({ name }) => <b>{name}</b> },
  column('tokensPerS', 'Tokens/s', '1/s', formatCount),
  column('waiting', 'Waiting', undefined, formatCount),
  column('firstTokenS', 'First token', 's', time),
  column('perTokenS', 'A token', 's', time),
  column('requestS', 'A request', 's', time),
  column('queueS', 'In queue', 's', time),
  column('running', 'Running', undefined, formatCount),
  column('kvCache', 'KV cache %', 'ratio', percent),
  column('cacheHits', 'Cache hits %', 'ratio', percent),
  { id: 'model', label: 'Model', sort: ({ model }) => model, cell: ({ model }) => model },
  { id: 'site', label: 'Site', sort: ({ site }) => site, cell: ({ site }) => site },
];
