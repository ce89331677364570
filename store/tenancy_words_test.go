package store_test

import (
	"context"

	"marketa/store"
)

// fixedRows are a fixed text that went to the tenant, its kill switch, and a manager's words that are being translated.
func (w *world) fixedRows(x *tenant) {
	w.Helper()
	w.exec(`INSERT INTO fixed_approvals (version_id, key, hash, approved_by, approved_at) SELECT v.id, v.key, v.hash, (SELECT id FROM managers LIMIT 1), now() FROM fixed_versions v ON CONFLICT DO NOTHING`)
	w.exec(`INSERT INTO fixed_sends (id, restaurant_id, chat_id, key, version_id, version_hash, wordings, language, records, text_hash, created_at)
		SELECT gen_random_uuid(), $1, $2, key, id, hash, wordings, 'en', r, sha256(convert_to(render_fixed(wordings ->> 'en', r), 'UTF8')), now()
		FROM fixed_versions, jsonb_build_object('day', 'day of ' || $3::text, 'opens_at', '9') r`, x.chat.RestaurantID, x.chat.ID, x.mark)
	w.desk(func(tx *store.Tx) error {
		return tx.OpenWording(w.ctx, store.Wording{RestaurantID: x.chat.RestaurantID, ChatID: x.chat.ID, ApprovalID: x.pending, ManagerID: w.manager(marta), Body: "wording of " + x.mark,
			FromLanguage: "en", ToLanguage: "it", TgChatID: 1, TgMessageID: x.card.MessageID})
	})
	x.wording.ID = ask[store.WordingID](w, `SELECT id FROM wordings WHERE chat_id = $1`, x.chat.ID)
	w.app(x.chat.RestaurantID, func(tx *store.Tx) (err error) { x.wording, err = tx.LeaseWording(w.ctx, x.wording.ID); return err })
	w.exec(`INSERT INTO fixed_stops (restaurant_id, stopped_by, stopped_at) SELECT $1, id, now() FROM managers LIMIT 1`, x.chat.RestaurantID)
}

func (w *world) manager(telegramID int64) store.ManagerID {
	w.Helper()
	return ask[store.ManagerID](w, `SELECT id FROM managers WHERE telegram_id = $1`, telegramID)
}

// reachesOfWords are the methods about languages and fixed texts.
func reachesOfWords(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"ApproveFixed": func(tx *store.Tx) (any, error) { return tx.ApproveFixed(ctx, marta, store.FixedVersionID{}, nil) },
		"FixedTexts":   func(tx *store.Tx) (any, error) { return tx.FixedTexts(ctx) },
		"Office":       func(tx *store.Tx) (any, error) { return tx.Office(ctx) },
		"ProposeFixed": func(tx *store.Tx) (any, error) {
			return tx.ProposeFixed(ctx, marta, store.OutOfHours, "it", "intruder")
		},
		"SendFixed": func(tx *store.Tx) (any, error) { return tx.SendFixed(ctx, store.OutOfHours, x.chat.ID, nil) },
		"SetOffice": func(tx *store.Tx) (any, error) {
			return tx.SetOffice(ctx, marta, store.Office{Zone: "UTC", Days: []int32{1}, Opens: "1:00", Closes: "2:00"})
		},
		"SwitchFixed":     func(tx *store.Tx) (any, error) { return tx.SwitchFixed(ctx, marta, store.OutOfHours, true) },
		"SwitchFixedFor":  func(tx *store.Tx) (any, error) { return tx.SwitchFixedFor(ctx, marta, x.chat.RestaurantID, true) },
		"ClientWords":     func(tx *store.Tx) (any, error) { return tx.ClientWords(ctx, x.chat.ID, 9) },
		"FailWording":     only(func(tx *store.Tx) error { return tx.FailWording(ctx, x.wording, "intruder") }),
		"HoldWording":     func(tx *store.Tx) (any, error) { return tx.HoldWording(ctx, x.wording) },
		"LeaseWording":    func(tx *store.Tx) (any, error) { return tx.LeaseWording(ctx, x.wording.ID) },
		"OpenWording":     only(func(tx *store.Tx) error { return tx.OpenWording(ctx, x.wording) }),
		"RenewWording":    only(func(tx *store.Tx) error { return tx.RenewWording(ctx, x.wording) }),
		"SaveTranslation": only(func(tx *store.Tx) error { return tx.SaveTranslation(ctx, x.wording) }),
		"WordingSent":     only(func(tx *store.Tx) error { return tx.WordingSent(ctx, x.wording.ID) }),
		"CardLanguage":    func(tx *store.Tx) (any, error) { return tx.CardLanguage(ctx) },
		"ChooseLanguage":  only(func(tx *store.Tx) error { return tx.ChooseLanguage(ctx, store.ManagerID{}, "it") }),
		"HeardLanguage":   only(func(tx *store.Tx) error { return tx.HeardLanguage(ctx, marta, "it") }),
		"ManagerLanguage": func(tx *store.Tx) (any, error) {
			c, _, err := tx.ManagerLanguage(ctx, store.ManagerID{})
			return c, err
		},
	}
}
