-- +goose Up
-- The gate looks whether a restaurant has an account to publish in; tokens are not its business.
-- +goose StatementBegin
DO $$
BEGIN
    IF to_regclass('public.connections') IS NOT NULL THEN
        EXECUTE 'GRANT SELECT (restaurant_id, state, page_id, ig_id) ON connections TO marketa_gate';
        EXECUTE 'CREATE POLICY gate ON connections FOR SELECT TO marketa_gate USING (true)';
    END IF;
END $$;
-- +goose StatementEnd
