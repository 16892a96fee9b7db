/** Where a replay is. The same object until it changes. */
export interface ReplayPosition {
  readonly instant: number;
  /** Of that instant, epoch ms. */
  readonly time: number;
  readonly playing: boolean;
  /** Recorded time ÷ time: 0.5 to 16. */
  readonly speed: number;
  /** Instants that may be shown at once; the others are judged when they are reached, or in between. */
  readonly ready: number;
}

/** Speeds that a replay may be played at. */
export const SPEEDS = [0.5, 1, 2, 4, 8, 16] as const;
