import type { Page } from '@playwright/test';

/**
 * Texts of the page that cannot be read whole: cut by a box that does not scroll, without a tip that tells the rest, or
 * lying on one another. Each line says what is wrong, the text, and where it stands; none for a tidy page. What is drawn
 * on a canvas is not seen.
 */
export function untidy(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    interface Box {
      readonly left: number;
      readonly top: number;
      readonly right: number;
      readonly bottom: number;
    }
    interface Shown {
      /** The text, or the whole drawn text that it is a part of. */
      readonly of: Node;
      readonly text: string;
      readonly parent: Element;
      readonly box: Box;
    }
    // Letters fill the middle of their line: what is above and below may be cut or shared.
    const EDGE = 0.22;
    const cutOf = (a: Box, b: Box): Box => ({
      left: Math.max(a.left, b.left),
      top: Math.max(a.top, b.top),
      right: Math.min(a.right, b.right),
      bottom: Math.min(a.bottom, b.bottom),
    });
    const isEmpty = ({ left, top, right, bottom }: Box) => right - left < 1 || bottom - top < 1;
    const inner = ({ left, top, right, bottom }: Box): Box => {
      const edge = (bottom - top) * EDGE;
      return { left: left + 1, top: top + edge, right: right - 1, bottom: bottom - edge };
    };
    const styles = new Map<Element, CSSStyleDeclaration>();
    const styleOf = (element: Element) => {
      const style = styles.get(element) ?? getComputedStyle(element);
      styles.set(element, style);
      return style;
    };
    const scrolls = (overflow: string) => overflow === 'auto' || overflow === 'scroll';
    // The name of a list, a table or a group says nothing of one text in it.
    const GROUPS =
      'main, section, nav, svg, table, ul, form, fieldset, [role="grid"], [role="row"], [role="tree"], [role="radiogroup"]';
    const isTold = (element: Element) => element.closest(`[title], [aria-label]:not(${GROUPS})`) !== null;

    const wrong: string[] = [];
    const shown: Shown[] = [];
    const words = (text: string) => JSON.stringify(text.trim().replace(/\s+/g, ' ').slice(0, 60));
    const where = (element: Element) => {
      const region = element.closest('section[aria-label], [role="dialog"], header, footer, main');
      return region?.getAttribute('aria-label') ?? region?.tagName.toLowerCase() ?? 'page';
    };

    /** What is seen of a line of text; null where nothing may be: hidden on purpose, or scrolled away. */
    const seen = (text: string, parent: Element, line: Box): Box | null => {
      let box = line;
      for (let at: Element | null = parent; at !== null && at !== document.documentElement; at = at.parentElement) {
        const style = styleOf(at);
        if (style.clip === 'rect(0px, 0px, 0px, 0px)' || style.clipPath === 'inset(50%)') return null;
        // A drawing cuts what is beyond it though it stands in a line.
        if (style.display === 'contents' || (style.display === 'inline' && at.localName !== 'svg')) continue;
        const [x, y] = [style.overflowX, style.overflowY];
        if (x === 'visible' && y === 'visible') continue;
        const rect = at.getBoundingClientRect();
        if (rect.width <= 1 || rect.height <= 1) return null;
        // What lies beyond it as a whole is not shown, which was meant.
        if (isEmpty(cutOf(box, rect))) return null;
        const ink = inner(box);
        const over = [
          ...(x !== 'visible' && !scrolls(x) ? [rect.left - ink.left, ink.right - rect.right] : []),
          ...(y !== 'visible' && !scrolls(y) ? [rect.top - ink.top, ink.bottom - rect.bottom] : []),
        ];
        const most = Math.max(0, ...over);
        if (most > 1 && !isTold(parent)) {
          wrong.push(`cut by ${Math.ceil(most)} px: ${words(text)} in ${where(parent)}`);
          return null;
        }
        box = cutOf(box, rect);
        if (isEmpty(box)) return null;
      }
      return box;
    };

    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode() as Text | null; node !== null; node = walk.nextNode() as Text | null) {
      const parent = node.parentElement;
      if (parent === null || node.data.trim() === '' || parent.closest('script, style, title, desc, option') !== null)
        continue;
      if (!parent.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const drawn = parent.closest('text');
      if (drawn !== null && drawn.textContent?.trim().startsWith(node.data.trim()) !== true) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const line of drawn === null ? range.getClientRects() : [drawn.getBoundingClientRect()]) {
        if (isEmpty(line)) continue;
        const text = (drawn ?? node).textContent ?? '';
        const box = seen(text, parent, line);
        if (box !== null) shown.push({ text, of: drawn ?? node, parent, box: inner(box) });
      }
    }

    // What sticks to an edge of a list covers what is scrolled under it.
    const layerOf = (element: Element) => {
      for (let at: Element | null = element; at !== null; at = at.parentElement) {
        if (styleOf(at).position === 'sticky') return at;
      }
      return null;
    };
    shown.sort((a, b) => a.box.top - b.box.top);
    shown.forEach((one, index) => {
      for (let next = index + 1; next < shown.length && shown[next].box.top < one.box.bottom; next++) {
        const other = shown[next];
        if (one.of === other.of || isEmpty(cutOf(one.box, other.box))) continue;
        if (layerOf(one.parent) !== layerOf(other.parent)) continue;
        wrong.push(`${words(one.text)} lies on ${words(other.text)} in ${where(one.parent)}`);
      }
    });
    return [...new Set(wrong)];
  });
}
