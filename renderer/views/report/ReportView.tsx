import { useLayoutEffect } from 'react';

/** The report that the file was written with: it stands in the page already, and is shown under the console's bars. */
export function ReportView() {
  useLayoutEffect(() => {
    document.documentElement.dataset.shown = 'report';
    window.scrollTo(0, 0);
    return () => {
      delete document.documentElement.dataset.shown;
    };
  }, []);
  return null;
}
