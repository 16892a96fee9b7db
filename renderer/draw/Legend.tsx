import { scaleLinear } from 'd3';
import type { WatchSignal } from '../../shared/contract.ts';
import { withEdge } from '../../shared/limit-stops.ts';
import { formatSignal } from '../../shared/signal-text.ts';
import type { SignalId } from '../../shared/signals/catalogue.ts';
import type { Theme } from '../theme/theme.ts';
import styles from './legend.module.css';
import { colorOf, familyOf, STATES } from './palette.ts';

const WIDTH = 220;
const HEIGHT = 9;

/** What the colours of a signal mean: a stretched scale where limits matter, swatches where states do. */
export function Legend(props: Props) {
  return familyOf(props.signal) === 'state' ? <States theme={props.theme} /> : <Scale {...props} />;
}

interface Props {
  readonly signal: WatchSignal;
  readonly theme: Theme;
  /** The configured warning ratio of power budgets; the edge of power's colours stands there. */
  readonly warnRatio?: number;
  /** The value at the end of the scale of a signal of the catalogue; null for the six. */
  readonly full?: number | null;
}

function Scale({ signal, theme, warnRatio = 0.9, full = null }: Props) {
  const warn = signal === 'power' ? warnRatio : 0.9;
  const limit = familyOf(signal) === 'limit';
  // The part beyond the warning is what operators act on, so it gets half of the length.
  const x = limit
    ? scaleLinear([0, 0.5 * (warn / 0.9), warn, 1, 1.1], [0, WIDTH * 0.25, WIDTH * 0.5, WIDTH * 0.82, WIDTH])
    : scaleLinear([0, 1], [0, WIDTH]);
  const ticks = limit ? [0, 0.5, warn, 1] : full === null ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
  const words = (share: number) =>
    full === null ? String(Math.round(share * 100)) : formatSignal(signal as SignalId, share * full);
  const steps = Array.from({ length: WIDTH / 2 }, (_, i) => i * 2);
  return (
    <svg
      className={styles.scale}
      width={WIDTH + 24}
      height={HEIGHT + 18}
      viewBox={`-12 0 ${WIDTH + 24} ${HEIGHT + 18}`}
      role="img"
      aria-label={
        full === null ? `Colour scale, 0 to ${limit ? 110 : 100} percent` : `Colour scale, ${words(0)} to ${words(1)}`
      }
    >
      {steps.map((at) => (
        <rect
          key={at}
          x={at}
          width={2.4}
          height={HEIGHT}
          fill={colorOf(limit ? 'limit' : 'level', theme, limit ? withEdge(x.invert(at + 1), warn) : x.invert(at + 1))}
        />
      ))}
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(${x(tick)},0)`}>
          <line y2={HEIGHT + 3} />
          <text y={HEIGHT + 14}>{words(tick)}</text>
        </g>
      ))}
    </svg>
  );
}

function States({ theme }: { theme: Theme }) {
  return (
    <span className={styles.states}>
      {STATES.map((state) => (
        <span key={state.label}>
          <i data-pattern={state.pattern} style={{ backgroundColor: theme === 'light' ? state.light : state.dark }} />
          {state.label}
        </span>
      ))}
    </span>
  );
}
