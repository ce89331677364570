package store_test

import (
	"encoding/json"
	"time"

	"marketa/store"
)

// deskReaches are the methods of the managers' desk, each aimed at a tenant's rows by whom another tenant is bound.
func deskReaches(w *world, x tenant) map[string]func(tx *store.Tx) (any, error) {
	ctx, later := w.ctx, monday.Add(time.Hour)
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	turn := ask[store.DeskTurnID](w, `SELECT id FROM desk_turns WHERE source = $1`, "of "+x.mark)
	confirm := ask[store.ConfirmID](w, `SELECT id FROM confirms WHERE turn_id = $1`, turn)
	reminder := ask[store.ReminderID](w, `SELECT id FROM reminders WHERE turn_id = $1`, turn)
	pick := ask[store.PickID](w, `SELECT id FROM desk_picks WHERE turn_id = $1`, turn)
	manager := ask[store.ManagerID](w, `SELECT manager_id FROM desk_turns WHERE id = $1`, turn)
	t := store.DeskTurn{ID: turn, Manager: manager, TgChatID: 7, StartedAt: monday}
	l := store.DeskLease{Turn: turn}
	return map[string]func(tx *store.Tx) (any, error){
		"CommitDesk": only(func(tx *store.Tx) error { return tx.CommitDesk(ctx, l, t, store.Outcome{Status: "failed"}, false) }),
		"Confirms":   func(tx *store.Tx) (any, error) { return tx.Confirms(ctx, turn) },
		"Decidable":  func(tx *store.Tx) (any, error) { a, b, err := tx.Decidable(ctx, manager); return a + b, err },
		"DeskCalls":  func(tx *store.Tx) (any, error) { return tx.DeskCalls(ctx, turn) },
		"DeskDone":   only(func(tx *store.Tx) error { return tx.DeskDone(ctx, turn, store.DeskCall{}) }),
		"DeskIntent": func(tx *store.Tx) (any, error) {
			return tx.DeskIntent(ctx, turn, store.ToolCall{CallID: "1", Args: json.RawMessage(`{}`)})
		},
		"DeskLater":    only(func(tx *store.Tx) error { return tx.DeskLater(ctx, l, later) }),
		"DeskPostAt":   func(tx *store.Tx) (any, error) { d, _, err := tx.DeskPostAt(ctx, 7, 9); return d, err },
		"DeskProgress": only(func(tx *store.Tx) error { return tx.DeskProgress(ctx, t, "intruder") }),
		"DeskShowLater": func(tx *store.Tx) (any, error) {
			return tx.DeskShowLater(ctx, turn, store.LeaseToken{}, time.Hour, 3)
		},
		"DeskShown": only(func(tx *store.Tx) error { return tx.DeskShown(ctx, turn, store.LeaseToken{}, 1, 1) }),
		"DeskSteps": func(tx *store.Tx) (any, error) { return tx.DeskSteps(ctx, turn) },
		"DeskTurn":  func(tx *store.Tx) (any, error) { return tx.DeskTurn(ctx, turn) },
		"DeskZone":  func(tx *store.Tx) (any, error) { return tx.DeskZone(ctx) },
		"Names":     func(tx *store.Tx) (any, error) { return tx.Names(ctx) },
		"DueReminder": func(tx *store.Tx) (any, error) {
			r, _, _, err := tx.DueReminder(ctx, reminder)
			return r, err
		},
		"Exchanges":     func(tx *store.Tx) (any, error) { return tx.Exchanges(ctx, t, monday, 9) },
		"LeaseDesk":     func(tx *store.Tx) (any, error) { _, d, err := tx.LeaseDesk(ctx, turn); return d, err },
		"LeaseDeskView": func(tx *store.Tx) (any, error) { v, _, err := tx.LeaseDeskView(ctx, turn); return v, err },
		"LockConfirm":   func(tx *store.Tx) (any, error) { c, _, err := tx.LockConfirm(ctx, confirm); return c, err },
		"OwnChats":      func(tx *store.Tx) (any, error) { return tx.OwnChats(ctx) },
		"DeskPace":      func(tx *store.Tx) (any, error) { return tx.DeskPace(ctx, monday) },
		"PickOf":        func(tx *store.Tx) (any, error) { p, _, err := tx.PickOf(ctx, pick); return p, err },
		"PickedAlready": func(tx *store.Tx) (any, error) { return tx.PickedAlready(ctx, turn, "intruder") },
		"Picks":         func(tx *store.Tx) (any, error) { return tx.Picks(ctx, turn) },
		"RecentChats":   func(tx *store.Tx) (any, error) { return tx.RecentChats(ctx, 9) },
		"ReminderOf":    func(tx *store.Tx) (any, error) { r, _, err := tx.ReminderOf(ctx, reminder); return r, err },
		"Reminders":     func(tx *store.Tx) (any, error) { return tx.Reminders(ctx, turn) },
		"RenewDesk":     only(func(tx *store.Tx) error { return tx.RenewDesk(ctx, l) }),
		"Reopen":        func(tx *store.Tx) (any, error) { return tx.Reopen(ctx, x.decided) },
		"RestaurantName": func(tx *store.Tx) (any, error) {
			return tx.RestaurantName(ctx, x.chat.RestaurantID)
		},
		"SaveDeskStep": only(func(tx *store.Tx) error {
			return tx.SaveDeskStep(ctx, l, store.Step{N: 1, Node: "intruder", Delta: json.RawMessage(`{}`)})
		}),
		"SettleConfirm": func(tx *store.Tx) (any, error) {
			return tx.SettleConfirm(ctx, store.Confirm{ID: confirm, Turn: turn, Restaurant: x.chat.RestaurantID}, store.Manager{ID: manager}, "done", "")
		},
		"StageEvents": func(tx *store.Tx) (any, error) { return tx.StageEvents(ctx, 9) },
		"StartDesk": only(func(tx *store.Tx) error {
			return tx.StartDesk(ctx, store.DeskTurn{Source: "intruder", Manager: manager, Words: "intruder"})
		}),
		"TouchDesk":    only(func(tx *store.Tx) error { return tx.TouchDesk(ctx, turn) }),
		"UndoReminder": func(tx *store.Tx) (any, error) { r, _, err := tx.UndoReminder(ctx, reminder); return r, err },
		"WhoWaits":     func(tx *store.Tx) (any, error) { return tx.WhoWaits(ctx, 9) },
		"Within": func(tx *store.Tx) (out any, err error) {
			err = tx.Within(ctx, x.chat.RestaurantID, func(tx *store.Tx) (err error) { out, err = tx.Facts(ctx); return err })
			return out, err
		},
	}
}
