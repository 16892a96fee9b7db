import type { ReactNode } from 'react';
import { Segmented } from '../../../parts/Segmented.tsx';
import { NowOnly } from '../../replay/NowOnly.tsx';
import { useRoute } from '../../route.ts';
import { Budgets } from './Budgets.tsx';
import { ChangeList } from './ChangeList.tsx';
import { Mappings } from './Mappings.tsx';
import styles from './places.module.css';
import { useSignature } from './signature.ts';
import { TopologyImport } from './TopologyImport.tsx';

const TABS = [
  { id: 'sources', label: 'Sources' },
  { id: 'mappings', label: 'Label mapping' },
  { id: 'budgets', label: 'Budgets' },
  { id: 'topology', label: 'Topology' },
  { id: 'changes', label: 'Changes' },
] as const;
type Tab = (typeof TABS)[number]['id'];

/** The parts of view 6: sources, and the places that what they bring is put in. */
export function PlaceParts(props: {
  operate: boolean;
  lost: boolean;
  /** Budgets as they were at a time of the past; left out on a live fleet. */
  budgetsThen?: ReactNode;
  children: ReactNode;
}) {
  const { route, go } = useRoute();
  const [who, setWho] = useSignature();
  const tab: Tab = TABS.find(({ id }) => id === route.params.tab)?.id ?? 'sources';
  const isOver = props.budgetsThen !== undefined;
  const common = { operate: props.operate, who };
  return (
    <main className={styles.whole}>
      <div className={styles.bar} data-region>
        <Segmented
          label="Part of sources"
          choices={TABS}
          value={tab}
          onPick={(id) => go({ view: 'sources', params: id === 'sources' ? {} : { tab: id } })}
        />
        {tab === 'sources' || !props.operate ? null : (
          <label className={styles.signature}>
            Changes signed as
            <input value={who} maxLength={100} autoComplete="off" onChange={(event) => setWho(event.target.value)} />
          </label>
        )}
      </div>
      {tab === 'sources' ? props.children : null}
      {tab === 'mappings' ? (
        isOver ? (
          <NowOnly title="Label mappings" why="They place the nodes that are there now." />
        ) : (
          <Mappings {...common} />
        )
      ) : null}
      {tab === 'budgets' ? (props.budgetsThen ?? <Budgets {...common} lost={props.lost} />) : null}
      {tab === 'topology' ? (
        isOver ? (
          <NowOnly title="Files of the topology" why="Places as they were stand on the overview." />
        ) : (
          <TopologyImport {...common} />
        )
      ) : null}
      {tab === 'changes' ? <ChangeList /> : null}
    </main>
  );
}
