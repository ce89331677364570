package telegram_test

import (
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"marketa/bots/telegram"
	"marketa/sandbox/wire"
	"marketa/store"
	"marketa/store/storetest"
)

// updates are what Telegram sends, as its documentation has them, and a few that it should not.
func updates() []string {
	from := `"from":{"id":55501,"is_bot":false,"first_name":"Marta"}`
	chat := `"chat":{"id":-1002000000001,"type":"supergroup","title":"Desk","is_forum":true}`
	private := `"chat":{"id":55501,"type":"private","first_name":"Marta"}`
	return []string{
		`{"update_id":1,"message":{"message_id":7,` + from + `,` + chat + `,"date":1772442000,"text":"ciao"}}`,
		`{"update_id":2,"message":{"message_id":8,` + from + `,` + private + `,"date":1772442000,"text":"/queue","entities":[{"type":"bot_command","offset":0,"length":6}]}}`,
		`{"update_id":3,"message":{"message_id":9,` + from + `,` + chat + `,"date":1772442000,"message_thread_id":5,"is_topic_message":true,"reply_to_message":{"message_id":7,` + chat + `,"date":1},"text":"Alle 20."}}`,
		`{"update_id":4,"callback_query":{"id":"41",` + from + `,"chat_instance":"1","data":"a:send:0","message":{"message_id":7,` + chat + `,"date":0}}}`,
		`{"update_id":5,"callback_query":{"id":"42",` + from + `,"chat_instance":"1","data":"\u0000","inline_message_id":"x"}}`,
		`{"update_id":6,"edited_message":{"message_id":7,` + from + `,` + chat + `,"date":1,"edit_date":2,"text":"ciao!"}}`,
		`{"update_id":7,"my_chat_member":{` + from + `,` + chat + `,"date":1,"old_chat_member":{"status":"member","user":{"id":1,"is_bot":true,"first_name":"M"}},"new_chat_member":{"status":"kicked","until_date":0,"user":{"id":1,"is_bot":true,"first_name":"M"}}}}`,
		`{"update_id":8,"message":{"message_id":10,` + from + `,` + chat + `,"date":1,"forum_topic_created":{"name":"Trattoria","icon_color":7322096}}}`,
		`{"update_id":9,"message":{"message_id":11,` + from + `,` + chat + `,"date":1,"migrate_to_chat_id":-1002000000009}}`,
		`{"update_id":10,"message":{"message_id":12,"sender_chat":{"id":-1002000000001,"type":"supergroup"},` + chat + `,"date":1,"text":"as the group"}}`,
		`{"update_id":11,"message":{"message_id":13,` + from + `,` + private + `,"date":1,"photo":[{"file_id":"a","file_unique_id":"b","width":1,"height":1}],"caption":"la terrazza","media_group_id":"9"}}`,
		`{"update_id":12,"message":{"message_id":14,"from":{"id":66601,"is_bot":false,"first_name":"\u202eStan"},"chat":{"id":66601,"type":"private"},"date":1,"text":"/start ABCD-EFGH"}}`,
		`{"update_id":13,"message":{"message_id":15,` + from + `,` + private + `,"date":1,"voice":{"file_id":"a","file_unique_id":"b","duration":3}}}`,
		`{"update_id":14,"poll":{"id":"1"}}`, `{"update_id":"15"}`, `{"update_id":16,"message":[]}`, `{"update_id":-1}`, `[]`, `{`,
	}
}

// FuzzUpdate: whatever comes in Telegram's name is kept and handled without breaking anything, and nothing of it reaches a client.
func FuzzUpdate(f *testing.F) {
	for _, u := range updates() {
		f.Add([]byte(u))
	}
	db, log := storetest.New(f), &syncBuffer{}
	db.Clock = wire.Simulated(start)
	bot, err := telegram.New(telegram.Config{DB: db, BaseURL: "http://127.0.0.1:1", Token: token, ApprovalsChat: desk, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		f.Fatal(err)
	}
	if err := db.System(f.Context(), store.Desk, func(tx *store.Tx) error { return tx.MakeOwners(f.Context(), []int64{marta, ben}) }); err != nil {
		f.Fatal(err)
	}
	worker, next := &telegram.HandleWorker{Bot: bot}, int64(1<<40)
	f.Fuzz(func(t *testing.T, body []byte) {
		ctx := t.Context()
		next++
		id := next
		if fresh, ok := renumbered(body, id); ok {
			body = fresh
		}
		if err := bot.Receive(ctx, body); err != nil {
			t.Fatalf("not kept: %v", err)
		}
		if err := worker.Work(ctx, &river.Job[store.HandleUpdate]{Args: store.HandleUpdate{Update: id}}); err != nil {
			t.Fatalf("the job failed: %v", err)
		}
		if said := log.String(); strings.Contains(said, "panic") {
			t.Fatalf("it broke: %s", said)
		}
		checkHandled(t, db, id)
	})
}

// renumbered gives an update an id that no other one has; false where it is no object.
func renumbered(body []byte, id int64) ([]byte, bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil {
		return nil, false
	}
	fields["update_id"], _ = json.Marshal(id)
	fresh, err := json.Marshal(fields)
	return fresh, err == nil
}

func checkHandled(t *testing.T, db *store.DB, id int64) {
	t.Helper()
	var open, out int
	var told []string
	err := pgx.BeginFunc(t.Context(), db.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `SET LOCAL ROLE marketa_desk`); err != nil {
			return err
		}
		return tx.QueryRow(t.Context(), `SELECT (SELECT count(*)::int FROM updates WHERE update_id = $1 AND handled_at IS NULL AND next_at IS NULL),
			(SELECT count(*)::int FROM outbound), (SELECT coalesce(array_agg(html), '{}') FROM (SELECT html FROM notices ORDER BY created_at DESC, id DESC LIMIT 3) n)`, id).Scan(&open, &out, &told)
	})
	if err != nil {
		t.Fatal(err)
	}
	if open > 0 || out > 0 {
		t.Errorf("%d updates are forgotten, %d texts leave", open, out)
	}
	for _, html := range told {
		if !utf8.ValidString(html) || strings.ContainsRune(html, 0) {
			t.Errorf("a notice that Telegram would refuse: %q", html)
		}
	}
}
