import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import type { MatrixRow } from '../../../shared/fabric/matrix.ts';
import type { Freshness } from '../../live/freshness.ts';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import type { Go } from '../route.ts';
import type { InterconnectState } from './interconnect-state.ts';

/** What every panel of the interconnect gets. */
export interface InterconnectProps {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly state: InterconnectState;
  readonly freshness: Freshness;
  readonly theme: Theme;
  readonly gone: Gone | null;
  readonly go: Go;
}

/** What keys and clicks do. */
export interface Actions {
  select(row: number): void;
  /** A pod is drilled into, a leaf is chosen. */
  open(row: number): void;
  pick(row: MatrixRow): void;
  step(by: number): void;
  goTo(place: number): void;
  back(): void;
}
