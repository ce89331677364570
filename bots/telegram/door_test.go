package telegram_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	sim "marketa/sandbox/telegram"

	"github.com/jackc/pgx/v5"

	"marketa/store"
	"marketa/store/storetest"
)

func TestAPressSendsWhatTheCardShows(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo, a stasera!")
	b.taps(marta, desk, "Send")
	b.wantToast(marta, "On its way to Anna")
	b.wantState(id, "sent")
	b.wantLeaving("Certo, a stasera!")
	b.pass(5 * time.Second)
	b.wantCard(desk, "✅ Sent by Marta, 10:00")
	if l := labels(b.newest(desk)); len(l) != 0 {
		t.Errorf("a decided card has buttons: %q", l)
	}
}

// Everybody who may not: nothing changes, and it is said.
func TestWhoMayNotDecide(t *testing.T) {
	press := func(label string) func(b *bench, who, chat int64) {
		return func(b *bench, who, chat int64) {
			m := b.newest(desk)
			for _, row := range m.Keyboard {
				for _, x := range row {
					if strings.Contains(x.Text, label) {
						b.sim.PressData(who, chat, m.ID, x.Data)
					}
				}
			}
			b.settle()
		}
	}
	for _, label := range []string{"Send", "Edit", "Redo", "Discard", "Take over", "Later"} {
		t.Run("a stranger presses "+label, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			before := b.view(id)
			press(label)(b, stranger, desk)
			press(label)(b, stranger, desk)
			b.wantToast(stranger, "you are not on its team")
			b.wantTold(desk, 1, "🚫 Stan (Telegram id 66601) is not on the team and tried to press a button. Nothing happened.")
			b.same(before)
			b.clock.Advance(24 * time.Hour)
			press(label)(b, stranger, desk)
			b.wantTold(desk, 2, "Stan") // once a day
		})
		t.Run("a viewer presses "+label, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.change(ben, "viewer", true)
			before := b.view(id)
			press(label)(b, ben, desk)
			b.wantToast(ben, "Your role may look but not decide")
			b.same(before)
		})
		t.Run("one who has left presses "+label, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.change(ben, "manager", false)
			before := b.view(id)
			press(label)(b, ben, desk)
			b.wantToast(ben, "You are not on this desk's team any more")
			b.wantTold(desk, 1, "🚫 Ben")
			b.same(before)
		})
		t.Run("a manager presses in another chat "+label, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			before := b.view(id)
			press(label)(b, ben, stranger)
			b.wantToast(ben, "This button does not work here")
			b.same(before)
		})
	}
}

func (b *bench) change(telegramID int64, role string, active bool) {
	b.Helper()
	cfg, err := pgx.ParseConfig(storetest.Cluster(b.T))
	b.must(err)
	cfg.Database = b.db.Pool().Config().ConnConfig.Database
	root, err := pgx.ConnectConfig(b.Context(), cfg)
	b.must(err)
	defer root.Close(b.Context())
	_, err = root.Exec(b.Context(), `UPDATE managers SET role = $2, active = $3 WHERE telegram_id = $1`, telegramID, role, active)
	b.must(err)
}

// same: nothing was decided, nothing may leave, no question is open.
func (b *bench) same(before store.View) {
	b.Helper()
	now := b.view(before.Approval)
	if now.State != before.State || now.Taken || len(b.leaving()) != 0 || value[int](b, `SELECT count(*)::int FROM asks`) != 0 ||
		value[int](b, `SELECT count(*)::int FROM views WHERE remind_at IS NOT NULL`) != 0 {
		b.Errorf("something changed: %+v", now)
	}
}

func TestForgedButtonsDoNothing(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	m := b.newest(desk)
	good := m.Keyboard[0][0].Data
	other := store.NewID[struct{}]()
	part := strings.Split(good, ":")
	before := b.view(id)
	for name, data := range map[string]string{
		"garbage": "garbage", "nothing": "", "colons": ":::", "two parts": "s:" + part[1], "broken base64": "s:!!!:" + part[2], "a short id": "s:AAAA:" + part[2],
		"an id of nothing": "s:" + base64.RawURLEncoding.EncodeToString(other[:]) + ":" + part[2],
		"another text":     "s:" + part[1] + ":AAAAAAAA", "no hash": "s:" + part[1] + ":", "half a hash": "s:" + part[1] + ":" + part[2][:4], "a broken hash": "s:" + part[1] + ":%%",
		"an unknown code": "x:" + part[1] + ":" + part[2], "oversize": good + strings.Repeat("A", 10_000), "NUL": "s\x00:" + part[1] + ":" + part[2],
	} {
		t.Run(name, func(t *testing.T) {
			callback := b.sim.PressData(marta, desk, m.ID, data)
			b.settle()
			b.same(before)
			if !b.sim.Answered(callback) {
				t.Error("the button keeps turning")
			}
		})
	}
	b.wantNoFailures()
}

func (b *bench) wantNoFailures() {
	b.Helper()
	if n := value[int](b, `SELECT count(*)::int FROM updates WHERE handled_at IS NULL OR attempts > 0`); n > 0 {
		b.Errorf("%d updates failed: %s", n, b.log)
	}
}

// A card is a picture of one approval; data of another one on it was not put there by us.
func TestAButtonOfAnotherCardDoesNothingHere(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.clientOf("Carla", "quanto costa?")
	second := b.hold("Carla", store.Finding{Status: "drafted", Text: "Niente."})
	b.settle()
	cards := b.cards(desk)
	b.sim.PressData(marta, desk, cards[0].ID, cards[1].Keyboard[0][0].Data)
	b.settle()
	b.wantState(second, "pending")
	b.wantLeaving()
	b.wantToast(marta, "This button does not work here")
}

func TestAPressOnAnOldCardIsTooLate(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	first := b.card("Certo!")
	old := b.newest(desk).Keyboard[0][0].Data
	message := b.newest(desk).ID
	b.client("anzi no")
	b.card("Va bene, niente.")
	b.sim.PressData(marta, desk, message, old)
	b.settle()
	b.wantToast(marta, "This one is out of date: the conversation has moved on. See the newest card.")
	b.wantState(first, "superseded")
	b.wantLeaving()
}

func TestAPressAfterTheClientWroteAgainSendsNothing(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	for _, label := range []string{"Send", "Discard", "Edit", "Redo"} {
		b.client("anzi, per sei persone")
		toasts := len(b.sim.Toasts(marta))
		b.taps(marta, desk, label)
		if n := len(b.sim.Toasts(marta)); n != toasts+1 || len(b.told(desk)) != 0 {
			t.Errorf("%s: %d new toasts, and %d words", label, n-toasts, len(b.told(desk)))
		}
		b.wantToast(marta, "Anna has written again since this draft. A fresh card is coming; nothing was sent.")
		b.wantState(id, "pending")
		b.wantLeaving()
		b.wantCard(desk, "⌛ The client has written again. A fresh draft is coming.")
	}
	b.taps(marta, desk, "Take over") // that one is always right
	b.wantState(id, "taken_over")
}

func TestOnePressMayComeAsSeveral(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	m := b.newest(desk)
	var callbacks []string
	for range 3 { // a phone that connects again sends the same press with ids of its own
		callbacks = append(callbacks, b.sim.PressData(marta, desk, m.ID, m.Keyboard[0][0].Data))
	}
	b.settle()
	b.wantLeaving("Certo!")
	for _, c := range callbacks {
		if !b.sim.Answered(c) {
			t.Error("a press was not answered")
		}
	}
}

func TestTwoManagersPressAtOnce(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.card("Certo!")
	for _, who := range []int64{marta, ben} {
		m := b.newest(who)
		b.sim.PressData(who, who, m.ID, m.Keyboard[0][0].Data)
	}
	b.settle()
	b.wantLeaving("Certo!")
	b.wantToast(marta, "On its way to Anna")
	b.wantToast(ben, "Marta already sent this at 10:00.")
	b.pass(5 * time.Second)
	if one, two := b.newest(marta).Text, b.newest(ben).Text; one != two || !strings.Contains(one, "Sent by Marta") {
		t.Errorf("the copies differ: %q and %q", one, two)
	}
}

func TestAPressWithoutItsMessageIsJudgedByTheRow(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.sim.Forget(desk, b.newest(desk).ID) // date 0, no text
	b.taps(marta, desk, "Send")
	b.wantState(id, "sent")
}

func TestAPressFromNowhereIsRefused(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	data := b.newest(desk).Keyboard[0][0].Data
	b.receive(fmt.Sprintf(`{"update_id":5,"callback_query":{"id":"9","from":{"id":%d,"first_name":"Marta"},"chat_instance":"1","data":%q}}`, marta, data))
	b.receive(fmt.Sprintf(`{"update_id":6,"callback_query":{"id":"9","from":{"id":%d,"first_name":"Marta"},"inline_message_id":"abc","data":%q}}`, marta, data))
	b.settle()
	b.wantState(id, "pending")
	b.wantNoFailures()
}

func TestAStrangersWordsGoNowhere(t *testing.T) {
	tests := []struct {
		name string
		say  func(b *bench)
		told string
	}{
		{"a reply to a card", func(b *bench) { b.says(stranger, desk, "gratis per tutti!", b.newest(desk).ID) }, "write to the bot"},
		{"an answer to our question", func(b *bench) {
			b.taps(marta, desk, "Edit")
			b.says(stranger, desk, "gratis per tutti!", b.last(desk).ID)
		}, "write to the bot"},
		{"a command", func(b *bench) { b.says(stranger, desk, "/queue", 0) }, "write to the bot"},
		{"a private word", func(b *bench) { b.says(stranger, stranger, "ciao", 0) }, "write to the bot"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			tt.say(b)
			b.wantState(id, "pending")
			b.wantLeaving()
			var refused, reported int
			for _, m := range append(b.told(desk), b.told(stranger)...) {
				if strings.Contains(m.Text, "you are not on its team") {
					refused++
				}
				if strings.Contains(m.Text, "🚫 Stan") && strings.Contains(m.Text, tt.told) {
					reported++
				}
				if strings.Contains(m.Text, "Anna") && strings.Contains(m.Text, "waits") {
					t.Errorf("a stranger read %q", m.Text)
				}
			}
			if refused != 1 || reported != 1 {
				t.Errorf("refused %d times, reported %d times", refused, reported)
			}
		})
	}
}

func TestAStrangerWhoTalksALotIsAnsweredOnceADay(t *testing.T) {
	b := inGroup(t)
	for range 20 {
		b.says(stranger, stranger, "ciao?", 0)
	}
	b.wantTold(stranger, 1, "you are not on its team")
	b.wantTold(desk, 1, "🚫 Stan")
	b.clock.Advance(25 * time.Hour)
	b.says(stranger, stranger, "ciao?", 0)
	b.wantTold(stranger, 2, "you are not on its team")
}

func TestColleaguesMayTalkToEachOther(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.says(ben, desk, "chi prende Anna?", 0)
	question := b.sim.Messages(desk)[len(b.sim.Messages(desk))-1].ID
	b.says(marta, desk, "io", question)
	b.says(stranger, desk, "io no", question)
	b.wantTold(desk, 0, "")
	b.wantState(id, "pending")
	b.wantLeaving()
}

func TestWordsElsewhereAreNoneOfOurs(t *testing.T) {
	const other = -1002000000009
	b := inGroup(t)
	b.sim.AddGroup(sim.Group{ID: other, Title: "Friends", Supergroup: true, BotAdmin: true, Members: []int64{marta, stranger}})
	b.client("avete posto?")
	b.card("Certo!")
	b.says(marta, other, "/queue", 0)
	b.wantTold(other, 0, "")
}

func TestUpdatesOfAnyShapeAreKeptAndNoneGoesRound(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	for i, body := range []string{
		`not JSON`, `{}`, `[]`, `{"update_id":"x"}`, `{"update_id":1.5}`, `{"update_id":null,"message":{}}`, "\xff\x00",
	} {
		b.receive(body)
		b.settle()
		if n := value[int](b, `SELECT count(*)::int FROM alerts WHERE text LIKE '%could not be read%'`); n != 1 {
			t.Fatalf("%d: %d alerts", i, n)
		}
	}
	for i, rest := range []string{
		`"edited_message":{"message_id":1,"from":{"id":55501},"chat":{"id":55501,"type":"private"},"text":"/queue"}`,
		`"message":{"message_id":1}`, `"message":{"message_id":1,"from":null,"chat":{"id":1,"type":"private"},"text":"x"}`,
		`"message":{"message_id":"one"}`, `"callback_query":{"id":7}`, `"callback_query":{"id":"7","from":{"id":55501},"message":{"date":"x"},"data":"s"}`,
		`"callback_query":{"id":"7"}`, `"my_chat_member":{"new_chat_member":{"status":"dancing"}}`, `"something_new":{"a":1}`, `"poll":{}`, `"channel_post":{"message_id":1,"chat":{"id":-5}}`,
		`"message":{"message_id":7,"from":{"id":55501,"first_name":"Mar\u0000ta"},"chat":{"id":55501,"type":"private"},"text":"a\u0000b"}`,
		`"message":{"message_id":8,"from":{"id":77,"first_name":"\u0000\u0000"},"chat":{"id":77,"type":"private"},"text":"/start\u0000"}`,
		`"callback_query":{"id":"7\u0000","from":{"id":55501,"first_name":"M"},"data":"\u0000"}`,
	} {
		b.receive(fmt.Sprintf(`{"update_id":%d,%s}`, 1000+i, rest))
	}
	b.settle()
	b.pass(time.Minute)
	if n := value[int](b, `SELECT count(*)::int FROM updates WHERE update_id BETWEEN 1000 AND 1999 AND (handled_at IS NULL OR attempts > 0)`); n > 0 {
		t.Errorf("%d updates go round: %s", n, b.log)
	}
	if n := value[int](b, `SELECT count(*)::int FROM updates WHERE update_id BETWEEN 1000 AND 1999`); n != 14 {
		t.Errorf("%d updates kept", n)
	}
	b.wantState(id, "pending")
	b.wantLeaving()
}

func TestAnUpdateThatWeDoNotUnderstandIsTold(t *testing.T) {
	b := inGroup(t)
	b.receive(`{"update_id":1000,"message":{"message_id":"one"}}`)
	b.settle()
	b.wantTold(desk, 1, "this version does not understand")
}

func TestCommandsInTheirForms(t *testing.T) {
	for text, want := range map[string]string{"/queue": "Nothing waits", "/queue@marketa_desk_bot": "Nothing waits", "/QUEUE rest": "Nothing waits", "/queue\nx": "Nothing waits",
		"/help": "/queue: what waits", "/start": "Welcome, Marta", "/start deep-link": "Welcome, Marta", "/nonsense": "I do not know /nonsense", "/<b>": "I do not know /<b>"} {
		t.Run(text, func(t *testing.T) {
			b := inGroup(t)
			b.says(marta, marta, text, 0)
			b.wantTold(marta, 1, want)
		})
	}
	t.Run("not at the beginning", func(t *testing.T) {
		b := inGroup(t)
		b.says(marta, marta, "Привіт! /queue", 0)
		b.wantTold(marta, 1, "I did not pass that on to anybody")
	})
	t.Run("in the group", func(t *testing.T) {
		b := inGroup(t)
		b.says(marta, desk, "/queue@marketa_desk_bot", 0)
		b.wantTold(desk, 1, "Nothing waits")
	})
	t.Run("after the bot was renamed", func(t *testing.T) {
		b := inGroup(t)
		b.must(b.bot.Introduce(b.Context(), "", ""))
		b.sim.RenameBot("new_desk_bot")
		b.clock.Advance(time.Hour)
		b.says(marta, desk, "/queue@new_desk_bot", 0)
		b.wantTold(desk, 1, "Nothing waits")
		asked := b.tried("getMe")
		b.says(marta, desk, "/queue@weather_bot", 0)
		b.says(marta, desk, "/queue@weather_bot", 0)
		if n := b.tried("getMe"); n != asked {
			t.Errorf("asked %d times more", n-asked)
		}
		b.wantTold(desk, 1, "Nothing waits")
	})
	t.Run("for another bot", func(t *testing.T) {
		b := inGroup(t)
		b.must(b.bot.Introduce(b.Context(), "", ""))
		b.says(marta, desk, "/queue@weather_bot", 0)
		b.wantTold(desk, 0, "")
	})
}

func TestAQueueOfManyStaysOneMessage(t *testing.T) {
	b := inGroup(t)
	for i := range 40 {
		name := fmt.Sprintf("%02d %s", i, strings.Repeat("<&>", 40))
		b.clientOf(name, "ciao")
		b.hold(name, store.Finding{Status: "plain", Notes: store.Notes{Why: "models down"}})
	}
	b.desk(func(ctx context.Context, tx *store.Tx) error { return nil })
	column[string](b, `DELETE FROM river_job RETURNING kind`)
	b.says(marta, marta, "/queue", 0)
	if said := b.told(marta); len(said) != 1 || !strings.Contains(said[0].Text, "40 cards wait") || !strings.Contains(said[0].Text, "more") {
		t.Errorf("%+v", said)
	}
}

// panicky fails hard once, in the middle of the work.
type panicky struct {
	clock
	calls int
}

func (p *panicky) Now() time.Time {
	if p.calls++; p.calls == 1 {
		panic("a mistake of ours")
	}
	return p.clock.Now()
}

func TestAPanicIsCountedAndTheUpdateComesAgain(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	m := b.newest(desk)
	b.sim.PressData(marta, desk, m.ID, m.Keyboard[0][0].Data)
	b.fetch()
	b.db.Clock = &panicky{clock: b.clock}
	b.drain()
	if n := value[int](b, `SELECT max(attempts) FROM updates`); n != 1 {
		t.Errorf("counted %d times", n)
	}
	b.db.Clock = b.clock
	b.pass(20 * time.Second)
	b.wantState(id, "sent")
}
