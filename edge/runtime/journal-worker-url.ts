/** Where the build puts the journal's worker: beside whatever file this line ends up in. */
export const journalWorker = new URL('./journal-worker.js', import.meta.url);
