package store

import (
	"context"
	"fmt"
)

// DefaultLanguage is that of cards whose readers' language nobody knows, and of everything else that the bot says.
const DefaultLanguage = "en"

// CardLanguage is the language that most of the active deciding managers read; English wins a draw.
func (tx *Tx) CardLanguage(ctx context.Context) (string, error) {
	code, err := value[string](ctx, tx, `SELECT coalesce((SELECT coalesce(nullif(language, ''), $1) FROM managers WHERE active AND role IN ('owner', 'manager')
		GROUP BY 1 ORDER BY count(*) DESC, coalesce(nullif(language, ''), $1) <> $1, 1 LIMIT 1), $1)`, DefaultLanguage)
	if err != nil {
		return "", fmt.Errorf("store: card language: %w", err)
	}
	return code, nil
}

// HeardLanguage keeps the language that Telegram names for a manager, unless he has chosen one himself.
func (tx *Tx) HeardLanguage(ctx context.Context, telegramID int64, code string) error {
	if _, err := tx.exec(ctx, `UPDATE managers SET language = $2 WHERE telegram_id = $1 AND language <> $2 AND NOT language_chosen`, telegramID, code); err != nil {
		return fmt.Errorf("store: manager's language: %w", err)
	}
	return nil
}

// ChooseLanguage sets a manager's language; empty gives the choice back to Telegram.
func (tx *Tx) ChooseLanguage(ctx context.Context, m ManagerID, code string) error {
	if _, err := tx.exec(ctx, `UPDATE managers SET language = $2, language_chosen = ($2 <> '') WHERE id = $1`, m, code); err != nil {
		return fmt.Errorf("store: choose language: %w", err)
	}
	return nil
}

// ManagerLanguage is what a manager reads, and whether he has chosen it himself.
func (tx *Tx) ManagerLanguage(ctx context.Context, m ManagerID) (code string, chosen bool, err error) {
	type read struct {
		Language       string
		LanguageChosen bool
	}
	r, err := row[read](ctx, tx, `SELECT language, language_chosen FROM managers WHERE id = $1`, m)
	if err != nil {
		return "", false, fmt.Errorf("store: manager's language: %w", err)
	}
	return r.Language, r.LanguageChosen, nil
}
