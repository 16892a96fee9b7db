import { z } from 'zod';
import { alertmanagerSchema, consoleUrl, notifySchema, webhookSchema } from './interop/settings.ts';
import { httpUrl, transport } from './transport.ts';

/**
 * The settings document of one profile folder (`settings.json`). Secrets never stand in it: a secret is a
 * reference to an environment variable or to a file.
 */

const common = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: z.string().trim().min(1).max(80),
  /** Site that its objects belong to where topology does not say otherwise. */
  site: z.string().trim().min(1).max(80),
  ...transport,
  /**
   * Bytes that one tick of a port's transmit-wait counter stands for: (tick + 1), on older switch chips × lanes. It
   * differs by chip; without it waiting is shown in raw ticks and raises no alarm (ui.md 3.5).
   */
  waitTickBytes: z.number().positive().max(1_000_000).optional(),
  maxSeries: z.number().int().min(1).max(5_000_000).optional(),
  /** Topology, budgets and cables that come with this source (CSV files as those of the profile folder). */
  topologyFile: z.string().max(4096).optional(),
  budgetsFile: z.string().max(4096).optional(),
  fabricFile: z.string().max(4096).optional(),
};

export const prometheusSource = z.strictObject({
  ...common,
  kind: z.literal('prometheus'),
  url: httpUrl,
  /** Window of rate() for counters: at least twice the server's scrape interval. */
  rateWindow: z
    .string()
    .regex(/^[1-9][0-9]*[smh]$/)
    .default('1m'),
});

export const exportersSource = z.strictObject({
  ...common,
  kind: z.literal('exporters'),
  targets: z
    .array(z.strictObject({ url: httpUrl, labels: z.record(z.string().max(200), z.string().max(2000)).default({}) }))
    .max(200_000)
    .default([]),
  /** Prometheus file_sd files, JSON or YAML; read again when they change. */
  files: z.array(z.string().max(4096)).max(100).default([]),
});

export const sourceSchema = z.discriminatedUnion('kind', [prometheusSource, exportersSource]);
export type SourceSettings = z.infer<typeof sourceSchema>;
export type PrometheusSource = z.infer<typeof prometheusSource>;
export type ExportersSource = z.infer<typeof exportersSource>;

/** How a host name (or another label) becomes a place. Named groups: site, hall, row, rack, node. */
export const mappingSchema = z.strictObject({
  label: z.string().max(200),
  pattern: z.string().max(500),
});
export type LabelMapping = z.infer<typeof mappingSchema>;

/** What a site pays, and what it needs beside its machines. */
export const sitePriceSchema = z.strictObject({
  site: z.string().trim().min(1).max(80),
  /** Energy of the site ÷ energy of its machines. */
  pue: z.number().min(1).max(10).default(1),
  pricePerKWh: z.number().min(0).max(1000),
  currency: z.string().trim().min(1).max(8),
});
export type SitePrice = z.infer<typeof sitePriceSchema>;

export const journalSchema = z.strictObject({
  keepDays: z.number().int().min(1).max(3650).default(90),
  keepBytes: z.number().int().min(1_000_000).max(64_000_000_000).default(256_000_000),
});

export const settingsSchema = z.strictObject({
  schema: z.literal(1),
  pollMs: z.number().int().min(1000).max(60_000).default(5000),
  /** A value older than this is removed from the screen (ui.md 5). */
  staleMs: z.number().int().min(5000).max(3_600_000).default(60_000),
  warnRatio: z.number().min(0.5).max(0.99).default(0.9),
  critRatio: z.number().min(0.5).max(1.5).default(0.97),
  sources: z.array(sourceSchema).max(1000).default([]),
  mappings: z.array(mappingSchema).max(50).default([]),
  sites: z.array(sitePriceSchema).max(1000).default([]),
  /** Alertmanagers that our alerts are sent to, and whose alerts and silences are shown. */
  alertmanagers: z.array(alertmanagerSchema).max(20).default([]),
  webhooks: z.array(webhookSchema).max(20).default([]),
  /** Where others reach this console: what pages lead to. Left out: the address that the host serves it at, if it does. */
  consoleUrl: consoleUrl.optional(),
  notify: notifySchema.prefault({}),
  /** How long rows of the alert journal are kept, and how large they may become together: the oldest go first. */
  journal: journalSchema.prefault({}),
  /** Byte budget of the in-memory history. */
  historyBytes: z
    .number()
    .int()
    .min(1_000_000)
    .max(16_000_000_000)
    .default(512 * 1024 * 1024),
  /** What is always recorded for snapshots, what they may take on the disk, and when one is taken by itself. */
  snapshots: z
    .strictObject({
      ringMinutes: z.number().int().min(5).max(120).default(60),
      ringBytes: z
        .number()
        .int()
        .min(1_000_000)
        .max(4_000_000_000)
        .default(128 * 1024 * 1024),
      quotaBytes: z
        .number()
        .int()
        .min(10_000_000)
        .max(1e12)
        .default(4 * 1024 * 1024 * 1024),
      /** Takes one when an alert of this severity, or a worse one, fires. */
      onAlert: z.enum(['never', 'critical', 'warning']).default('never'),
      /** Not more often than this by itself. */
      everyMs: z.number().int().min(60_000).max(86_400_000).default(600_000),
      /** Those that were taken by themselves are removed after so many days; others never. */
      keepDays: z.number().int().min(1).max(3650).default(30),
    })
    .prefault({}),
  /** Shows this workstation as a node of the fleet and its GPUs in it. */
  workstationAsNode: z.boolean().default(false),
  /** The demo fleet is open: the host starts it with the console. */
  demo: z.boolean().default(false),
});
export type Settings = z.infer<typeof settingsSchema>;

/** What a new profile starts with. */
export const defaultSettings: Settings = settingsSchema.parse({ schema: 1 });
