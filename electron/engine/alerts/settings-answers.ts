import type { Settings } from '../../../shared/settings.ts';
import type { Answers } from '../part.ts';
import type { AlertState } from './state.ts';

/** What is set about alerts as a whole: how long the journal is kept, what is told at the desk. */
export function settingsAnswers({ journal, context }: AlertState): Answers {
  const change = (part: Partial<Pick<Settings, 'journal' | 'notify'>>): Settings => {
    const settings = { ...context.settings(), ...part };
    context.changeSettings(settings);
    return settings;
  };
  return {
    journalSize: () => journal.size(),
    saveJournal({ journal: limits, who }) {
      const before = context.settings().journal;
      const settings = change({ journal: limits });
      // Who let rows go is among the rows that stay.
      const text = `Kept for ${limitWords(limits)}; before, for ${limitWords(before)}`;
      journal.write([{ kind: 'file', who, text }], [], context.clock.now());
      return settings;
    },
    saveNotify: ({ notify }) => change({ notify }),
  };
}

/** "90 days, at most 256 MB". */
const limitWords = ({ keepDays, keepBytes }: Settings['journal']) =>
  `${keepDays} ${keepDays === 1 ? 'day' : 'days'}, at most ${Math.round(keepBytes / 1e6)} MB`;
