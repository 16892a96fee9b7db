import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { useConsole } from '../../live/console.tsx';
import { conditionKey } from '../overview/condition-groups.ts';
import type { OverviewState } from '../overview/overview-state.ts';
import { SIGNAL_CHOICES } from '../overview/signals.ts';
import { pageOf } from '../rack/rack-model.ts';
import type { Go, Route } from '../route.ts';
import { type ViewId, viewsOf } from '../views.ts';
import { CommandPalette } from './CommandPalette.tsx';
import { conditionEntries, type Entry, looksLikeFilter, placesAnswering, signalEntries } from './entries.ts';

interface Props {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly layout: LayoutDocument | null;
  readonly frame: ViewFrame | null;
  readonly state: OverviewState;
  readonly go: Go;
  lastOf(view: ViewId): Route;
  theme(): void;
  keys(): void;
  pause(): void;
  save(): void;
}

/** The palette with everything that the console can do. */
export function Palette(props: Props) {
  const { open, layout, go, lastOf } = props;
  const { report } = useConsole();
  // A rack, a node's rack and a GPU have pages of their own; what is above them stands on the overview.
  const toPlace = (place: number) => {
    const page = layout && pageOf(layout, place);
    go(page ?? { view: 'overview', object: layout?.path[place] ?? '' });
  };
  return (
    <CommandPalette
      open={open}
      onClose={props.onClose}
      entries={open ? entriesOf(props, report) : NONE}
      entriesFor={(query) =>
        looksLikeFilter(query)
          ? [
              filterEntry(query, () =>
                go({ ...lastOf('overview'), params: { ...lastOf('overview').params, filter: query } }),
              ),
            ]
          : layout === null
            ? NONE
            : placesAnswering(layout, query, toPlace)
      }
    />
  );
}

const NONE: readonly Entry[] = [];

const filterEntry = (query: string, run: () => void): Entry => ({
  ...{ id: 'filter', group: 'Filter', detail: '', keys: '' },
  ...{ label: `Filter the floor plan by ${query}`, run },
});

function entriesOf(props: Props, report: boolean): Entry[] {
  const { layout, frame, state, go, lastOf } = props;
  const overview = () => lastOf('overview');
  const action = (label: string, keys: string, run: () => void): Entry => ({
    ...{ id: label, group: 'Actions', label, keys, detail: '', run },
  });
  const pick = (signal: string) => go({ ...overview(), params: { ...overview().params, signal } });
  return [
    ...viewsOf(report).map(({ id, label }, index): Entry => {
      return { id, group: 'Views', label, detail: '', keys: `${index + 1}`, run: () => go(lastOf(id)) };
    }),
    {
      id: 'power',
      group: 'Views',
      label: 'Power',
      detail: 'stranded, feed loss, energy',
      keys: 'Shift P',
      run: () => go(lastOf('power')),
    },
    {
      id: 'compare',
      group: 'Views',
      label: 'Compare two times',
      detail: 'draw by rack, now and before',
      keys: 'K',
      run: () => go(lastOf('compare')),
    },
    ...(layout === null || frame === null
      ? []
      : conditionEntries(layout, frame.findings, (finding) => {
          go({ view: 'overview', object: layout.path[finding.place] ?? '', params: overview().params });
          state.setCondition(conditionKey(layout, finding));
        })),
    action('Filter the floor plan', 'L', () => {
      go(overview());
      state.setFiltering(true);
    }),
    action('Only flagged racks', 'F', () => {
      go(overview());
      state.setFlagged(!state.flagged);
    }),
    action('Save a picture, a table or a chart of this view', 'E', props.save),
    action('Pause or resume updates', 'Space', props.pause),
    action('Next theme: dark, light, high contrast', 'D', props.theme),
    action('All keys', '?', props.keys),
    ...SIGNAL_CHOICES.map(({ id, label, hint }): Entry => {
      return {
        ...{ id: `signal ${id}`, group: 'Colour the floor plan by', label, detail: '', keys: hint ?? '' },
        run: () => pick(id),
      };
    }),
    ...signalEntries(pick),
  ];
}
