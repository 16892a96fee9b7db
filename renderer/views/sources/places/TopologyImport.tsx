import { useState } from 'react';
import type { ImportPreview, PlacesReport } from '../../../../shared/contract/places.ts';
import { formatCount } from '../../../../shared/format.ts';
import { usePlaceCall, usePlacesReport, usePreviewImport, usePutImport, useTopologyText } from '../../../ask/places.ts';
import parts from '../../../parts/parts.module.css';
import { Segmented } from '../../../parts/Segmented.tsx';
import { saveText } from '../../../save/save-file.ts';
import { EditLines } from './EditLines.tsx';
import { FilePicker } from './FilePicker.tsx';
import { Failure, FileErrors, Panel } from './Part.tsx';
import styles from './places.module.css';
import { Rows } from './Rows.tsx';

/** Characters a part: a message to the engine has at most 1 MiB, and any character may take six there. */
const PART = 150_000;
const BY = {
  topology: 'a topology file',
  mapping: 'a label mapping',
  labels: 'labels of targets',
  name: 'host names',
  platform: 'the chassis',
  nothing: 'nothing',
} as const;

type Prefer = 'file' | 'import';
interface Choice {
  readonly prefer: Prefer;
  readonly drop: boolean;
  readonly edited?: string;
}
/** Lines as they were before they were edited. */
const BEFORE = 'lines-before.csv';

/** What topology.csv says, who contradicts it, and documents that are merged into it. */
export function TopologyImport({ operate, who }: { operate: boolean; who: string }) {
  const report = usePlacesReport();
  const text = useTopologyText();
  const save = async () => {
    const csv = await text.mutateAsync({}).catch(() => undefined);
    if (csv !== undefined) saveText('topology.csv', 'text/csv;charset=utf-8', csv);
  };
  return (
    <div className={styles.split}>
      <Panel
        title="Topology"
        actions={
          <button
            type="button"
            className={parts.button}
            disabled={!report.data?.topology.stamp}
            onClick={() => void save()}
          >
            Export CSV
          </button>
        }
      >
        <Failure error={report.error ?? text.error} />
        <FileErrors errors={report.data?.topology.errors ?? []} />
        {report.data === undefined ? (
          report.error ? null : (
            <p className={styles.quiet}>Loading the topology</p>
          )
        ) : (
          <Facts report={report.data} />
        )}
        <Contradictions report={report.data} />
      </Panel>
      {operate ? (
        <Import who={who} />
      ) : (
        <Panel title="Import">
          <p className={styles.quiet}>This viewer may only look.</p>
        </Panel>
      )}
    </div>
  );
}

function Facts({ report }: { report: PlacesReport }) {
  const { topology, placedBy, nodes } = report;
  const used = (Object.keys(BY) as (keyof typeof BY)[]).filter((by) => placedBy[by] > 0);
  return (
    <p className={styles.facts}>
      <span>
        topology.csv here: <strong>{formatCount(topology.rows)}</strong> nodes,{' '}
        <strong>{formatCount(topology.racks)}</strong> racks
      </span>
      {used.map((by) => (
        <span key={by}>
          <strong>{formatCount(placedBy[by])}</strong> of {formatCount(nodes)} live nodes placed by {BY[by]}
        </span>
      ))}
    </p>
  );
}

/** More names of one address are cut. */
const MOST_HOSTS = 8;

function Contradictions({ report }: { report: PlacesReport | undefined }) {
  const conflicts = (report?.conflicts ?? []).map(({ node, kept, keptBy, other, otherBy }) => [
    ...[node, kept, BY[keptBy], other, BY[otherBy]],
  ]);
  const shared = (report?.sharedAddresses ?? []).map(({ site, address, hosts }) => [
    ...[`${site}/${address}`, 'A node of its own', 'its address'],
    ...[hosts.slice(0, MOST_HOSTS).join(', ') + (hosts.length > MOST_HOSTS ? ' …' : ''), 'exporters behind it'],
  ]);
  const rows = [...conflicts, ...shared];
  return (
    <Rows
      label="Contradictions"
      columns={[{ name: 'Node' }, { name: 'Stands in' }, { name: 'By' }, { name: 'Against' }, { name: 'By what' }]}
      count={rows.length}
      empty={report === undefined ? '' : 'Nothing contradicts where nodes stand.'}
      row={(index) => {
        const [node, kept, keptBy, other, otherBy] = rows[index];
        return (
          <tr key={`${node} ${otherBy} ${other}`}>
            <th scope="row">{node}</th>
            <td>{kept}</td>
            <td>{keptBy}</td>
            <td>{other}</td>
            <td>{otherBy}</td>
          </tr>
        );
      }}
    />
  );
}

/** Files are sent in parts, merged without being saved, shown, and saved when they are as wished. */
function Import({ who }: { who: string }) {
  const put = usePutImport();
  const preview = usePreviewImport();
  const save = usePlaceCall('saveImport');
  const [upload, setUpload] = useState('');
  const [names, setNames] = useState<readonly string[]>([]);
  const [prefer, setPrefer] = useState<Prefer>('file');
  const [drop, setDrop] = useState(false);
  const [over, setOver] = useState(false);
  const [edits, setEdits] = useState<{ edited?: string }>({});
  const look = (id: string, choice: Choice) => preview.mutateAsync({ upload: id, ...choice }).catch(() => undefined);
  const take = async (files: readonly File[], choice: Choice = { prefer, drop }) => {
    setPrefer(choice.prefer);
    setEdits(choice.edited === undefined ? {} : { edited: choice.edited });
    setDrop(choice.drop);
    const id = crypto.randomUUID();
    save.reset();
    try {
      for (const file of files) {
        const whole = await file.text();
        for (let at = 0; at === 0 || at < whole.length; at += PART) {
          const part = { upload: id, name: file.name.slice(-200), text: whole.slice(at, at + PART), first: at === 0 };
          await put.mutateAsync(part);
        }
      }
    } catch {
      return;
    }
    setUpload(id);
    setNames(files.flatMap(({ name }) => (name === choice.edited ? [] : [name])));
    await look(id, choice);
  };
  const choose = (choice: Choice) => {
    setPrefer(choice.prefer);
    setDrop(choice.drop);
    if (upload !== '') void look(upload, { ...choice, ...edits });
  };
  const store = async () => {
    if (!preview.data) return;
    await save.save({ upload, prefer, drop, ...edits, stamp: preview.data.stamp, who }).then(
      () => {
        preview.reset();
        setUpload('');
        setNames([]);
      },
      () => {},
    );
  };
  const shown = upload === '' ? undefined : preview.data;
  const changes = shown ? shown.added + shown.changed + shown.removed : 0;
  return (
    <Panel
      title="Import and edit"
      actions={
        <button
          type="button"
          className={parts.primary}
          disabled={changes === 0 || save.isPending}
          onClick={() => void store()}
        >
          Save to topology.csv
        </button>
      }
    >
      <Failure error={put.error ?? preview.error ?? save.error} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className={styles.body} tabIndex={0} aria-label="Files and what they change">
        {/* biome-ignore lint/a11y/noStaticElementInteractions: files may be dropped here; the button does the same by keyboard. */}
        <div
          className={styles.drop}
          data-over={over}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={(event) => {
            event.preventDefault();
            setOver(false);
            void take([...event.dataTransfer.files]);
          }}
        >
          <FilePicker
            label="Choose files"
            accept=".csv,.yaml,.yml,.json"
            multiple
            onFiles={(files) => void take(files)}
          />
          <p className={styles.hint}>
            Or drop them here: CSV, YAML, or what NetBox answers for devices and racks as JSON.
            {names.length === 0 ? '' : ` Chosen: ${names.join(', ')}.`}
          </p>
        </div>
        <EditLines
          onCompare={(before, text) =>
            void take([new File([before], BEFORE), new File([text], 'lines.csv')], {
              ...{ prefer: 'import', drop: false, edited: BEFORE },
            })
          }
        />
        <div className={styles.options}>
          <Segmented
            label="Who wins where they disagree"
            choices={[
              { id: 'file', label: 'topology.csv wins' },
              { id: 'import', label: 'The import wins' },
            ]}
            value={prefer}
            onPick={(id) => choose({ prefer: id, drop })}
          />
          <label>
            <input
              type="checkbox"
              checked={drop}
              onChange={(event) => choose({ prefer, drop: event.target.checked })}
            />{' '}
            Take out nodes and racks that the import does not name
          </label>
        </div>
        {save.isSuccess && upload === '' ? (
          <p role="status" className={styles.quiet}>
            Saved to topology.csv.
          </p>
        ) : null}
        {shown === undefined ? null : <Effect preview={shown} />}
      </section>
    </Panel>
  );
}

function Effect({ preview }: { preview: ImportPreview }) {
  const { added, changed, removed, same, conflicts, conflictCount, skipped, skippedCount, errors, changes } = preview;
  return (
    <>
      <p className={styles.facts} role="status">
        {[
          [added, 'added'],
          [changed, 'changed'],
          [removed, 'taken out'],
          [same, 'stay'],
          [conflictCount, 'conflicts'],
          [skippedCount, 'left out'],
        ].map(([count, word]) => (
          <span key={word}>
            <strong>{formatCount(Number(count))}</strong> {word}
          </span>
        ))}
      </p>
      <FileErrors errors={errors} />
      {conflicts.length === 0 ? null : (
        <table className={styles.plain} aria-label="Conflicts">
          <thead>
            <tr>
              <th scope="col">Node or rack</th>
              <th scope="col">Field</th>
              <th scope="col">Kept</th>
              <th scope="col">Dropped</th>
            </tr>
          </thead>
          <tbody>
            {conflicts.slice(0, 100).map((conflict) => (
              <tr key={`${conflict.node} ${conflict.field} ${conflict.droppedFrom}`}>
                <th scope="row">{conflict.node}</th>
                <td>{conflict.field}</td>
                <td>
                  {conflict.kept} ({conflict.keptFrom})
                </td>
                <td>
                  {conflict.dropped} ({conflict.droppedFrom})
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul className={styles.list} aria-label="Changes of the import">
        {changes.map((text) => (
          <li key={text}>{text}</li>
        ))}
        {skipped.map((text) => (
          <li key={text}>Left out {text}</li>
        ))}
      </ul>
    </>
  );
}
