/** How far back a link's ups and downs are counted (alerts.md: more than 2 in 10 min is flapping). */
export const FLAP_WINDOW_MS = 600_000;
