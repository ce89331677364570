package telegram

import (
	"bytes"
	"encoding/base64"
	"strings"

	"github.com/go-telegram/bot/models"
	"github.com/google/uuid"

	"marketa/store"
)

// The buttons, as they travel: code, approval, and the first bytes of the text's hash, so that a press on an old picture of
// the card is told apart.
const (
	tapSend     = "s"
	tapEdit     = "e"
	tapRedo     = "r"
	tapDiscard  = "d"
	tapTakeOver = "t"
	tapLater    = "l"
	tapHandBack = "h"
	tapArrived  = "a"
	tapAgain    = "g"
	tapAnyway   = "w" // from the one who is writing
	tapPrivate  = "p"

	tapAsWritten = "aw"
)

const hashBytes = 6

func tapData(code string, id store.ApprovalID, hash []byte) string {
	return code + ":" + base64.RawURLEncoding.EncodeToString(id[:]) + ":" + base64.RawURLEncoding.EncodeToString(hash[:min(hashBytes, len(hash))])
}

func parseTap(data string) (code string, id store.ApprovalID, hash []byte, ok bool) {
	parts := strings.Split(data, ":")
	if len(data) > 64 || len(parts) != 3 {
		return "", id, nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || len(raw) != len(uuid.UUID{}) {
		return "", id, nil, false
	}
	hash, err = base64.RawURLEncoding.DecodeString(parts[2])
	return parts[0], store.ApprovalID(raw), hash, err == nil
}

// sameText says whether a button was made for the text that the row has now.
func sameText(hash []byte, v store.View) bool {
	return len(hash) == hashBytes && bytes.HasPrefix(v.TextHash, hash)
}

// placeOf is where the pressed message is; an old one comes without its text.
func placeOf(q *models.CallbackQuery) (chat, message int64) {
	switch {
	case q.Message.Message != nil:
		return q.Message.Message.Chat.ID, int64(q.Message.Message.ID)
	case q.Message.InaccessibleMessage != nil:
		return q.Message.InaccessibleMessage.Chat.ID, int64(q.Message.InaccessibleMessage.MessageID)
	}
	return 0, 0
}
