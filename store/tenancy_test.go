package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/store"
)

// restaurantTables are the tables whose rows belong to a restaurant.
func (w *world) restaurantTables() []string {
	return w.tables(`AND (c.relname = 'restaurants' OR EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'restaurant_id'))`)
}

// ourTables are all but the job queue's and the migrator's.
func (w *world) ourTables() []string {
	return w.tables(`AND c.relname NOT LIKE 'river%' AND c.relname <> 'goose_db_version'`)
}

func (w *world) tables(where string) []string {
	w.Helper()
	r, err := w.root.Query(w.ctx, `SELECT c.relname::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace `+where+` ORDER BY 1`)
	w.must(err)
	names, err := pgx.CollectRows(r, pgx.RowTo[string])
	w.must(err)
	return names
}

func TestEveryTableIsClosedByRowLevelSecurity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if n := len(w.restaurantTables()); n < 18 {
		t.Fatalf("%d tables with a restaurant", n)
	}
	for _, table := range w.ourTables() {
		same(w, true, `SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = $1::regclass`, table)
		same(w, 0, `SELECT count(*) FROM pg_policies WHERE tablename = $1 AND roles && '{public}'`, table)
	}
	for _, table := range w.restaurantTables() {
		column := map[bool]string{true: "id", false: "restaurant_id"}[table == "restaurants"]
		bound := "(" + column + " = (NULLIF(current_setting('app.restaurant_id'::text, true), ''::text))::uuid)"
		same(w, bound+bound, `SELECT string_agg(qual || with_check, '') FROM pg_policies WHERE tablename = $1 AND roles && '{marketa_app}' AND permissive = 'PERMISSIVE'`, table)
	}
}

// Every key of a child to its parent names the restaurant, or the parent is the restaurant itself or no tenant's.
func TestAChildCannotHangUnderAnotherRestaurantsParent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, err := w.root.Query(w.ctx, `SELECT k.conrelid::regclass || ' ' || pg_get_constraintdef(k.oid) FROM pg_constraint k
		WHERE k.contype = 'f' AND k.confrelid::regclass::text = ANY($1) AND k.conrelid::regclass::text = ANY($1) AND k.confrelid <> 'restaurants'::regclass
		AND pg_get_constraintdef(k.oid) NOT LIKE 'FOREIGN KEY (restaurant_id, %'`, w.restaurantTables())
	w.must(err)
	loose, err := pgx.CollectRows(r, pgx.RowTo[string])
	w.must(err)
	for _, key := range loose {
		// These name the chat, which names the restaurant.
		if !strings.Contains(key, "chat_id, text_hash") {
			t.Errorf("%s", key)
		}
	}
}

// tenant is a restaurant with a row in every table, all of them with its mark.
type tenant struct {
	mark     string
	chat     store.Chat
	lease    store.Lease
	turn     store.Turn
	pending  store.ApprovalID
	decided  store.ApprovalID
	delivery store.Delivery
	proposal store.HeldProposal
	card     store.Card
	view     store.LeaseToken
	media    store.Media // kept, with a photo
	waiting  store.Media // not fetched, leased by waits
	waits    store.LeaseToken
	shows    store.LeaseToken // of the pending card's files
	picture  store.Photo      // leased by looks
	gift     store.GiftID
	looks    store.LeaseToken
	wording  store.Wording
	photo    store.PhotoID

	post        store.PostApproval // waits
	writes      store.PostTask     // its next version
	publication store.PublicationID
	publishes   store.Publication
	published   store.LeaseToken
	order       store.Order
	link        store.Link
	visit       store.Visit
	connection  store.Connection
}

func (w *world) tenant(mark string) (x tenant) {
	w.Helper()
	x.mark = mark
	c, id := w.asked(mark, "words of "+mark, "sent by "+mark, store.Proposal{Kind: "profile", Payload: json.RawMessage(`{"of": "` + mark + `"}`), Show: "proposal of " + mark})
	x.decided = id
	decision := w.send(id, "sent by "+mark)
	d, left, err := w.take(c, decision.Delivery)
	if err != nil || !left {
		w.Fatalf("intend: %v, %v", left, err)
	}
	x.delivery = d
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		p, err := tx.Released(w.ctx, id)
		if err == nil && len(p) == 1 {
			x.proposal = p[0]
		}
		return errors.Join(err, tx.NoteFact(w.ctx, store.Fact{Field: "name", Value: "fact of " + mark, Source: mark}),
			tx.MoveStage(w.ctx, "answered_first", "lead", "qualification", mark), tx.Note(w.ctx, mark, mark, mark))
	})
	w.ingest(message(mark, "m2-"+mark, "more words of "+mark))
	w.card(w.chat(mark), "pending draft of "+mark)
	x.pending = w.pending(c)
	w.ingest(message(mark, "m3-"+mark, "even more words of "+mark))
	x.lease, x.turn = w.turn(c)
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		call := store.ToolCall{CallID: "1", Tool: mark, Args: json.RawMessage(`{"of": "` + mark + `"}`), Origins: json.RawMessage(`{}`)}
		_, err := tx.ToolIntent(w.ctx, x.turn, call)
		call.Result = "result of " + mark
		return errors.Join(err, tx.ToolDone(w.ctx, x.turn, call), tx.Book(w.ctx, store.LLMCall{Turn: x.turn.ID, Task: mark}),
			tx.SaveStep(w.ctx, x.lease, x.turn, store.Step{N: 1, Node: mark, Delta: json.RawMessage(`{}`)}))
	})
	x.card = store.Card{ApprovalID: x.pending, TgChatID: 1, MessageID: int64(len(mark)) + w.chat(mark).Watermark*1000 + int64(mark[0])}
	w.desk(func(tx *store.Tx) (err error) {
		w.must(tx.SaveCard(w.ctx, x.card))
		x.view, err = tx.LeaseView(w.ctx, x.pending)
		return err
	})
	x.chat = w.chat(mark)
	w.fixedRows(&x)
	w.topic(c.RestaurantID, "topic of "+mark, x.card.MessageID)
	w.groupOf(x.chat, mark)
	w.filesOf(&x, c)
	w.wished(c, mark)
	w.connected(&x)
	w.ruled(&x)
	w.crmOf(c, mark)
	w.postsOf(&x)
	w.paysOf(&x, c)
	for _, table := range w.restaurantTables() {
		if table != "restaurants" && ask[int](w, `SELECT count(*) FROM `+table+` WHERE restaurant_id = $1`, c.RestaurantID) == 0 {
			w.Fatalf("%s has no row of %s in %s: the test proves nothing there", x.mark, mark, table)
		}
	}
	return x
}

// print is everything that a restaurant owns, as text.
func (w *world) print(r store.RestaurantID) string {
	w.Helper()
	var all []string
	for _, table := range w.restaurantTables() {
		column := map[bool]string{true: "id", false: "restaurant_id"}[table == "restaurants"]
		all = append(all, fmt.Sprintf(`'%s: ' || coalesce((SELECT string_agg(t::text, '|' ORDER BY t::text) FROM %[1]s t WHERE %s = $1), '')`, table, column))
	}
	return ask[string](w, `SELECT concat_ws(E'\n', `+strings.Join(all, ", ")+`)`, r)
}

// difference are the tables of two prints that are not alike.
func difference(before, after string) (out string) {
	now := strings.Split(after, "\n")
	for i, table := range strings.Split(before, "\n") {
		if table != now[i] {
			out += "\n" + table + "\nto\n" + now[i]
		}
	}
	return out
}

// reaches are all methods of a transaction, each aimed at a tenant's rows. What is read comes back.
func reaches(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	later := monday.Add(time.Hour)
	all := map[string]func(tx *store.Tx) (any, error){
		"AlertShown":     only(func(tx *store.Tx) error { return tx.AlertShown(ctx, store.AlertView{}) }),
		"Alerts":         func(tx *store.Tx) (any, error) { return tx.Alerts(ctx) },
		"Clear":          only(func(tx *store.Tx) error { return tx.Clear(ctx, "intruder", "intruder") }),
		"DropAlertCopy":  only(func(tx *store.Tx) error { return tx.DropAlertCopy(ctx, store.AlertCopy{}) }),
		"Ease":           only(func(tx *store.Tx) error { return tx.Ease(ctx, "intruder", "x", "intruder") }),
		"LeaseAlert":     func(tx *store.Tx) (any, error) { return tx.LeaseAlert(ctx, store.AlertID(x.pending)) },
		"SaveAlertCopy":  only(func(tx *store.Tx) error { return tx.SaveAlertCopy(ctx, store.AlertID(x.pending), store.AlertCopy{}) }),
		"ShowAlertLater": only(func(tx *store.Tx) error { return tx.ShowAlertLater(ctx, store.AlertID(x.pending), time.Hour) }),
		"Standing":       only(func(tx *store.Tx) error { return tx.Standing(ctx, store.Alert{Cause: "intruder", Text: "intruder"}) }),
		"ChannelStates":  func(tx *store.Tx) (any, error) { return tx.ChannelStates(ctx) },
		"Hasten":         only(func(tx *store.Tx) error { return tx.Hasten(ctx, "marketa", "intruder") }),
		"PauseChannel":   only(func(tx *store.Tx) error { _, err := tx.PauseChannel(ctx, "intruder", true); return err }),
		"Quiet":          only(func(tx *store.Tx) error { return tx.Quiet(ctx, "intruder", later) }),
		"SetLink":        only(func(tx *store.Tx) error { _, err := tx.SetLink(ctx, "intruder", "", ""); return err }),
		"AnswerDoubt":    func(tx *store.Tx) (any, error) { return tx.AnswerDoubt(ctx, x.decided, true) },
		"Ask":            only(func(tx *store.Tx) error { return tx.Ask(ctx, x.delivery, "?") }),
		"AskAt":          func(tx *store.Tx) (any, error) { a, _, err := tx.AskAt(ctx, 1, 1); return a, err },
		"Book":           only(func(tx *store.Tx) error { return tx.Book(ctx, store.LLMCall{Turn: x.turn.ID}) }),
		"CardAt":         func(tx *store.Tx) (any, error) { c, _, err := tx.CardAt(ctx, 1, x.card.MessageID); return c, err },
		"Cards":          func(tx *store.Tx) (any, error) { return tx.Cards(ctx, x.pending) },
		"ChatAt":         func(tx *store.Tx) (any, error) { return tx.ChatAt(ctx, x.chat.Channel, x.chat.VendorChatID) },
		"ReasonsOf":      func(tx *store.Tx) (any, error) { return tx.ReasonsOf(ctx, 1, x.card.MessageID) },
		"Chat":           func(tx *store.Tx) (any, error) { return tx.Chat(ctx, x.chat.ID) },
		"CloseAsk":       only(func(tx *store.Tx) error { return tx.CloseAsk(ctx, store.AskID(x.pending)) }),
		"ReleaseLater":   only(func(tx *store.Tx) error { return tx.ReleaseLater(ctx, x.decided) }),
		"CloseRelease":   only(func(tx *store.Tx) error { return tx.CloseRelease(ctx, x.decided) }),
		"Commit":         func(tx *store.Tx) (any, error) { return tx.Commit(ctx, x.lease, drafted(x.turn, "intruder")) },
		"Conversation":   func(tx *store.Tx) (any, error) { return tx.Conversation(ctx, x.chat.ID, 99) },
		"Decide": func(tx *store.Tx) (any, error) {
			return tx.Decide(ctx, store.Press{Approval: x.pending, Action: store.Discard, TelegramID: marta, PolicyVersion: policy})
		},
		"Delivered":    only(func(tx *store.Tx) error { return tx.Delivered(ctx, x.delivery, "intruder") }),
		"Doubt":        only(func(tx *store.Tx) error { return tx.Doubt(ctx, x.delivery, true, later) }),
		"DrawLater":    only(func(tx *store.Tx) error { return tx.DrawLater(ctx, x.pending, x.view, time.Hour) }),
		"Drawn":        only(func(tx *store.Tx) error { return tx.Drawn(ctx, x.pending, x.view, 1) }),
		"DropCard":     only(func(tx *store.Tx) error { return tx.DropCard(ctx, x.card) }),
		"Enqueue":      only(func(tx *store.Tx) error { return tx.Enqueue(ctx) }),
		"Facts":        func(tx *store.Tx) (any, error) { return tx.Facts(ctx) },
		"Fail":         only(func(tx *store.Tx) error { return tx.Fail(ctx, x.delivery, "intruder") }),
		"GiveUpNotice": only(func(tx *store.Tx) error { return tx.GiveUpNotice(ctx, store.NoticeID(store.NewID[struct{}]())) }),
		"Happened":     func(tx *store.Tx) (any, error) { return tx.Happened(ctx, "closed_by_manager", "intruder") },
		"HasPending":   func(tx *store.Tx) (any, error) { return tx.HasPending(ctx, x.chat.ID) },
		"Intend":       func(tx *store.Tx) (any, error) { return tx.Intend(ctx, x.delivery) },
		"LeaseChat":    func(tx *store.Tx) (any, error) { return tx.LeaseChat(ctx, x.chat.ID) },
		"LeaseDelivery": func(tx *store.Tx) (any, error) {
			d, err := tx.LeaseDelivery(ctx, x.delivery.ID)
			return d, err
		},
		"LeaseNotice": func(tx *store.Tx) (any, error) { return tx.LeaseNotice(ctx, store.NoticeID(store.NewID[struct{}]())) },
		"LeaseView":   func(tx *store.Tx) (any, error) { return tx.LeaseView(ctx, x.decided) },
		"LookAgain":   only(func(tx *store.Tx) error { return tx.LookAgain(ctx, x.delivery, true, later) }),
		"MakeOwners":  only(func(tx *store.Tx) error { return tx.MakeOwners(ctx, []int64{stranger}) }),
		"ManagerBy":   func(tx *store.Tx) (any, error) { m, _, err := tx.ManagerBy(ctx, marta, ""); return m, err },
		"Managers":    func(tx *store.Tx) (any, error) { return tx.Managers(ctx) },
		"MoveStage":   only(func(tx *store.Tx) error { return tx.MoveStage(ctx, "intruder", "qualification", "closed", "intruder") }),
		"Note":        only(func(tx *store.Tx) error { return tx.Note(ctx, "intruder", "x", "x") }),
		"NoteFact":    only(func(tx *store.Tx) error { return tx.NoteFact(ctx, store.Fact{Field: "name", Value: "intruder"}) }),
		"NoteProposed": only(func(tx *store.Tx) error {
			return tx.NoteProposed(ctx, x.proposal, store.Fact{Field: "name", Value: "intruder"})
		}),
		"OpenAsk": func(tx *store.Tx) (any, error) {
			return tx.OpenAsk(ctx, store.Ask{ApprovalID: x.pending, Kind: "edit"})
		},
		"OpenAskOf":     func(tx *store.Tx) (any, error) { a, _, err := tx.OpenAskOf(ctx, store.ManagerID{}, 1); return a, err },
		"OpenTurn":      func(tx *store.Tx) (any, error) { t, c, err := tx.OpenTurn(ctx, x.lease); return []any{t, c}, err },
		"Outstanding":   func(tx *store.Tx) (any, error) { return tx.Outstanding(ctx, 0) },
		"OwnRestaurant": func(tx *store.Tx) (any, error) { return tx.OwnRestaurant(ctx) },
		"ProposalDone":  only(func(tx *store.Tx) error { return tx.ProposalDone(ctx, x.proposal.ID) }),
		"Queue":         func(tx *store.Tx) (any, error) { return tx.Queue(ctx) },
		"Raise":         only(func(tx *store.Tx) error { return tx.Raise(ctx, store.Alert{Cause: "intruder", Text: "intruder"}) }),
		"Redo":          func(tx *store.Tx) (any, error) { return tx.Redo(ctx, store.Turn{RedoOf: x.pending}) },
		"Released":      func(tx *store.Tx) (any, error) { return tx.Released(ctx, x.decided) },
		"ReleaseLease":  only(func(tx *store.Tx) error { return tx.ReleaseLease(ctx, x.lease) }),
		"RemindAt":      func(tx *store.Tx) (any, error) { return tx.RemindAt(ctx, x.pending, later) },
		"RemindedAt":    func(tx *store.Tx) (any, error) { return tx.RemindedAt(ctx, x.pending) },
		"ReminderDue":   func(tx *store.Tx) (any, error) { return tx.ReminderDue(ctx, x.pending) },
		"RenewLease":    only(func(tx *store.Tx) error { return tx.RenewLease(ctx, x.lease) }),
		"RenewView":     only(func(tx *store.Tx) error { return tx.RenewView(ctx, x.pending, x.view) }),
		"Retry":         only(func(tx *store.Tx) error { return tx.Retry(ctx, x.delivery, later, "intruder") }),
		"SaveCard":      only(func(tx *store.Tx) error { return tx.SaveCard(ctx, x.card) }),
		"SaveStep": only(func(tx *store.Tx) error {
			return tx.SaveStep(ctx, x.lease, x.turn, store.Step{N: 2, Node: "intruder", Delta: json.RawMessage(`{}`)})
		}),
		"Settled":    only(func(tx *store.Tx) error { return tx.Settled(ctx, x.delivery) }),
		"SpokenFor":  func(tx *store.Tx) (any, error) { return tx.SpokenFor(ctx, store.Delivery{ChatID: x.chat.ID}) },
		"Steps":      func(tx *store.Tx) (any, error) { return tx.Steps(ctx, x.turn.ID) },
		"TakeUpdate": func(tx *store.Tx) (any, error) { b, _, err := tx.TakeUpdate(ctx, 1); return b, err },
		"Tell":       only(func(tx *store.Tx) error { return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "x"}, "") }),
		"TellLater":  only(func(tx *store.Tx) error { return tx.TellLater(ctx, store.NoticeID(store.NewID[struct{}]()), later) }),
		"Told": only(func(tx *store.Tx) error {
			return tx.Told(ctx, store.Notice{ID: store.NoticeID(store.NewID[struct{}]())}, 1, 1)
		}),
		"ToolCalls": func(tx *store.Tx) (any, error) { return tx.ToolCalls(ctx, x.turn) },
		"ToolDone": only(func(tx *store.Tx) error {
			return tx.ToolDone(ctx, x.turn, store.ToolCall{CallID: "1", Result: "intruder"})
		}),
		"ToolIntent": func(tx *store.Tx) (any, error) {
			return tx.ToolIntent(ctx, x.turn, store.ToolCall{CallID: "2", Tool: "intruder", Args: json.RawMessage(`{}`)})
		},
		"TouchView":     only(func(tx *store.Tx) error { return tx.TouchView(ctx, x.pending) }),
		"Unhandled":     func(tx *store.Tx) (any, error) { return tx.Unhandled(ctx, x.chat.ID, 0) },
		"UpdateHandled": only(func(tx *store.Tx) error { return tx.UpdateHandled(ctx, 1) }),
		"View":          func(tx *store.Tx) (any, error) { return tx.View(ctx, x.pending) },
		"WasSent":       func(tx *store.Tx) (any, error) { return tx.WasSent(ctx, x.decided) },
		// Whose chat it is, and who is on the team: rights of the desk and of the login only.
		"ChatLine":      func(tx *store.Tx) (any, error) { return tx.ChatLine(ctx, x.chat.ID) },
		"ChatsOf":       func(tx *store.Tx) (any, error) { return tx.ChatsOf(ctx, x.chat.RestaurantID) },
		"ConfirmClient": func(tx *store.Tx) (any, error) { return tx.ConfirmClient(ctx, x.chat.ID, marta) },
		"Directory":     func(tx *store.Tx) (any, error) { return tx.Directory(ctx, x.chat.ID) },
		"Dossier":       func(tx *store.Tx) (any, error) { return tx.Dossier(ctx, x.chat.RestaurantID) },
		"FindChats":     func(tx *store.Tx) (any, error) { return tx.FindChats(ctx, "", x.mark, 9) },
		"IgnoreChat":    func(tx *store.Tx) (any, error) { return tx.IgnoreChat(ctx, x.chat.ID, true, marta) },
		"IgnoredChats":  func(tx *store.Tx) (any, error) { return tx.IgnoredChats(ctx) },
		"Invite":        func(tx *store.Tx) (any, error) { return tx.Invite(ctx, marta, store.NewCodeID(), "owner", []byte("x")) },
		"MakeRestaurant": func(tx *store.Tx) (any, error) {
			_, ok, err := tx.MakeRestaurant(ctx, "intruder", "UTC", marta)
			return ok, err
		},
		"Manager":       func(tx *store.Tx) (any, error) { return tx.Manager(ctx, store.ManagerID{}) },
		"Move":          func(tx *store.Tx) (any, error) { return tx.Move(ctx, store.MoveID{}) },
		"MoveChat":      func(tx *store.Tx) (any, error) { return tx.MoveChat(ctx, x.chat.ID, tx.Restaurant, marta) },
		"MovesOf":       func(tx *store.Tx) (any, error) { return tx.MovesOf(ctx, x.chat.RestaurantID, 9) },
		"NewClaim":      func(tx *store.Tx) (any, error) { return tx.NewClaim(ctx, []byte("x")) },
		"OpenInvites":   func(tx *store.Tx) (any, error) { return tx.OpenInvites(ctx) },
		"Owned":         func(tx *store.Tx) (any, error) { return tx.Owned(ctx) },
		"RemoveManager": func(tx *store.Tx) (any, error) { return tx.RemoveManager(ctx, marta, store.ManagerID{}) },
		"RenameRestaurant": func(tx *store.Tx) (any, error) {
			return tx.RenameRestaurant(ctx, x.chat.RestaurantID, "intruder", marta)
		},
		"RevokeInvite":     func(tx *store.Tx) (any, error) { return tx.RevokeInvite(ctx, marta, store.CodeID{}) },
		"RezoneRestaurant": func(tx *store.Tx) (any, error) { return tx.RezoneRestaurant(ctx, x.chat.RestaurantID, "UTC", marta) },
		"SetAway":          func(tx *store.Tx) (any, error) { return tx.SetAway(ctx, marta, nil) },
		"SetDeputy":        func(tx *store.Tx) (any, error) { return tx.SetDeputy(ctx, marta, store.ManagerID{}) },
		"SetRole":          func(tx *store.Tx) (any, error) { return tx.SetRole(ctx, marta, store.ManagerID{}, "owner") },
		"UseCode":          func(tx *store.Tx) (any, error) { return tx.UseCode(ctx, stranger, "intruder", "x") },
		"WasRemoved":       func(tx *store.Tx) (any, error) { return tx.WasRemoved(ctx, stranger) },
	}
	maps.Copy(all, groupReaches(ctx, x))
	return all
}

// readsOwn are the methods that show a restaurant something of its own: they prove that the test would see a leak.
var readsOwn = []string{"Chat", "Conversation", "Facts", "LeaseDelivery", "Outstanding", "OwnRestaurant", "Redo", "Released", "Steps", "ToolCalls", "ToolIntent", "Unhandled", "OpenTurn"}

func TestARestaurantSeesAndChangesNothingOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	a, b := w.tenant("acanary"), w.tenant("bcanary")
	before := w.print(b.chat.RestaurantID)
	all := reaches(w.ctx, b)
	maps.Copy(all, telegramReaches(w.ctx, b))
	maps.Copy(all, reachesOfFiles(w.ctx, b))
	maps.Copy(all, profileReaches(w.ctx, b))
	maps.Copy(all, reachesOfWords(w.ctx, b))
	maps.Copy(all, deskReaches(w, b))
	maps.Copy(all, reachesOfConnections(w.ctx, b))
	maps.Copy(all, reachesOfRules(w.ctx, b))
	maps.Copy(all, reachesOfCRM(w.ctx, b))
	maps.Copy(all, reachesOfPosts(w.ctx, b))
	maps.Copy(all, reachesOfPay(w, b))
	maps.Copy(all, reachesOfPublishing(w.ctx, b))
	methods := reflect.TypeFor[*store.Tx]()
	for i := range methods.NumMethod() {
		name := methods.Method(i).Name
		reach := all[name]
		if reach == nil {
			t.Errorf("%s is not tried here: add it to reaches", name)
			continue
		}
		var seen any
		err := w.appErr(a.chat.RestaurantID, func(tx *store.Tx) (err error) { seen, err = reach(tx); return err })
		if text := fmt.Sprintf("%+v %v", seen, err); strings.Contains(spelled(seen)+text, b.mark) {
			t.Errorf("%s shows %s", name, text)
		}
		if changed := difference(before, w.print(b.chat.RestaurantID)); changed != "" {
			t.Fatalf("%s (%v) changed:%s", name, err, changed)
		}
	}
}

// spelled is a value as text, also what hides behind pointers and bytes.
func spelled(v any) string {
	raw, _ := json.Marshal(v)
	text := string(raw)
	if b, ok := v.([]byte); ok {
		text += string(b)
	}
	return text
}

func TestARestaurantSeesItsOwn(t *testing.T) {
	t.Parallel()
	for _, name := range readsOwn {
		if name == "Outstanding" {
			continue // counts only
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			b := w.tenant("bcanary")
			w.clock.Advance(store.LeaseTime + time.Second)
			err := w.appErr(b.chat.RestaurantID, func(tx *store.Tx) error {
				seen, err := reaches(w.ctx, b)[name](tx)
				if err == nil && !strings.Contains(spelled(seen), b.mark) && !strings.Contains(fmt.Sprintf("%+v", seen), b.mark) && !strings.Contains(fmt.Sprintf("%s", seen), b.chat.ID.String()) && name != "ToolIntent" {
					t.Errorf("it does not see its own: %+v", seen)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// forge is what code could try whose ids do not belong together.
func TestRowsOfTwoRestaurantsCannotBeTiedTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	a, b := w.tenant("acanary"), w.tenant("bcanary")
	mine := a.chat.RestaurantID
	before := w.print(b.chat.RestaurantID)
	turn, lease := b.turn, a.lease
	turn.RestaurantID = mine
	for name, forge := range map[string]func(tx *store.Tx) error{
		"a step of theirs under our lease": func(tx *store.Tx) error {
			return tx.SaveStep(w.ctx, lease, b.turn, store.Step{N: 9, Node: "x", Delta: json.RawMessage(`{}`)})
		},
		"a step of theirs as ours": func(tx *store.Tx) error {
			return tx.SaveStep(w.ctx, lease, turn, store.Step{N: 9, Node: "x", Delta: json.RawMessage(`{}`)})
		},
		"a tool call of theirs as ours": func(tx *store.Tx) error {
			_, err := tx.ToolIntent(w.ctx, turn, store.ToolCall{CallID: "9", Tool: "x", Args: json.RawMessage(`{}`), Origins: json.RawMessage(`{}`)})
			return err
		},
		"a fact of ours for a proposal of theirs": func(tx *store.Tx) error {
			return tx.NoteProposed(w.ctx, b.proposal, store.Fact{Field: "x", Value: "x"})
		},
	} {
		if err := w.appErr(mine, forge); !store.IsRefused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, sql := range map[string]string{
		"a draft in their chat":        `INSERT INTO drafts (id, restaurant_id, chat_id, author, text, text_hash, watermark, policy_version, created_at) VALUES (gen_random_uuid(), '%[1]s', '%[3]s', 'model', '', sha256(''), 0, '', now())`,
		"a draft of theirs":            `INSERT INTO drafts (id, restaurant_id, chat_id, author, text, text_hash, watermark, policy_version, created_at) VALUES (gen_random_uuid(), '%[2]s', '%[3]s', 'model', '', sha256(''), 0, '', now())`,
		"the end of their card":        `SELECT 1 / count(x) FROM retire('%[2]s', '%[3]s', 'intruder', now()) x WHERE x IS NOT NULL`,
		"the end of their card as our": `SELECT 1 / count(x) FROM retire('%[1]s', '%[3]s', 'intruder', now()) x WHERE x IS NOT NULL`,
		"a move of our chat to them":   `UPDATE chats SET restaurant_id = '%[2]s' WHERE id = '%[4]s'`,
		"a message in their chat":      `INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, kind, body, body_hash, seq, sent_at, received_at) VALUES (gen_random_uuid(), '%[1]s', '%[3]s', 'marketa', 'x', 'marketa', 'text', '', '', 0, now(), now())`,
	} {
		if err := w.as("marketa_app", mine, fmt.Sprintf(sql, mine, b.chat.RestaurantID, b.chat.ID, a.chat.ID)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if changed := difference(before, w.print(b.chat.RestaurantID)); changed != "" {
		t.Errorf("theirs has changed:%s", changed)
	}
}

// as runs one statement the way db.Tx and db.System do, under a role and for a restaurant (zero: none).
func (w *world) as(role string, r store.RestaurantID, sql string, args ...any) error {
	w.Helper()
	restaurant := ""
	if !r.IsZero() {
		restaurant = r.String()
	}
	return pgx.BeginFunc(w.ctx, w.db.Pool(), func(tx pgx.Tx) error {
		if role != "" {
			if _, err := tx.Exec(w.ctx, `SELECT set_config('role', $1, true), set_config('app.restaurant_id', $2, true)`, role, restaurant); err != nil {
				return err
			}
		}
		_, err := tx.Exec(w.ctx, sql, args...)
		return err
	})
}

func TestNoRestaurantNoTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must := func(err error) {
		if err == nil {
			t.Error("it ran")
		}
	}
	run := func(*store.Tx) error { t.Error("it began"); return nil }
	must(w.db.Tx(w.ctx, run))
	must(w.db.Tx(store.WithRestaurant(w.ctx, store.RestaurantID{}), run))
	for _, role := range []store.Role{"", "marketa_app", "marketa_gate", "marketa_door", "marketa"} {
		must(w.db.System(w.ctx, role, run))
	}
	w.ingest(message("anna", "m1", "ciao"))
	for _, table := range w.restaurantTables() {
		if table != "audit" && ask[int](w, `SELECT count(*) FROM `+table) > 0 {
			err := w.as("marketa_app", store.RestaurantID{}, `SELECT 1 / (count(*) = 0)::int FROM `+table)
			if err != nil {
				t.Errorf("without a restaurant the app sees %s: %v", table, err)
			}
		}
	}
}

func TestTheLoginItselfSeesAndWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.tenant("acanary")
	w.must(w.db.SaveUpdate(w.ctx, 1, []byte("{}")))
	w.must(w.db.KeepCRMEvent(w.ctx, store.CRMEvent{Body: []byte("{}"), Key: "x"}))
	w.desk(func(tx *store.Tx) error {
		_, err := tx.OpenAsk(w.ctx, store.Ask{ManagerID: ask[store.ManagerID](w, `SELECT id FROM managers LIMIT 1`), ApprovalID: ask[store.ApprovalID](w, `SELECT id FROM approvals LIMIT 1`), Kind: "edit"})
		_, invited := tx.Invite(w.ctx, marta, store.NewCodeID(), "viewer", []byte("x"))
		_, tried := tx.UseCode(w.ctx, stranger, "Stan", "wrong")
		return errors.Join(err, invited, tried, tx.Tell(w.ctx, store.Notice{Kind: "alert", HTML: "x"}, ""))
	})
	w.ingest(message("bruno", "b1", "salve"))
	w.desk(func(tx *store.Tx) error {
		_, err := tx.MoveChat(w.ctx, w.chat("bruno").ID, w.chat("acanary").RestaurantID, marta)
		return err
	})
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Events: []store.Inbound{removal("never came")}, Receipts: []store.Receipt{{Channel: "marketa", VendorID: "x", Status: "read", At: monday}}}))
	w.raise(store.Alert{Cause: "x", Text: "x", Key: "x", Who: "x"})
	w.clock.Advance(2 * time.Second) // what others may share is told a moment later
	w.shown()
	w.must(w.db.PlanChores(w.ctx, []store.Channel{"marketa"}, []string{store.ChoreHistory}))
	_, err := w.db.BeginPass(w.ctx, "marketa")
	w.must(err)
	missing, err := w.db.Recall(w.ctx, store.Recall{Channel: "marketa", Chat: "lost", Missed: []store.Inbound{message("lost", "lost", "ciao")}})
	if err != nil || missing != 1 {
		t.Fatalf("%d missing, %v", missing, err)
	}
	none := store.RestaurantID{}
	for _, table := range w.ourTables() {
		if ask[int](w, `SELECT count(*) FROM `+table) == 0 {
			t.Errorf("%s is empty: the test proves nothing there", table)
		}
		if err := w.as("", none, `SELECT 1 / (count(*) = 0)::int FROM `+table); err != nil {
			t.Errorf("the login reads %s: %v", table, err)
		}
		if err := w.as("", none, `INSERT INTO `+table+` DEFAULT VALUES`); err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("the login writes %s: %v", table, err)
		}
		before := ask[string](w, `SELECT string_agg(t::text, '|' ORDER BY t::text) FROM `+table+` t`)
		w.must(w.as("", none, `DELETE FROM `+table))
		column := ask[string](w, `SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attidentity = '' AND attgenerated = '' ORDER BY attnum LIMIT 1`, table)
		w.must(w.as("", none, `UPDATE `+table+` SET `+column+` = NULL`))
		same(w, before, `SELECT string_agg(t::text, '|' ORDER BY t::text) FROM `+table+` t`)
	}
}

func TestTheNextBorrowerOfAConnectionInheritsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	r := w.chat("anna").RestaurantID
	given, giveUp := context.WithCancel(w.ctx)
	for name, use := range map[string]func(){
		"after a commit": func() { w.app(r, func(*store.Tx) error { return nil }) },
		"after an error": func() { _ = w.appErr(r, func(*store.Tx) error { return errors.New("no") }) },
		"after a panic": func() {
			defer func() { _ = recover() }()
			_ = w.appErr(r, func(*store.Tx) error { panic("no") })
		},
		"after a cancel": func() {
			_ = w.db.Tx(store.WithRestaurant(given, r), func(tx *store.Tx) error { giveUp(); _, err := tx.Facts(given); return err })
		},
		"after the desk": func() { w.desk(func(*store.Tx) error { return nil }) },
	} {
		use()
		for _, c := range w.db.Pool().AcquireAllIdle(w.ctx) {
			var got string
			err := c.QueryRow(w.ctx, `SELECT concat_ws(' ', current_user, current_setting('role'), '[' || coalesce(current_setting('app.restaurant_id', true), '') || ']')`).Scan(&got)
			c.Release()
			if err != nil || got != "marketa none []" {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	}
}

func TestStatusesAreSeenByTheirRestaurantOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	for _, who := range []string{"anna", "bruno"} {
		c, d := w.intended(who, draft)
		w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, store.VendorMessageID("v-"+who)) })
	}
	var all []store.Receipt
	for _, id := range []store.VendorMessageID{"v-anna", "v-bruno", "nobody's"} {
		all = append(all, store.Receipt{Channel: "marketa", VendorID: id, Status: "read", Viewer: "a phone", At: monday}, store.Receipt{Channel: "company", VendorID: id, Status: "read", At: monday})
	}
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Receipts: all}))
	for _, who := range []string{"anna", "bruno"} {
		if err := w.as("marketa_app", w.chat(who).RestaurantID, `SELECT 1 / (string_agg(channel || vendor_id, ' ') = $1)::int FROM receipts`, "marketav-"+who); err != nil {
			t.Errorf("%s sees others, or not her own: %v", who, err)
		}
	}
}

func TestTransactionsReadWhatIsCommitted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.exec(fmt.Sprintf(`ALTER DATABASE %q SET default_transaction_isolation = 'serializable'`, databaseOf(w.db)))
	w.db.Pool().Reset()
	_, id := w.asked("anna", "a che ora?", draft)
	atOnce(8, func(int) {
		err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
			_, err := tx.Decide(w.ctx, press(id, store.Send))
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestAChatMovesWithItsHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	a := w.tenant("acanary")
	w.ingest(message("bruno", "b1", "salve"))
	to := w.chat("bruno").RestaurantID
	w.exec(`UPDATE chats SET restaurant_id = $1 WHERE id = $2`, to, a.chat.ID)
	for _, table := range []string{"messages", "turns", "steps", "tool_calls", "drafts", "approvals", "proposals", "outbound", "deliveries", "views", "media", "photos", "file_views"} {
		same(w, 0, `SELECT count(*) FROM `+table+` WHERE restaurant_id = $1`, a.chat.RestaurantID)
		if ask[int](w, `SELECT count(*) FROM `+table+` WHERE restaurant_id = $1`, to) == 0 {
			t.Errorf("%s did not come along", table)
		}
	}
}
