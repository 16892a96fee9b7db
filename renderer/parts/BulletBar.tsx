import styles from './bullet-bar.module.css';

const END = 1.06;
const SCALE = 100 / END;

/** A share of a budget as a bar: fill to the value, a notch at the warning limit, a line at 100 %. The track runs to 106 %. */
export function BulletBar(props: {
  ratio: number;
  warnRatio: number;
  color: string;
  /** Without a ratio: it was there and is lost (hatched), or never was (an empty track). */
  lost: boolean;
}) {
  const filled = Number.isNaN(props.ratio) ? 0 : Math.min(Math.max(props.ratio, 0), END) * SCALE;
  return (
    <span className={Number.isNaN(props.ratio) && props.lost ? styles.none : styles.bar} aria-hidden="true">
      <span className={styles.track} style={{ width: `${SCALE}%` }} />
      <span className={styles.fill} style={{ width: `${filled}%`, background: props.color }} />
      <span className={styles.notch} style={{ left: `${props.warnRatio * SCALE}%` }} />
      <span className={styles.cap} style={{ left: `${SCALE}%` }} />
    </span>
  );
}
