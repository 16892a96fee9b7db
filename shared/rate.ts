/**
 * The rate of a counter that may have begun within the window, as PromQL. rate() divides what was added by the whole window,
 * which is too little where a series is younger: of those the last two samples count, divided by the time between them.
 *
 * @param series a selector, with its conditions
 * @param window such as "2m"
 */
export const begunRate = (series: string, window: string): string =>
  `((rate(${series}[${window}]) and ${series} offset ${window}) or irate(${series}[${window}]))`;
