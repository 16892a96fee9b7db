import { useMemo, useState } from 'react';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import { useWatchedLinks } from '../../ask/fabric.ts';
import { waiting } from '../../ask/waiting.ts';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import styles from './interconnect.module.css';
import type { Actions, InterconnectProps } from './interconnect-props.ts';
import { LinkTable } from './LinkTable.tsx';
import { congested, RowTable } from './RowTable.tsx';
import { rowsWord, tellsMarks } from './words.ts';

type List = 'rows' | 'links';
const MOST = 200;

/** What to watch: the rows that wait longest, or single links of all four kinds. */
export function WatchPanel(
  props: InterconnectProps & {
    readonly matrix: FabricMatrix | null;
    /** Said while there is none. */
    readonly waits: string;
    readonly selected: string;
    readonly tick: number;
    readonly actions: Actions;
  },
) {
  const { matrix, gone, freshness } = props;
  const [list, setList] = useState<List>('rows');
  const [link, setLink] = useState('');
  const links = useWatchedLinks({ under: -1, kinds: [], most: MOST }, props.tick, list === 'links');
  const word = matrix === null ? 'Leaves' : capital(rowsWord(matrix.word));
  const choices: readonly Choice<List>[] = [
    { id: 'rows', label: word },
    { id: 'links', label: 'All links' },
  ];
  const rows = useMemo(() => (matrix === null || gone !== null ? [] : congested(matrix)), [matrix, gone]);
  return (
    <section className={parts.panel} aria-label="Watch list" data-region>
      <div className={parts.header}>
        <h2>{list === 'rows' ? `${word} by congestion` : 'Links by congestion'}</h2>
        <span className={`${parts.caption} ${styles.sorted}`}>
          {list === 'links' ? 'NVLink, PCIe, InfiniBand, Ethernet' : `Sorted by ${sortedBy(matrix)}`}
        </span>
        <span className={`${parts.caption} ${parts.end}`}>
          {list === 'rows' ? 'Top 5 and flagged' : `Worst ${MOST}`}
        </span>
        <Segmented label="List" choices={choices} value={list} onPick={setList} />
      </div>
      {list === 'links' ? (
        <LinkTable
          rows={gone === null ? links.data : []}
          waits={waiting(links, 'Loading links')}
          selected={link}
          onSelect={(row) => setLink(`${row.kind} ${row.label}`)}
        />
      ) : matrix === null ? (
        <p className={styles.message}>{props.waits}</p>
      ) : gone !== null ? (
        <p className={styles.message}>{gone.text}</p>
      ) : (
        <RowTable
          matrix={matrix}
          rows={rows}
          now={freshness.now}
          selected={props.selected}
          onSelect={(row) => props.actions.select(matrix.rows.indexOf(row))}
          onOpen={props.actions.pick}
        />
      )}
    </section>
  );
}

/** What `congested` puts first. */
const sortedBy = (matrix: FabricMatrix | null) =>
  matrix !== null && tellsMarks(matrix)
    ? 'ECN marks and PFC pauses'
    : matrix === null || matrix.waitKnown || matrix.ticksKnown
      ? 'wait'
      : 'use';

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
