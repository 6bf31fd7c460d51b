import type { Migration } from '../migrate.ts';

/** A month is made and dropped by functions that run as their owner: the platform's own user needs no right to make tables. */
export const history: Migration = {
  name: '0002-history',
  sql: `
CREATE TABLE series (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gateway text COLLATE "C" NOT NULL,
  device text COLLATE "C" NOT NULL,
  point text COLLATE "C" NOT NULL,
  UNIQUE (gateway, device, point)
);

-- One of number, flag and word has the value; none of them: there was none, and why tells why.
CREATE TABLE samples (
  at timestamptz NOT NULL,
  number double precision,
  series integer NOT NULL,
  flag boolean,
  word text,
  why text,
  PRIMARY KEY (series, at)
) PARTITION BY RANGE (at);

-- month: 202611 for November 2026, UTC
CREATE FUNCTION make_month(month text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  first timestamp;
BEGIN
  IF month !~ '^[0-9]{6}$' THEN RAISE EXCEPTION 'month % is not like 202611', month; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('fengsui month', 0));
  first := make_date(left(month, 4)::integer, right(month, 2)::integer, 1);
  EXECUTE format('CREATE TABLE IF NOT EXISTS %I PARTITION OF samples FOR VALUES FROM (%L) TO (%L)',
    'samples_' || month, first || '+00', first + interval '1 month' || '+00');
END $$;

CREATE FUNCTION drop_months(before timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  month text;
  dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('fengsui month', 0));
  FOR month IN
    SELECT right(c.relname, 6) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'samples'::regclass AND c.relname ~ '^samples_[0-9]{6}$'
  LOOP
    CONTINUE WHEN (make_date(left(month, 4)::integer, right(month, 2)::integer, 1) + interval '1 month') AT TIME ZONE 'UTC' > before;
    EXECUTE format('DROP TABLE %I', 'samples_' || month);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION make_month(text), drop_months(timestamptz) FROM PUBLIC;
`,
};
