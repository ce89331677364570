-- +goose Up
-- Whoever asks Meta to have their data deleted here is forgotten by name too.
GRANT UPDATE (person_id, person_name) ON connections TO marketa_app;
