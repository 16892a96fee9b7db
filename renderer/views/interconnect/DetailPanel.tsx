import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import { useFabricLeaf, useWatchedLinks } from '../../ask/fabric.ts';
import { waiting } from '../../ask/waiting.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { labelOf } from '../places.ts';
import styles from './interconnect.module.css';
import type { InterconnectProps } from './interconnect-props.ts';
import { LeafDetail } from './LeafDetail.tsx';
import { LinkTable } from './LinkTable.tsx';
import { rowWord } from './words.ts';

/** What is chosen: the last hour of a leaf; of other rows their links, since no history is kept of them. */
export function DetailPanel(
  props: InterconnectProps & {
    readonly matrix: FabricMatrix | null;
    readonly row: MatrixRow | undefined;
    readonly tick: number;
    readonly onPlace: (place: number) => void;
  },
) {
  const { matrix, row, layout, gone, freshness } = props;
  const leaf = matrix?.word === 'leaf';
  const history = useFabricLeaf({ kind: matrix?.kind ?? 'infiniband', key: leaf ? (row?.key ?? '') : '' }, props.tick);
  const links = useWatchedLinks(
    { under: row?.place ?? -1, kinds: matrix ? [matrix.kind] : [], most: 200 },
    props.tick,
    row !== undefined && !leaf && row.place >= 0,
  );
  const title = row === undefined ? 'Nothing chosen' : row.name;
  return (
    <section className={parts.panel} aria-label="Detail" data-region>
      <div className={parts.header}>
        <h2 className={styles.detailTitle}>
          {row?.severity ? <Glyph severity={gone === null ? row.severity : 'nodata'} size={12} /> : null}
          {title}
        </h2>
        {row === undefined || matrix === null ? null : <span className={parts.caption}>{captionOf(matrix, row)}</span>}
        {row === undefined || matrix === null ? null : row.place < 0 ? (
          <span className={`${parts.caption} ${parts.end}`}>{placeless(matrix)}</span>
        ) : (
          <button type="button" className={`${styles.chip} ${parts.end}`} onClick={() => props.onPlace(row.place)}>
            Open in {labelOf(layout, row.place)} <Kbd>G</Kbd>
          </button>
        )}
      </div>
      {row === undefined || matrix === null ? (
        <p className={styles.message}>Choose a row of the matrix to see its last hour.</p>
      ) : leaf ? (
        <LeafDetail
          {...{ matrix, row }}
          history={history.data}
          waits={waiting(history, 'Loading the last hour')}
          now={freshness.now}
          stale={gone !== null}
        />
      ) : row.place < 0 ? (
        <p className={styles.message}>Open it with Enter to see its rows and their links.</p>
      ) : (
        <LinkTable
          rows={gone === null ? links.data : []}
          waits={waiting(links, 'Loading links')}
          selected=""
          onSelect={(link) => props.onPlace(link.place)}
        />
      )}
    </section>
  );
}

/** Why a row leads nowhere on the floor. */
const placeless = ({ word }: FabricMatrix) => (word === 'leaf' ? 'No place: which nodes hang on it is not known' : '');

function captionOf(matrix: FabricMatrix, row: MatrixRow): string {
  const parts = [row.group || rowWord(matrix.word), row.where, row.about];
  return parts.filter((part) => part !== '' && part !== row.name).join(', ');
}
