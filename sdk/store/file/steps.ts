/** How to make the database, then how to change it from each version to the next. Steps that were released stay as they are. */
export const steps: readonly string[] = [
  `
CREATE TABLE gateways (gateway TEXT PRIMARY KEY, district TEXT NOT NULL, town TEXT NOT NULL, village TEXT,
  name TEXT NOT NULL, state TEXT NOT NULL, at INTEGER NOT NULL, etag INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE desired (gateway TEXT PRIMARY KEY, version INTEGER NOT NULL, devices TEXT, asked_by TEXT NOT NULL,
  at INTEGER NOT NULL, reported_version INTEGER, reported_sync TEXT, reported_problems TEXT, reported_at INTEGER) STRICT;
CREATE TABLE desired_keys (gateway TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, digest TEXT NOT NULL,
  result TEXT NOT NULL, PRIMARY KEY (gateway, key)) STRICT;
CREATE INDEX desired_keys_at ON desired_keys (at);

CREATE TABLE alarms (gateway TEXT NOT NULL, log INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  received_at INTEGER NOT NULL, device TEXT NOT NULL, condition TEXT NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL,
  phase TEXT NOT NULL, occurrence INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (gateway, log, seq)) STRICT;
CREATE INDEX alarms_at ON alarms (at, gateway, log, seq);
CREATE INDEX alarms_gateway_at ON alarms (gateway, at);
CREATE TRIGGER alarms_stay BEFORE UPDATE ON alarms BEGIN SELECT RAISE(ABORT, 'alarms are never changed'); END;
CREATE TRIGGER alarms_remain BEFORE DELETE ON alarms BEGIN SELECT RAISE(ABORT, 'alarms are never deleted'); END;

CREATE TABLE standing (gateway TEXT NOT NULL, device TEXT NOT NULL, condition TEXT NOT NULL, log INTEGER NOT NULL,
  seq INTEGER NOT NULL, received_at INTEGER NOT NULL, is_over INTEGER NOT NULL,
  PRIMARY KEY (gateway, device, condition)) STRICT, WITHOUT ROWID;
CREATE INDEX standing_now ON standing (gateway, device, condition) WHERE is_over = 0;

CREATE TABLE audit (id TEXT PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL, gateway TEXT,
  device TEXT, outcome TEXT NOT NULL, detail TEXT) STRICT;
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_gateway_at ON audit (gateway, at);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is never changed'); END;
CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is never deleted'); END;
`,
  `
CREATE TABLE series (id INTEGER PRIMARY KEY, gateway TEXT NOT NULL, device TEXT NOT NULL, point TEXT NOT NULL,
  UNIQUE (gateway, device, point)) STRICT;
`,
  `
CREATE TABLE history_marks (gateway TEXT PRIMARY KEY, log INTEGER NOT NULL, seq INTEGER NOT NULL,
  at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`,
];
