import { scaleLinear } from 'd3';
import type { Theme } from '../theme/theme.ts';
import styles from './legend.module.css';
import { type Ramp, rampColor } from './ramp.ts';

const HEIGHT = 9;

/** The colours of a ramp with their shares; of a limit the part beyond the warning gets half of the length. */
export function RampLegend({ ramp, theme, width = 220 }: { ramp: Ramp; theme: Theme; width?: number }) {
  const limit = ramp === 'limit';
  const x = limit
    ? scaleLinear([0, 0.5, 0.9, 1, 1.1], [0, width * 0.25, width * 0.5, width * 0.82, width])
    : scaleLinear([0, 1], [0, width]);
  const ticks = limit ? [0, 0.5, 0.9, 1] : [0, 0.5, 1];
  return (
    <svg
      className={styles.scale}
      width={width + 24}
      height={HEIGHT + 18}
      viewBox={`-12 0 ${width + 24} ${HEIGHT + 18}`}
      role="img"
      aria-label={`Colour scale, 0 to ${limit ? 110 : 100} percent`}
    >
      {Array.from({ length: width / 2 }, (_, i) => i * 2).map((at) => (
        <rect key={at} x={at} width={2.4} height={HEIGHT} fill={rampColor(ramp, theme, x.invert(at + 1))} />
      ))}
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(${x(tick)},0)`}>
          <line y2={HEIGHT + 3} />
          <text y={HEIGHT + 14}>{Math.round(tick * 100)}</text>
        </g>
      ))}
    </svg>
  );
}
