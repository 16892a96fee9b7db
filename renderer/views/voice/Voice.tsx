import { useEffect, useState } from 'react';
import type { LiveStore } from '../../live/store.ts';
import { nextVoice, SILENT } from './voice.ts';

/**
 * What is said aloud of the live fleet, on every view and whatever time or snapshot is looked at: one place for the
 * whole page, so that nothing is said twice and nothing is missed because another view is open.
 */
export function Voice({ live }: { live: LiveStore }) {
  const [voice, setVoice] = useState(SILENT);
  useEffect(() => {
    const listen = () =>
      setVoice((before) =>
        nextVoice(before, { frame: live.get(), layout: live.layout(), freshness: live.freshness() }),
      );
    listen();
    const timer = setInterval(listen, 1000);
    const off = live.subscribe(listen);
    return () => {
      clearInterval(timer);
      off();
    };
  }, [live]);
  return (
    <>
      <div role="alert" className="hidden" data-voice="alert">
        {voice.alert}
      </div>
      <div role="status" className="hidden" data-voice="status">
        {voice.status}
      </div>
    </>
  );
}
