import { openJournal } from '../../../edge/journal/open-journal.ts';
import { journalContract } from '../../contract/journal-contract.ts';
import { journalDirectory } from '../../support/journal-directory.ts';

journalContract('journal on disk', async () => {
  const directory = journalDirectory();
  return { open: () => openJournal(directory.options), [Symbol.asyncDispose]: directory[Symbol.asyncDispose] };
});
