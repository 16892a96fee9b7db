import type { MenuItemConstructorOptions } from 'electron';

/** The application menu as data; every item of it also has a key in the page, except walls on other displays. */
export function menuTemplate(
  platform: NodeJS.Platform,
  walls: readonly MenuItemConstructorOptions[],
): MenuItemConstructorOptions[] {
  const app: MenuItemConstructorOptions[] =
    platform === 'darwin'
      ? [
          {
            label: 'Fleetwatt',
            submenu: [{ role: 'about' }, { type: 'separator' }, { role: 'hide' }, { role: 'quit' }],
          },
        ]
      : [];
  return [
    ...app,
    { label: 'File', submenu: [platform === 'darwin' ? { role: 'close' } : { role: 'quit' }] },
    {
      label: 'Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        { type: 'separator' },
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: 'Walls', submenu: [...walls] },
    { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'zoom' }] },
  ];
}
