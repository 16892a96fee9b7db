import { createContext, useContext } from 'react';
import type { Alert } from '../../../shared/alerting/alert.ts';

/** What a capture is about, where it is asked for from something that is shown. */
export interface CaptureAbout {
  readonly title: string;
  /** The moment, and the window around it, epoch ms. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

const HOUR = 3_600_000;
/** Before an alert began: what led to it. */
const LEAD = 900_000;

/** The window of an alert: a quarter of an hour before it began, to its end or now, an hour at most. */
export function aboutAlert({ title, activeAt, resolvedAt }: Alert, now: number): CaptureAbout {
  const end = Math.min(now, resolvedAt === null ? now : resolvedAt + 60_000, activeAt + HOUR);
  return { title, at: Math.min(activeAt, now), from: activeAt - LEAD, to: Math.max(activeAt, end) };
}

export const CaptureContext = createContext<((about: CaptureAbout) => void) | null>(null);

/** Opens the capture about something; null where nothing can be captured: in a replay, or by who may only look. */
export const useCapture = () => useContext(CaptureContext);
