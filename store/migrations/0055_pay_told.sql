-- +goose Up
-- What managers were last told of a subscription, so that they hear it once however often it is read.
ALTER TABLE subscriptions ADD COLUMN told text NOT NULL DEFAULT '';
