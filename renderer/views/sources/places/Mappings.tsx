import { useState } from 'react';
import type { MappingEffect, MappingPreview } from '../../../../shared/contract/places.ts';
import { formatCount, formatCountPair } from '../../../../shared/format.ts';
import type { LabelMapping } from '../../../../shared/settings.ts';
import { useHello } from '../../../ask/ask.ts';
import { useMappingPreview, usePlaceCall, usePlacesReport } from '../../../ask/places.ts';
import parts from '../../../parts/parts.module.css';
import { useRested } from '../../../parts/use-rested.ts';
import { Failure, Panel } from './Part.tsx';
import { PreviewFloor } from './PreviewFloor.tsx';
import styles from './places.module.css';
import { Rows } from './Rows.tsx';

const NONE: readonly LabelMapping[] = [];
/** A pattern is tried when the hand rests, not with every letter. */
const REST_MS = 250;

/** Mappings of labels to places, tried on the nodes that are known now. */
export function Mappings({ operate, who }: { operate: boolean; who: string }) {
  const saved = useHello().data?.settings.mappings ?? NONE;
  const [draft, setDraft] = useState<readonly LabelMapping[] | null>(null);
  const mappings = draft ?? saved;
  const tried = useRested(mappings, REST_MS);
  const preview = useMappingPreview(tried, 0);
  const save = usePlaceCall('saveMappings');
  const change = (index: number, next: LabelMapping | null) =>
    setDraft(mappings.flatMap((one, i) => (i !== index ? [one] : next === null ? [] : [next])));
  const effects = preview.data?.mappings ?? [];
  const ready =
    draft !== null && tried === mappings && preview.data !== undefined && effects.every(({ error }) => error === '');
  return (
    <div className={styles.split}>
      <Panel
        title="Label mapping"
        actions={
          operate ? (
            <>
              <button
                type="button"
                className={parts.button}
                onClick={() => setDraft([...mappings, { label: 'node', pattern: '' }])}
              >
                Add mapping
              </button>
              <button type="button" className={parts.button} disabled={draft === null} onClick={() => setDraft(null)}>
                Discard
              </button>
              <button
                type="button"
                className={parts.primary}
                disabled={!ready || save.isPending}
                onClick={() =>
                  void save.save({ mappings: [...mappings], base: [...saved], who }).then(
                    () => setDraft(null),
                    () => {},
                  )
                }
              >
                Save mappings
              </button>
            </>
          ) : null
        }
      >
        <Failure error={save.error} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className={styles.body} tabIndex={0} aria-label="Mappings">
          <p className={styles.quiet}>
            The first that matches places a node that topology.csv does not name. Named groups: <code>site</code>,{' '}
            <code>hall</code>, <code>row</code>, <code>rack</code>, <code>node</code>; <code>rack</code> must be there.
            The label <code>node</code> is the host name.
          </p>
          {mappings.map((mapping, index) => (
            <MappingFields
              // biome-ignore lint/suspicious/noArrayIndexKey: mappings have no name; their order is what they are.
              key={index}
              {...{ mapping, index, operate }}
              effect={tried === mappings ? effects[index] : undefined}
              onChange={(next) => change(index, next)}
            />
          ))}
          {mappings.length === 0 ? <p className={styles.quiet}>No mapping is set.</p> : null}
        </section>
      </Panel>
      <div className={styles.column}>
        <Moved preview={preview.data} error={preview.error} />
        <Unplaced />
      </div>
    </div>
  );
}

function MappingFields(props: {
  mapping: LabelMapping;
  index: number;
  operate: boolean;
  effect: MappingEffect | undefined;
  onChange: (next: LabelMapping | null) => void;
}) {
  const { mapping, index, operate, effect, onChange } = props;
  const id = `mapping-${index}`;
  const wrong = effect !== undefined && effect.error !== '';
  return (
    <fieldset className={styles.mapping} aria-label={`Mapping ${index + 1}`}>
      <div className={styles.mappingFields}>
        <label>
          Label
          <input
            className={`${styles.input} ${styles.mono}`}
            value={mapping.label}
            readOnly={!operate}
            spellCheck={false}
            onChange={(event) => onChange({ ...mapping, label: event.target.value })}
          />
        </label>
        <label>
          Pattern (RE2)
          <input
            className={`${styles.input} ${styles.mono}`}
            value={mapping.pattern}
            readOnly={!operate}
            spellCheck={false}
            aria-invalid={wrong}
            aria-describedby={id}
            onChange={(event) => onChange({ ...mapping, pattern: event.target.value })}
          />
        </label>
        {operate ? (
          <button
            type="button"
            className={parts.button}
            aria-label={`Remove mapping ${index + 1}`}
            onClick={() => onChange(null)}
          >
            Remove
          </button>
        ) : null}
      </div>
      <p id={id} className={wrong ? styles.fault : styles.effect} role="status">
        {effect === undefined
          ? 'Trying it on the live nodes'
          : wrong
            ? `This pattern cannot be used: ${effect.error}.`
            : `Matches ${formatCount(effect.matched)} ${effect.matched === 1 ? 'node' : 'nodes'}, places ${formatCount(effect.placed)}.`}
      </p>
    </fieldset>
  );
}

/** Nodes that would stand elsewhere. */
function Moved({ preview, error }: { preview: MappingPreview | undefined; error: unknown }) {
  const moved = preview?.moved ?? [];
  return (
    <Panel title="Preview" label="Preview of the mappings">
      <Failure error={error} />
      {preview === undefined ? null : (
        <p className={styles.facts}>
          <span>
            <strong>{formatCount(preview.movedCount)}</strong> of {formatCount(preview.nodes)} nodes would move
          </span>
          <span>
            <strong>{formatCount(preview.unplacedThen)}</strong> unmapped then, {formatCount(preview.unplacedNow)} now
          </span>
          <span>{formatCountPair(preview.gpus - preview.unplacedGpusThen, preview.gpus)} GPUs placed then</span>
        </p>
      )}
      <PreviewFloor racks={preview?.racks ?? []} />
      <Rows
        label="Nodes that would move"
        columns={[{ name: 'Node' }, { name: 'Label says' }, { name: 'Stands in' }, { name: 'Would stand in' }]}
        count={moved.length}
        empty={preview === undefined ? 'Trying the mappings on the live nodes' : 'No node would move.'}
        row={(index) => {
          const { node, text, before, after } = moved[index];
          return (
            <tr key={node}>
              <th scope="row">{node}</th>
              <td className={styles.mono}>{text}</td>
              <td>{before}</td>
              <td>{after}</td>
            </tr>
          );
        }}
      />
    </Panel>
  );
}

/** Nodes that nothing places, with the labels that could. */
function Unplaced() {
  const report = usePlacesReport();
  const unplaced = report.data?.unplaced ?? [];
  const count = report.data?.placedBy.nothing ?? 0;
  return (
    <Panel title="Unmapped">
      <Failure error={report.error} />
      {report.data === undefined || count === 0 ? null : (
        <p className={styles.facts}>
          <span>
            <strong>{formatCount(count)}</strong> nodes with {formatCount(report.data.unplacedGpus)} GPUs stand nowhere
          </span>
        </p>
      )}
      <Rows
        label="Unmapped nodes"
        columns={[{ name: 'Node' }, { name: 'GPUs', right: true }, { name: 'Labels' }]}
        count={unplaced.length}
        empty={report.data === undefined ? (report.error ? '' : 'Loading the nodes') : 'Every node has a place.'}
        row={(index) => {
          const { site, host, gpus, labels } = unplaced[index];
          return (
            <tr key={`${site}/${host}`}>
              <th scope="row">
                {site}/{host}
              </th>
              <td className={styles.right}>{formatCount(gpus)}</td>
              <td className={styles.mono}>{labels.join('  ')}</td>
            </tr>
          );
        }}
      />
    </Panel>
  );
}
