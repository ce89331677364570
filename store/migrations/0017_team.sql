-- +goose Up
-- The desk keeps which language people read, as it keeps their names.
GRANT UPDATE (language, language_chosen) ON managers TO marketa_desk;
