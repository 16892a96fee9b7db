import { LIMIT, type Stop } from '../../limit-stops.ts';

const STEPS = 110;

/** The colour step of a share: whole percent, 0–110, cut off so that none is coloured as if it were past an edge. */
export const stepOfShare = (share: number) => Math.floor(Math.min(1.1, Math.max(0, share)) * 100 + 1e-6);

const TOKENS = {
  light: `--bg:#f4f6f7;--bg-2:#fbfcfc;--line-1:#d9dfe4;--line-2:#c2cbd3;--line-3:#74818e;--tx-1:#12181d;--tx-2:#39444e;--tx-3:#55616c;--accent:#0b5cab;--crit:#b3201a;--on-crit:#fff;--warn:#8a5a00;--on-warn:#fff;--adv:#0b5cab;--nodata:#5d4b8c;--nodata-bg:#ece8f5`,
  dark: `--bg:#101418;--bg-2:#161b20;--line-1:#20272e;--line-2:#2f3942;--line-3:#657381;--tx-1:#e8edf1;--tx-2:#b3bec8;--tx-3:#8b98a5;--accent:#9cc9f5;--crit:#ff6a55;--on-crit:#1b0503;--warn:#f0b040;--on-warn:#1d1400;--adv:#7cb7ee;--nodata:#a597c9;--nodata-bg:#211d2e`,
};

const BODY = `
*{box-sizing:border-box;margin:0;padding:0}
&{min-height:100vh;background:var(--bg);color:var(--tx-2);font:400 13px/18px Inter,"Inter Variable","Segoe UI",system-ui,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
.banner{background:var(--tx-1);color:var(--bg);min-height:34px;padding:8px 24px;display:flex;flex-wrap:wrap;justify-content:center;gap:4px 28px}
.banner b{font-weight:600}
main{max-width:1608px;margin:0 auto;padding:28px 24px 48px}
h1{margin:0;max-width:1300px;font-size:34px;line-height:42px;font-weight:620;letter-spacing:-.022em;color:var(--tx-1);overflow-wrap:anywhere}
.lead{font-size:16px;line-height:25px;max-width:1180px;margin:10px 0 0}
.meta{display:flex;flex-wrap:wrap;justify-content:space-between;gap:10px 32px;margin:24px 0 0;padding:12px 0;border-top:1px solid var(--line-2);border-bottom:1px solid var(--line-2)}
.meta dt{font-size:12px;color:var(--tx-3)}.meta dd{margin:1px 0 0;font-weight:550;color:var(--tx-1);overflow-wrap:anywhere}
code{font:12px/18px "JetBrains Mono","Cascadia Mono",Consolas,Menlo,"DejaVu Sans Mono",monospace}
h2{margin:0 0 10px;font-size:17px;line-height:24px;font-weight:600;letter-spacing:-.01em;color:var(--tx-1)}
section{margin-top:26px}
.two{display:grid;grid-template-columns:minmax(0,1000fr) minmax(0,516fr);gap:0 44px}
.halls{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:16px 20px}
figure{margin:0}figcaption{margin-bottom:6px;color:var(--tx-3)}figcaption b{color:var(--tx-1);font-weight:600;margin-right:10px}
svg{display:block;width:100%;height:auto;overflow:visible;font-family:inherit}
svg.glyph{display:inline-block;width:12px;height:12px;flex:none}
text{fill:var(--tx-2);font-size:11px}
.name{font-size:13px;font-weight:600;fill:var(--tx-1)}.axis,.now .axis{font-size:11px;font-weight:500;fill:var(--tx-3);font-feature-settings:"tnum"}
.mid{text-anchor:middle}.end{text-anchor:end}.lost{fill:var(--nodata)}
.rule{stroke:var(--line-1)}.base{stroke:var(--line-2)}.onset{stroke:var(--tx-3);stroke-dasharray:1 4}
.area{fill:var(--tx-3);opacity:.13}.line{fill:none;stroke:var(--tx-1);stroke-width:1.8;stroke-linejoin:round}.line.over{stroke:var(--crit);stroke-width:2.6}
.over-line{paint-order:stroke;stroke:var(--bg);stroke-width:3px}.limit{stroke:var(--tx-1);stroke-width:1.3}.dash{stroke-dasharray:5 3}
.end-dot{fill:var(--tx-1)}.end-over{fill:var(--crit)}
.now{font-size:20px;font-weight:600;fill:var(--tx-1)}.now.over{fill:var(--crit);font-weight:680}
.crit{fill:var(--crit)}.warn{fill:var(--warn)}.adv{fill:var(--adv)}
.on-crit{stroke:var(--on-crit);stroke-width:1.5}.on-warn{stroke:var(--on-warn);stroke-width:1.4}
.ring{fill:none;stroke:var(--adv);stroke-width:1.6}.dashed{fill:none;stroke:var(--nodata);stroke-width:1.4;stroke-dasharray:2.4 1.6}
.slash{stroke:var(--nodata);stroke-width:1.4}.dot{fill:none;stroke:var(--tx-3);stroke-width:1.4}.tick{fill:none;stroke:var(--tx-1);stroke-width:1.6}
.row{font-size:12px;font-weight:600;fill:var(--tx-1)}
.cell{stroke:var(--line-2);stroke-width:1}.plain .cell{fill:var(--bg-2)}.plain text{fill:var(--tx-1)}
.lost-cell .cell,.part{fill:var(--nodata-bg)}.lost-cell text{fill:var(--tx-1)}
.lost-cell text{paint-order:stroke;stroke:var(--nodata-bg);stroke-width:3px}
.hatching{stroke:var(--nodata);stroke-width:1.2}
.v{font-size:13px;font-weight:650}.id{font-size:11px}.outline{fill:none;stroke:var(--crit);stroke-width:2}
.seq{list-style:none;margin:0;padding:0}.seq li{display:grid;grid-template-columns:60px 12px minmax(0,1fr);gap:0 14px;padding-bottom:13px;line-height:19px;overflow-wrap:anywhere}
.seq time{color:var(--tx-3);font-feature-settings:"tnum"}.seq svg{margin-top:3px}.seq b{display:block;font-weight:600;color:var(--tx-1)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px}
th{font-weight:500;color:var(--tx-3);text-align:left;font-size:12px;padding:0 14px 6px 0;border-bottom:1px solid var(--line-2);white-space:nowrap}
td{padding:5px 14px 5px 0;border-bottom:1px solid var(--line-1);vertical-align:top;overflow-wrap:anywhere}
td:first-child{color:var(--tx-1);font-weight:550}td .glyph{vertical-align:-1px;margin-right:7px}
.r{text-align:right;white-space:nowrap}td.r{font-feature-settings:"tnum"}th.r,td.r{padding-right:0;padding-left:14px}
td.hot{color:var(--crit);font-weight:680}
details{border-top:1px solid var(--line-2);padding:10px 0}details:last-of-type{border-bottom:1px solid var(--line-2)}
summary{font-weight:600;color:var(--tx-1);cursor:pointer}summary span{font-weight:400;color:var(--tx-3);margin-left:8px}details[open] summary{margin-bottom:10px}
summary:focus-visible,a:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.none{color:var(--tx-3);margin-bottom:8px}
footer{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:16px 44px;margin-top:34px;padding-top:14px;border-top:1px solid var(--line-2);color:var(--tx-3);font-size:12px;line-height:19px;overflow-wrap:anywhere}
footer h2{margin:0;font-size:12px;line-height:19px;letter-spacing:0;color:var(--tx-2)}footer p{margin:0 0 4px}
@media (max-width:1080px){.two{grid-template-columns:minmax(0,1fr)}footer{grid-template-columns:minmax(0,1fr)}}
@page{margin:12mm}
@media print{
&{background:#fff;--bg:#fff}.banner [role=status]{display:none}main{max-width:none;padding:14px 0 0}
.banner{background:none;color:var(--tx-1);border-bottom:1px solid var(--line-2);justify-content:flex-start;padding:0 0 6px;min-height:0}
h1{font-size:24px;line-height:30px}.lead{font-size:13px;line-height:19px}.two{display:block}
.halls{grid-template-columns:repeat(2,minmax(0,1fr))}.chart .name,.chart .axis{font-size:12.5px}
section h2{break-after:avoid}figure,.seq li,tr,svg{break-inside:avoid}details:not([open]),.folds:not(:has(details[open])){display:none}.scroll{overflow:visible}
section{margin-top:18px}.seq li{padding-bottom:8px;line-height:17px}td{padding-top:3px;padding-bottom:3px}
footer{break-inside:avoid;grid-template-columns:repeat(3,minmax(0,1fr));gap:12px 20px;margin-top:18px;padding-top:10px;font-size:11px;line-height:16px}footer code{font-size:10px;line-height:14px}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@media (forced-colors:active){.cell{stroke:CanvasText}}
`;

/** Everything of the report stands in one element of this class: a console around it has styles of its own. */
export const REPORT_CLASS = 'report';

/** The rules of BODY within the report alone; `&` is the report itself. */
function scoped(rules: string): string {
  const one = (selector: string) =>
    selector.trim() === '&' ? `.${REPORT_CLASS}` : `.${REPORT_CLASS} ${selector.trim()}`;
  return rules.replace(/[^{}]+(?=\{)/g, (head) =>
    head.trim().startsWith('@') ? head : head.split(',').map(one).join(','),
  );
}

/**
 * The whole style sheet: light by itself and on paper, dark where the reader's screen asks for it, or as the console
 * around it says. `fonts` are @font-face rules.
 */
export function styleSheet(fonts = ''): string {
  const [light, dark] = (['light', 'dark'] as const).map(
    (theme) => `color-scheme:${theme};${TOKENS[theme]};${fills(theme)}`,
  );
  const [report, themed] = [`.${REPORT_CLASS}`, (theme: string) => `[data-theme="${theme}"] .${REPORT_CLASS}`];
  return `${fonts}body{margin:0}@media print{body>:not(${report}){display:none}}${report}{${light}}@media screen and (prefers-color-scheme:dark){${report}{${dark}}}@media screen{${themed('light')}{${light}}${themed('dark')},${themed('contrast')}{${dark}}}${scoped(STEP_RULES + BODY)}`;
}

const STEP_RULES = Array.from(
  { length: STEPS + 1 },
  (_, percent) => `.s${percent} .cell{fill:var(--f${percent})}.s${percent} text{fill:var(--i${percent})}`,
).join('');

/** Fill and ink of every percent of a limit, as tokens. */
function fills(theme: 'dark' | 'light'): string {
  return Array.from({ length: STEPS + 1 }, (_, percent) => {
    const color = colorAt(percent === 90 ? 0.9 : percent / 100, LIMIT[theme]);
    return `--f${percent}:${hex(color)};--i${percent}:${inkOn(color)}`;
  }).join(';');
}

type Rgb = readonly [number, number, number];

const rgbOf = (text: string): Rgb =>
  [1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as unknown as Rgb;
const hex = (color: Rgb) => `#${color.map((one) => Math.round(one).toString(16).padStart(2, '0')).join('')}`;

/** Between two stops in sRGB: they lie so near to each other that Lab gives the same to the eye. */
function colorAt(share: number, stops: readonly Stop[]): Rgb {
  const next = stops.findIndex(([at]) => share <= at);
  if (next <= 0) return rgbOf(stops[next < 0 ? stops.length - 1 : 0][1]);
  const [[before, from], [after, to]] = [stops[next - 1], stops[next]];
  const part = (share - before) / (after - before);
  const [a, b] = [rgbOf(from), rgbOf(to)];
  return [0, 1, 2].map((i) => a[i] + (b[i] - a[i]) * part) as unknown as Rgb;
}

/** Black or white, whichever contrasts more (WCAG 2). */
function inkOn(color: Rgb): '#000' | '#fff' {
  const [r, g, b] = color.map((one) => (one <= 10 ? one / 3294.6 : ((one / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
}
