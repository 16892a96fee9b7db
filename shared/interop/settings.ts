import { z } from 'zod';
import { httpUrl, secretRef, transport } from '../transport.ts';

/** Settings of what our alerts are exchanged with: Alertmanagers, webhooks, the person at this desk. */

const named = {
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  name: z.string().trim().min(1).max(80),
};

export const alertmanagerSchema = z.strictObject({
  ...named,
  /** Its address, with a path where it is served below one; the API is below it at /api/v2. */
  url: httpUrl,
  ...transport,
  /** Our alerts are sent to it. Its own are shown in any case. */
  push: z.boolean().default(true),
});
export type AlertmanagerSettings = z.infer<typeof alertmanagerSchema>;

const noQuery = (url: string): boolean => !url.includes('?');

/** The address of a console: views stand behind its '#'. */
export const consoleUrl = httpUrl.refine(noQuery, 'The address of the console has no query');

export const webhookSchema = z.strictObject({
  ...named,
  /** An address without a query, or where the whole address stands: the path or query of many is a secret. */
  url: z.union([
    httpUrl.refine(noQuery, 'A query may hold a secret: put the address into a variable or a file'),
    secretRef,
  ]),
  ...transport,
  /** Key of the signature (HMAC-SHA256). Without one, requests are not signed. */
  signingKey: secretRef.optional(),
  /** The least severity that is told. */
  least: z.enum(['critical', 'warning', 'advisory']).default('warning'),
});
export type WebhookSettings = z.infer<typeof webhookSchema>;

/** Sounds of our own, from silent to urgent. */
export const SOUNDS = ['none', 'chime', 'bell', 'alarm'] as const;
export type Sound = (typeof SOUNDS)[number];

const ofDay = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'A time of day is written 22:00');

const noticeClass = z.strictObject({ show: z.boolean(), sound: z.enum(SOUNDS) });

/** Notices, sounds and the count at whoever looks. */
export const notifySchema = z.strictObject({
  critical: noticeClass.default({ show: true, sound: 'alarm' }),
  warning: noticeClass.default({ show: true, sound: 'none' }),
  advisory: noticeClass.default({ show: false, sound: 'none' }),
  /** Loud alerts that nobody has acknowledged are counted on the taskbar, in the page's title and on its icon. */
  badge: z.boolean().default(true),
  /** Hours without notices, in the local time of whoever looks. `days`: of the beginning, 0 is Sunday. */
  quiet: z
    .array(
      z.strictObject({
        from: ofDay,
        to: ofDay,
        days: z.array(z.number().int().min(0).max(6)).min(1).max(7).default([0, 1, 2, 3, 4, 5, 6]),
        /** Critical alerts are told all the same. */
        exceptCritical: z.boolean().default(true),
      }),
    )
    .max(20)
    .default([]),
});
export type NotifySettings = z.infer<typeof notifySchema>;
