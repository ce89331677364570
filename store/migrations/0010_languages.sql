-- +goose Up
-- Which language a manager reads: as Telegram tells it with every update, or as he has chosen by /language.
ALTER TABLE managers ADD COLUMN language text NOT NULL DEFAULT '', -- two letters; empty: not known
    ADD COLUMN language_chosen boolean NOT NULL DEFAULT false;

-- The agent writes translations for whoever reads the cards; of the managers it learns no more than their languages.
GRANT SELECT (language, active, role) ON managers TO marketa_app;
