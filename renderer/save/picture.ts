import { withPngTexts } from '../../shared/tables/png-text.ts';

/** What stands around the picture of a view. */
export interface Caption {
  readonly title: string;
  /** The instant that is shown, and how live it is. */
  readonly time: string;
  /** Where the numbers come from. */
  readonly source: string;
}

/** Bars above and below, in pixels of the layout. */
const HEAD = 44;
const FOOT = 32;
/** A view is laid out as wide as this at least (ui.md 6), and at most: beyond, everything is drawn larger. */
const [NARROWEST, WIDEST] = [1280, 1920];
/** The floor plan fades from one level of detail to the next (ui.md 6a: 180 ms). */
const SETTLE_MS = 400;

/** The colours by their words, as every view uses them. */
const LEGEND = [
  ['--tx-3', 'Grey: within its limit'],
  ['--warn', 'Amber: within 10% of it'],
  ['--crit', 'Coral: over it'],
  ['--nodata', 'Violet, hatched: no data'],
] as const;

/**
 * The view as a PNG of exactly `width` × `height` pixels, drawn from the page itself: laid out for that size, with its
 * title, its time and what the colours mean. Texts of the PNG say the same; nothing else of the page is in them.
 */
export async function pictureOf(view: HTMLElement, width: number, height: number, caption: Caption): Promise<Blob> {
  const layout = Math.min(WIDEST, Math.max(NARROWEST, width));
  const scale = width / layout;
  const inner = { width: layout, height: Math.max(200, Math.round(height / scale) - HEAD - FOOT) };
  // Loaded when it is first needed: most pages are never made a picture of.
  const { snapdom } = await import('@zumer/snapdom');
  const drawn = await laidOut(view, inner, async () => {
    const backgroundColor = groundOf(view);
    return (await snapdom(view, { scale, dpr: 1, embedFonts: true, backgroundColor })).toCanvas();
  });
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.scale(scale, scale);
  paintBars(context, getComputedStyle(view), { width: layout, height: height / scale }, caption);
  context.drawImage(drawn, 0, HEAD, inner.width, inner.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob === null) throw new Error('The picture is larger than this browser can make');
  const { title, time, source } = caption;
  const texts = { Title: title, 'Creation Time': time, Source: source, Software: 'Fleetwatt' };
  return new Blob([withPngTexts(new Uint8Array(await blob.arrayBuffer()), texts)], { type: 'image/png' });
}

/** Lays the view out in another size for as long as `draw` takes. Styles go through the CSSOM, as the policy asks. */
async function laidOut<Result>(
  view: HTMLElement,
  size: { readonly width: number; readonly height: number },
  draw: () => Promise<Result>,
): Promise<Result> {
  const before = view.style.cssText;
  const { style } = view;
  [style.position, style.left, style.top, style.zIndex] = ['fixed', '0', '0', '0'];
  [style.width, style.height, style.boxSizing] = [`${size.width}px`, `${size.height}px`, 'border-box'];
  // A wall that is dimmed for the night is no dim picture.
  style.opacity = '1';
  // The library adds this element by a style attribute where it is not there, which the policy refuses.
  const shared = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  shared.classList.add('inline-defs-container');
  [shared.style.position, shared.style.width, shared.style.height] = ['absolute', '0', '0'];
  view.append(shared);
  try {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return await draw();
  } finally {
    shared.remove();
    view.style.cssText = before;
  }
}

/** What a view stands on: its own ground (a wall is dark in any theme), else the page's. */
function groundOf(view: HTMLElement): string {
  const own = getComputedStyle(view).backgroundColor;
  return own === 'rgba(0, 0, 0, 0)' ? getComputedStyle(document.body).backgroundColor : own;
}

/** @param styles of the view: its theme's colours and letters */
function paintBars(
  context: CanvasRenderingContext2D,
  styles: CSSStyleDeclaration,
  { width, height }: { readonly width: number; readonly height: number },
  caption: Caption,
): void {
  const color = (name: string) => styles.getPropertyValue(name);
  const font = styles.getPropertyValue('--font') || 'sans-serif';
  context.fillStyle = color('--bg-1');
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  context.font = `500 13px ${font}`;
  const wide = context.measureText(caption.time).width;
  context.fillStyle = color('--tx-2');
  context.fillText(caption.time, width - 16 - wide, HEAD / 2);
  context.font = `650 15px ${font}`;
  context.fillStyle = color('--tx-1');
  context.fillText(fitted(context, caption.title, width - wide - 64), 16, HEAD / 2);
  context.font = `500 12px ${font}`;
  let x = 16;
  for (const [token, words] of LEGEND) {
    context.fillStyle = color(token);
    context.fillRect(x, height - FOOT / 2 - 5, 10, 10);
    context.fillStyle = color('--tx-2');
    context.fillText(words, x + 16, height - FOOT / 2);
    x += 16 + context.measureText(words).width + 20;
  }
  context.fillStyle = color('--tx-3');
  const source = fitted(context, caption.source, width - x - 16);
  context.fillText(source, width - 16 - context.measureText(source).width, height - FOOT / 2);
}

/** A text cut to a width, by halving. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let [least, most] = [0, text.length];
  while (least < most) {
    const middle = (least + most + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) least = middle;
    else most = middle - 1;
  }
  return least === 0 ? '' : `${text.slice(0, least)}…`;
}
