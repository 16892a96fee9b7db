import { countedTitle } from '../../../shared/interop/notices.ts';

const SIDE = 32;

/** Puts the count of loud alerts that nobody owns before the page's title and on its icon: a tab is seen when its page is not. */
export function showCount(title: string, count: number): void {
  document.title = countedTitle(title, count);
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (icon === null) return;
  icon.dataset.bare ??= icon.href;
  if (icon.dataset.count === String(count)) return;
  icon.dataset.count = String(count);
  if (count === 0) icon.href = icon.dataset.bare;
  else
    void drawn(icon.dataset.bare, count).then((href) => {
      if (icon.dataset.count === String(count)) icon.href = href;
    });
}

/** The icon with a disc of the critical colour and the count in it. */
async function drawn(bare: string, count: number): Promise<string> {
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (!context) return bare;
  const image = new Image();
  image.src = bare;
  await image.decode().catch(() => {});
  if (image.naturalWidth > 0) context.drawImage(image, 0, 0, SIDE, SIDE);
  const style = getComputedStyle(document.documentElement);
  context.fillStyle = style.getPropertyValue('--crit');
  context.beginPath();
  context.arc(21, 21, 11, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = style.getPropertyValue('--crit-on');
  context.font = '700 15px sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(count > 9 ? '9+' : String(count), 21, 22);
  return canvas.toDataURL('image/png');
}
