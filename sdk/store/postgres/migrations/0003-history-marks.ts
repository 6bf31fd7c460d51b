import type { Migration } from '../migrate.ts';

export const historyMarks: Migration = {
  name: '0003-history-marks',
  sql: `
-- Up to which entry of its telemetry lane the readings of a gateway are stored without a hole.
CREATE TABLE history_marks (
  gateway text COLLATE "C" PRIMARY KEY,
  log bigint NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL
);
`,
};
