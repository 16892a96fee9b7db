import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPercent, formatPower, formatPowerPair } from '../../../shared/format.ts';
import type { SiteFeed } from '../../../shared/power/site-feeds.ts';
import { colorOf } from '../../draw/palette.ts';
import { BulletBar } from '../../parts/BulletBar.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import { severityOf } from './budget-rows.ts';
import styles from './budgets.module.css';

/** The utility paths of the sites under the budget tree; nothing where none is rated. */
export function SiteFeeds(props: { layout: LayoutDocument; frame: ViewFrame; theme: Theme; gone: Gone | null }) {
  const { feeds } = props.frame.summary;
  if (feeds.length === 0) return null;
  const [{ derate }] = feeds;
  const same = feeds.every((feed) => feed.derate === derate);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.feeds} tabIndex={0} aria-label="Feeds">
      <div className={styles.feedsHead}>
        <span>Feeds</span>
        {same && derate < 1 ? <span className="num">Limit {formatPercent(derate, 0)} of rating</span> : null}
      </div>
      <ul>
        {feeds.map((feed) => (
          <li key={`${feed.site} ${feed.name}`} className={styles.feed}>
            <FeedBody {...props} feed={feed} several={props.layout.start[1] > 1} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FeedBody(props: {
  layout: LayoutDocument;
  frame: ViewFrame;
  theme: Theme;
  gone: Gone | null;
  feed: SiteFeed;
  several: boolean;
}) {
  const { layout, frame, theme, gone, feed } = props;
  const drawW = gone === null && feed.drawW !== null ? feed.drawW : Number.NaN;
  const ratio = drawW / feed.budgetW;
  const known = !Number.isNaN(ratio);
  const severity = severityOf(ratio, frame.warnRatio, frame.critRatio);
  const tone = severity === 'critical' ? styles.crit : severity === 'warning' ? styles.warn : '';
  const headroomW = feed.budgetW - drawW;
  return (
    <>
      <span className={styles.line}>
        {severity === null ? null : <Glyph severity={severity} size={11} />}
        <span className={styles.name}>
          {props.several ? `${layout.name[feed.site]} ` : ''}Feed {feed.name}
        </span>
        <span className={`num ${styles.draw}`}>
          {known ? formatPowerPair(drawW, feed.budgetW).replace(' of ', ' / ') : `— / ${formatPower(feed.budgetW)}`}
        </span>
        <span className={`num ${styles.percent} ${tone}`}>{known ? formatPercent(ratio, 1) : <Missing />}</span>
      </span>
      <BulletBar
        lost={gone?.lost !== false}
        ratio={ratio}
        warnRatio={frame.warnRatio}
        color={colorOf('limit', theme, Math.max(ratio, 0.62))}
      />
      <span className={`num ${styles.under}`}>
        {known
          ? headroomW < 0
            ? `${formatPower(-headroomW)} over limit`
            : `Headroom ${formatPower(headroomW)}`
          : 'No data'}
      </span>
    </>
  );
}
