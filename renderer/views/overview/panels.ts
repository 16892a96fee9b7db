import { useEffect, useState } from 'react';

/** Below this width the budgets fold to a rail and the conditions become a drawer (ui.md 6). */
const NARROW = '(max-width: 1500px)';

/** Which side panels are open; a change of width brings back what fits there. */
export function usePanels() {
  const [budgets, setBudgets] = useState(() => !matchMedia(NARROW).matches);
  const [conditions, setConditions] = useState(() => !matchMedia(NARROW).matches);
  useEffect(() => {
    const media = matchMedia(NARROW);
    const fit = () => {
      setBudgets(!media.matches);
      setConditions(!media.matches);
    };
    media.addEventListener('change', fit);
    return () => media.removeEventListener('change', fit);
  }, []);
  return { budgets, setBudgets, conditions, setConditions };
}
