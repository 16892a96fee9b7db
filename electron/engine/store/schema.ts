/**
 * All tables of fleetwatt.db, in one place. A step is applied once, in order, each in a transaction of its own; the
 * database's `user_version` is the number of steps that it has had. A step that was landed is never changed: what comes
 * later is another step at the end.
 *
 * To add tables of your own: append a step here, write by `store.write([...])` and read by `store.all(...)` of
 * database.ts. Times are epoch ms in INTEGER columns; a REAL column holds null for "no sample", never 0.
 */
export const STEPS: readonly string[] = [
  // 1: alerts
  `
  CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    kind TEXT NOT NULL,
    alert TEXT NOT NULL,
    rule TEXT NOT NULL,
    severity TEXT NOT NULL,
    domain TEXT NOT NULL,
    path TEXT NOT NULL,
    object TEXT NOT NULL,
    incident TEXT NOT NULL,
    who TEXT NOT NULL,
    text TEXT NOT NULL,
    value REAL,
    labels TEXT NOT NULL,
    -- CRC-32 of all the others: a bit that flips on the disk is told, not believed.
    crc INTEGER NOT NULL
  );
  CREATE INDEX journal_time ON journal (time);
  CREATE INDEX journal_alert ON journal (alert, seq);
  -- Alerts that are not forgotten yet, as they were last; document is JSON.
  CREATE TABLE alert (id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE silence (id TEXT PRIMARY KEY, ends INTEGER NOT NULL, document TEXT NOT NULL) WITHOUT ROWID;
  -- Rules of the pack that were changed here.
  CREATE TABLE rule (name TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
  -- One value a name: when the engine last evaluated, and the like.
  CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  `,
  // 2: what is exchanged with others
  `
  -- Silences that we made at Alertmanagers, as they were accepted; document is JSON.
  CREATE TABLE remote_silence (
    alertmanager TEXT NOT NULL,
    id TEXT NOT NULL,
    ends INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (alertmanager, id)
  ) WITHOUT ROWID;
  -- Alerts that a webhook was told to fire, or will be: their end is told as well.
  CREATE TABLE webhook_told (
    webhook TEXT NOT NULL,
    alert TEXT NOT NULL,
    fired INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (webhook, alert)
  ) WITHOUT ROWID;
  -- What a webhook has still to be told, in order.
  CREATE TABLE webhook_waiting (seq INTEGER PRIMARY KEY, webhook TEXT NOT NULL, time INTEGER NOT NULL, document TEXT NOT NULL);
  `,
  // 3: changes of places
  `
  CREATE TABLE place_change (
    seq INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    who TEXT NOT NULL,
    role TEXT NOT NULL,
    file TEXT NOT NULL,
    what TEXT NOT NULL,
    -- JSON: lines of words.
    details TEXT NOT NULL,
    -- Of what the file became: a later change from outside is seen by it.
    digest TEXT NOT NULL
  );
  CREATE INDEX place_change_file ON place_change (file, seq);
  `,
  // 4: roll-ups of sites to racks
  `
  -- The order of places and quantities that rows are in; document is JSON.
  CREATE TABLE rollup_order (id INTEGER PRIMARY KEY, document TEXT NOT NULL UNIQUE);
  -- One instant. at is its time × 2, + 1 for five minutes together; data is the deflated Float32 values and the bases.
  CREATE TABLE rollup (at INTEGER PRIMARY KEY, ordered INTEGER NOT NULL, data BLOB NOT NULL);
  `,
  // 5: what stood in the sticky gauges of each GPU
  `
  -- As they were last read, null where never: a code that differs at the next start came meanwhile.
  CREATE TABLE gpu_seen (gpu TEXT PRIMARY KEY, xid REAL, xid_count REAL, ecc REAL) WITHOUT ROWID;
  `,
  // 6: what was said of an alert beside its title
  `
  -- As its row of the journal was written: what the fleet's numbers of then do not tell any more.
  CREATE TABLE journal_detail (seq INTEGER PRIMARY KEY, detail TEXT NOT NULL);
  `,
];

/** Tables whose readable rows are carried over when a damaged database is set aside, and their keys. */
export const TABLES: readonly { readonly name: string; readonly key: string }[] = [
  { name: 'journal', key: 'seq' },
  { name: 'alert', key: 'id' },
  { name: 'silence', key: 'id' },
  { name: 'rule', key: 'name' },
  { name: 'fact', key: 'name' },
  { name: 'remote_silence', key: 'alertmanager' },
  { name: 'webhook_told', key: 'webhook' },
  { name: 'webhook_waiting', key: 'seq' },
  { name: 'place_change', key: 'seq' },
  { name: 'rollup_order', key: 'id' },
  { name: 'rollup', key: 'at' },
  { name: 'gpu_seen', key: 'gpu' },
  { name: 'journal_detail', key: 'seq' },
];
