import { contextBridge, ipcRenderer } from 'electron';

/** The one door between the page and the desktop: `call` and `on`, nothing else. */
contextBridge.exposeInMainWorld('fleetwatt', {
  call: (name: string, arg: unknown) => ipcRenderer.invoke('fleetwatt:call', name, arg),
  on(name: string, listener: (value: unknown) => void) {
    const heard = (_: unknown, event: string, value: unknown) => {
      if (event === name) listener(value);
    };
    ipcRenderer.on('fleetwatt:event', heard);
    return () => {
      ipcRenderer.off('fleetwatt:event', heard);
    };
  },
});
