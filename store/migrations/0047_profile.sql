-- +goose Up
-- The profile in sections. A typed entry is a fact like any other, with its history and its proposal; it says beside its words
-- to which section it belongs, which line of it it is, and what a program may take from it.
ALTER TABLE facts ADD COLUMN section text CHECK (section IN ('brand', 'tone', 'languages', 'hours', 'dishes', 'directives', 'rules', 'usp', 'handover')); -- null: a free fact
ALTER TABLE facts ADD COLUMN key text NOT NULL DEFAULT ''; -- within the section: mon, 2026-12-24, a dish
ALTER TABLE facts ADD COLUMN typed jsonb;                  -- null: the words are all
ALTER TABLE facts ADD COLUMN gone boolean NOT NULL DEFAULT false; -- taken back
ALTER TABLE facts ADD COLUMN noted_by text NOT NULL DEFAULT '';   -- who of us has released it
ALTER TABLE facts DROP CONSTRAINT facts_proposal_id_key;
CREATE UNIQUE INDEX facts_once ON facts (proposal_id, field, key);
GRANT SELECT (id, name) ON managers TO marketa_app; -- who has released what

-- A restaurant whose stage may go on, for something that its stage needs has changed. Only inserted and deleted, so that those
-- who change things never wait for each other.
CREATE TABLE stage_checks (
    id            uuid PRIMARY KEY,
    restaurant_id uuid        NOT NULL REFERENCES restaurants ON UPDATE CASCADE ON DELETE CASCADE,
    next_at       timestamptz NOT NULL,
    lease_until   timestamptz,
    swept_at      timestamptz
);
CREATE INDEX stage_checks_of ON stage_checks (restaurant_id);
CREATE INDEX stage_checks_due ON stage_checks (next_at);

ALTER TABLE stage_checks ENABLE ROW LEVEL SECURITY;
ALTER TABLE stage_checks FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON stage_checks TO marketa_app USING (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid)
    WITH CHECK (restaurant_id = nullif(current_setting('app.restaurant_id', true), '')::uuid);
CREATE POLICY desk ON stage_checks TO marketa_desk USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, DELETE ON stage_checks TO marketa_app;
GRANT SELECT, UPDATE (swept_at) ON stage_checks TO marketa_desk;
