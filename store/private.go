package store

import (
	"context"
	"fmt"
)

// Apart is what became of one person's private words in a group.
type Apart struct {
	Outcome    string // ok, already, elsewhere (Other: the restaurant that has the person's chat), nowhere, denied, gone
	Who        string
	Restaurant RestaurantID
	Chat       ChatID
	Other      string
}

// mostApart is how many people and messages one press carries; a card shows no more.
const mostApart = 20

// AnswerPrivately carries the private words on a group's card into their speakers' own chats. There they get a draft, and a card
// of their own.
func (tx *Tx) AnswerPrivately(ctx context.Context, id ApprovalID, telegramID int64) ([]Apart, error) {
	var chats []ChatID
	var messages []MessageID
	for range mostApart {
		chats, messages = append(chats, NewID[chatKind]()), append(messages, NewID[messageKind]())
	}
	a, err := rows[Apart](ctx, tx, `SELECT outcome, coalesce(who, '') AS who, restaurant, chat, coalesce(other, '') AS other FROM answer_privately($1, $2, $3, $4, $5)`,
		id, telegramID, chats, messages, tx.Now)
	if err != nil {
		return nil, fmt.Errorf("store: answer privately: %w", err)
	}
	for _, x := range a {
		if x.Outcome == "ok" {
			if err := tx.Enqueue(ctx, RunTurn{Restaurant: x.Restaurant, Chat: x.Chat}); err != nil {
				return nil, err
			}
		}
	}
	return a, tx.Enqueue(ctx, ShowApproval{Approval: id})
}
