import type { Migration } from '../migrate.ts';

/** Texts are ordered by their bytes, so that pages are the same in every locale. */
export const whatIsRemembered: Migration = {
  name: '0001-what-is-remembered',
  sql: `
CREATE TABLE gateways (
  gateway text COLLATE "C" PRIMARY KEY,
  district text NOT NULL,
  town text NOT NULL,
  village text,
  name text NOT NULL,
  state text NOT NULL CHECK (state IN ('claimable', 'enrolled', 'decommissioned')),
  at timestamptz NOT NULL,
  etag bigint NOT NULL
);
CREATE INDEX gateways_town ON gateways (town, gateway);

CREATE TABLE desired (
  gateway text COLLATE "C" PRIMARY KEY,
  version bigint NOT NULL,
  devices json, -- NULL: nothing is desired any more; the version is not given again
  asked_by text NOT NULL,
  at timestamptz NOT NULL,
  reported_version bigint,
  reported_sync text CHECK (reported_sync IN ('trial', 'in-sync', 'rejected')),
  reported_problems json,
  reported_at timestamptz
);
CREATE TABLE desired_keys (
  gateway text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  at timestamptz NOT NULL,
  digest text NOT NULL,
  result json NOT NULL,
  PRIMARY KEY (gateway, key)
);
CREATE INDEX desired_keys_at ON desired_keys (at);

CREATE TABLE alarms (
  gateway text COLLATE "C" NOT NULL,
  log bigint NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  received_at timestamptz NOT NULL,
  device text COLLATE "C" NOT NULL,
  condition text COLLATE "C" NOT NULL,
  kind text NOT NULL,
  event text NOT NULL,
  phase text NOT NULL,
  occurrence bigint NOT NULL,
  body json NOT NULL,
  PRIMARY KEY (gateway, log, seq)
);
CREATE INDEX alarms_at ON alarms (at, gateway, log, seq);
CREATE INDEX alarms_gateway_at ON alarms (gateway, at);

-- The last change of each condition; made from alarms, and the only thing beside them that is ever changed.
CREATE TABLE standing (
  gateway text COLLATE "C" NOT NULL,
  device text COLLATE "C" NOT NULL,
  condition text COLLATE "C" NOT NULL,
  log bigint NOT NULL,
  seq bigint NOT NULL,
  received_at timestamptz NOT NULL,
  is_over smallint NOT NULL,
  PRIMARY KEY (gateway, device, condition)
);
CREATE INDEX standing_now ON standing (gateway, device, condition) WHERE is_over = 0;

CREATE TABLE audit (
  id text COLLATE "C" PRIMARY KEY,
  at timestamptz NOT NULL,
  who text NOT NULL,
  act text NOT NULL,
  gateway text COLLATE "C",
  device text,
  outcome text NOT NULL,
  detail json
);
CREATE INDEX audit_at ON audit (at, id);
CREATE INDEX audit_gateway_at ON audit (gateway, at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER alarms_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON alarms
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
`,
};
