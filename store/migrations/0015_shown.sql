-- +goose Up
-- The card that a file was shown with: a reply to the photo or the voice note in Telegram is a reply to that card.
ALTER TABLE shown_files ADD COLUMN approval_id uuid REFERENCES approvals ON DELETE CASCADE;
CREATE INDEX shown_files_at ON shown_files (tg_chat_id, message_id);
