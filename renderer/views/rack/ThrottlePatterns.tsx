import { STATES } from '../../draw/palette.ts';
import type { Theme } from '../../theme/theme.ts';
import { LANES, type LaneId } from './rack-past.ts';

/** STATES by lane: SW power cap is the fourth of the throttle classes, and so on. */
const FIRST = 3;

export function laneColor(id: LaneId, theme: Theme): string {
  const state = STATES[FIRST + LANES.findIndex((lane) => lane.id === id)];
  return theme === 'light' ? state.light : state.dark;
}

export const patternOf = (id: LaneId) => `url(#lane-${id})`;

const INK: Readonly<Record<LaneId, string>> = {
  powerCap: '',
  swThermal: 'M-1 -1 7 7M-1 5 1 7M5 -1 7 1',
  hwThermal: 'M0 0 6 6M6 0 0 6',
  powerBrake: 'M0 3H6M3 0V6',
};

/** The fills of throttle reasons: colour, and a pattern that tells what colour may not (ui.md 3.3). */
export function ThrottlePatterns({ theme }: { theme: Theme }) {
  return (
    <svg width="0" height="0" aria-hidden="true" style={{ position: 'absolute' }}>
      <defs>
        {LANES.map(({ id }) => (
          <pattern key={id} id={`lane-${id}`} width={6} height={6} patternUnits="userSpaceOnUse">
            <rect width={6} height={6} fill={laneColor(id, theme)} />
            {INK[id] === '' ? null : (
              <path d={INK[id]} stroke={theme === 'light' ? '#ffffff' : '#0c0a05'} fill="none" />
            )}
          </pattern>
        ))}
        <pattern id="no-data" width={6} height={6} patternUnits="userSpaceOnUse">
          <rect width={6} height={6} fill="var(--nodata-bg)" />
          <path d="M-1 1 1 -1M-1 7 7 -1M5 7 7 5" stroke="var(--nodata)" fill="none" />
        </pattern>
      </defs>
    </svg>
  );
}
