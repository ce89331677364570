package telegram_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	sim "marketa/sandbox/telegram"
	"marketa/sandbox/wire"
	"marketa/store"
)

const forum = -1002000000077

// inForum is a bench whose approvals chat has topics; admin says whether the bot may make some.
func inForum(t *testing.T, admin bool) *bench {
	t.Helper()
	b := newBench(t, forum)
	b.sim.AddGroup(sim.Group{ID: forum, Title: "Desk", Forum: true, BotAdmin: admin, Members: []int64{marta, ben, stranger}})
	return b
}

// topic is a topic of the forum by its name; it fails unless there is exactly one.
func (b *bench) topic(name string) (found sim.Topic) {
	b.Helper()
	n := 0
	for _, t := range b.sim.Topics(forum) {
		if t.Name == name {
			found, n = t, n+1
		}
	}
	if n != 1 {
		b.Errorf("%d topics are called %q: %+v", n, name, b.sim.Topics(forum))
	}
	return found
}

// wantIn: exactly these cards stand in a topic.
func (b *bench) wantIn(thread int, words ...string) {
	b.Helper()
	var got []string
	for _, m := range b.cards(forum) {
		if m.ThreadID == thread {
			got = append(got, m.Text)
		}
	}
	if len(got) != len(words) {
		b.Fatalf("%d cards in topic %d, want %d: %q", len(got), thread, len(words), got)
	}
	for i := range words {
		if !strings.Contains(got[i], words[i]) {
			b.Errorf("card %d in topic %d says %q, want %q", i, thread, got[i], words[i])
		}
	}
}

func TestEveryRestaurantGetsATopicOfItsOwn(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	first := b.card("Certo!")
	b.clientOf("Carla", "quanto costa?")
	b.hold("Carla", store.Finding{Status: "drafted", Text: "Niente."})
	b.settle()
	b.client("e domani?")
	b.wantState(first, "pending")
	b.card("Anche!")
	b.wantIn(b.topic("Anna").ID, "Out of date", "Anche!")
	b.wantIn(b.topic("Carla").ID, "Niente.")
	b.wantIn(0)
	for _, name := range []string{"Anna", "Carla"} {
		b.desk(func(ctx context.Context, tx *store.Tx) error {
			r, ok, err := tx.RestaurantOfTopic(ctx, forum, int64(b.topic(name).ID))
			if got, _ := tx.RestaurantName(ctx, r); !ok || got != name {
				t.Errorf("the topic of %s belongs to %q", name, got)
			}
			return err
		})
	}
}

func TestWhatBelongsToARestaurantIsToldInItsTopic(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	b.card("Certo!")
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Of the agency."})
	})
	r := value[store.RestaurantID](b, `SELECT restaurant_id FROM chats`)
	b.must(b.db.Tx(store.WithRestaurant(b.Context(), r), func(tx *store.Tx) error {
		return tx.Tell(b.Context(), store.Notice{Kind: "alert", HTML: "Of Anna."}, "")
	}))
	b.settle()
	places := map[string]int{}
	for _, m := range b.told(forum) {
		places[m.Text] = m.ThreadID
	}
	if anna := b.topic("Anna").ID; places["Of Anna."] != anna || places["⚠️ Of the agency."] != 0 || len(places) != 2 {
		t.Errorf("%v, Anna's topic is %d", places, anna)
	}
	b.taps(marta, forum, "Edit") // a question stands where its card does
	if q := b.last(forum); q.ThreadID != b.topic("Anna").ID || !q.ForceReply {
		t.Errorf("%+v", q)
	}
}

func TestWordsInATopicAnswerNothingByThemselves(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	id := b.card("Certo!")
	_, err := b.sim.SendTopic(marta, forum, b.topic("Anna").ID, "chi prende Anna?")
	b.must(err)
	b.settle()
	b.wantState(id, "pending")
	b.wantTold(forum, 0, "")
	_, err = b.sim.SendTopic(marta, forum, b.topic("Anna").ID, "/queue")
	b.must(err)
	b.settle()
	if m := b.last(forum); m.ThreadID != b.topic("Anna").ID || !strings.Contains(m.Text, "1 card waits") {
		t.Errorf("%+v", m)
	}
	b.says(marta, forum, "Sì, a stasera!", b.newest(forum).ID)
	b.wantLeaving("Sì, a stasera!")
}

func TestATopicDeletedByHandIsMadeAgainWithWhatWaits(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	first := b.card("Certo!")
	gone := b.topic("Anna").ID
	b.sim.DeleteTopic(forum, gone)
	b.away(first) // anything that has the card drawn
	b.pass(10 * time.Second)
	again := b.topic("Anna").ID
	if again == gone {
		t.Fatal("no new topic")
	}
	b.wantIn(again, "Put away until")
	b.sim.DeleteTopic(forum, again)
	b.client("anzi, per sei")
	b.card("Per sei!")
	b.pass(10 * time.Second)
	b.wantIn(b.topic("Anna").ID, "Per sei!")
}

// away puts a card away, past the phone.
func (b *bench) away(id store.ApprovalID) {
	b.Helper()
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.RemindAt(ctx, id, tx.Now.Add(time.Hour)); err != nil {
			return err
		}
		return tx.Enqueue(ctx, store.ShowApproval{Approval: id})
	})
	b.settle()
}

func TestTwoOpenCardsOfALostTopicComeBackOnceEach(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	b.card("Certo!")
	b.clientOf("Carla", "quanto costa?")
	b.hold("Carla", store.Finding{Status: "drafted", Text: "Niente."})
	b.settle()
	b.sim.DeleteTopic(forum, b.topic("Anna").ID)
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.LoseTopic(ctx, forum, value[int64](b, `SELECT t.thread_id FROM topics t JOIN restaurants r ON r.id = t.restaurant_id WHERE r.name = 'Anna'`))
	})
	b.settle()
	b.pass(20 * time.Second)
	b.wantIn(b.topic("Anna").ID, "Certo!")
	b.wantIn(b.topic("Carla").ID, "Niente.")
}

func TestWithoutTheRightCardsGoToTheGeneralTopicAndOneNoticeSaysHow(t *testing.T) {
	b := inForum(t, false)
	b.client("avete posto?")
	b.card("Certo!")
	b.clientOf("Carla", "quanto costa?")
	b.hold("Carla", store.Finding{Status: "drafted", Text: "Niente."})
	b.settle()
	b.clock.Advance(24 * time.Hour)
	b.pass(10 * time.Second)
	b.wantIn(0, "Certo!", "Niente.")
	b.wantTold(forum, 1, "switch on Manage topics")
	b.sim.Admit(marta, forum, true)
	b.settle()
	b.client("e domani?")
	b.card("Anche!")
	b.wantIn(b.topic("Anna").ID, "Anche!")
}

func TestAGroupThatBecomesAForumLaterGetsTopics(t *testing.T) {
	b := newBench(t, forum)
	b.sim.AddGroup(sim.Group{ID: forum, Title: "Desk", Supergroup: true, BotAdmin: true, Members: []int64{marta, ben}})
	b.client("avete posto?")
	b.card("Certo!")
	b.wantIn(0, "Certo!")
	b.sim.MakeForum(forum, true)
	b.says(marta, forum, "/queue", 0) // any message tells
	b.client("e domani?")
	b.card("Anche!")
	b.wantIn(b.topic("Anna").ID, "Anche!")
	b.sim.MakeForum(forum, false)
	b.client("e dopodomani?")
	b.card("Sempre!")
	b.pass(10 * time.Second)
	b.wantCard(forum, "Sempre!")
}

// The answer to the making of a topic is lost: Telegram's own message about it is believed.
func TestATopicWhoseAnswerIsLostIsNotMadeTwice(t *testing.T) {
	b := inForum(t, true)
	b.sim.Faults().Next("createForumTopic", wire.Fault{LoseAnswer: true})
	b.client("avete posto?")
	b.card("Certo!")
	b.pass(20 * time.Second)
	b.wantIn(b.topic("Anna").ID, "Certo!")
}

func TestAtMostOneTopicTooManyIsMade(t *testing.T) {
	b := inForum(t, true)
	b.deaf = true // and its own message about them never comes
	for range 20 {
		b.sim.Faults().Next("createForumTopic", wire.Fault{LoseAnswer: true})
	}
	b.client("avete posto?")
	b.card("Certo!")
	for range 20 {
		b.clock.Advance(time.Hour)
		b.pass(5 * time.Second)
	}
	if n := len(b.sim.Topics(forum)); n != 2 {
		t.Errorf("%d topics", n)
	}
	b.wantIn(0, "Certo!")
}

func TestATopicIsRenamedWithItsRestaurant(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	b.card("Certo!")
	r := value[store.RestaurantID](b, `SELECT restaurant_id FROM chats`)
	b.must(pgx.BeginFunc(b.Context(), b.db.Pool(), func(tx pgx.Tx) error {
		_, err := tx.Exec(b.Context(), `SELECT set_config('role', 'marketa_app', true), set_config('app.restaurant_id', $1, true)`, r.String())
		if err == nil {
			_, err = tx.Exec(b.Context(), `UPDATE restaurants SET name = repeat('Trattoria ', 20)`)
		}
		return err
	}))
	b.client("e domani?")
	b.card("Anche!")
	topic := b.sim.Topics(forum)[0]
	if len(b.sim.Topics(forum)) != 1 || !strings.HasPrefix(topic.Name, "Trattoria Trattoria") || len([]rune(topic.Name)) > 128 {
		t.Errorf("%+v", b.sim.Topics(forum))
	}
}

func TestAVendorWithoutTopicsOrLooksIsEnough(t *testing.T) {
	for name, body := range map[string]string{"unknown": `{"ok":false,"error_code":404,"description":"Not Found: method not found"}`,
		"refused": `{"ok":false,"error_code":400,"description":"Bad Request: the moon is full"}`} {
		t.Run(name, func(t *testing.T) {
			b := inForum(t, true)
			for _, method := range []string{"createForumTopic", "editForumTopic"} {
				b.sim.Faults().Down(method, wire.Fault{Status: 200, Body: body})
			}
			b.client("avete posto?")
			b.card("Certo!")
			b.pass(time.Minute)
			b.wantIn(0, "Certo!")
			b.wantTold(forum, 0, "")
			if n := b.tried("createForumTopic"); n > 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
	t.Run("getChat", func(t *testing.T) {
		b := inForum(t, true)
		b.sim.Faults().Down("getChat", wire.Fault{Status: 200, Body: `{"ok":false,"error_code":404,"description":"Not Found: method not found"}`})
		b.client("avete posto?")
		b.card("Certo!")
		b.wantIn(0, "Certo!")
		b.says(marta, forum, "/queue", 0) // its messages tell
		b.client("e domani?")
		b.card("Anche!")
		b.wantIn(b.topic("Anna").ID, "Anche!")
	})
}

func TestTwoWorkersMakeOneTopic(t *testing.T) {
	b := inForum(t, true)
	b.client("avete posto?")
	b.hold("Anna", store.Finding{Status: "drafted", Text: "Certo!"})
	r := value[store.RestaurantID](b, `SELECT restaurant_id FROM chats`)
	b.must(b.db.Tx(store.WithRestaurant(b.Context(), r), func(tx *store.Tx) error {
		return tx.Tell(b.Context(), store.Notice{Kind: "alert", HTML: "Of Anna."}, "")
	}))
	b.slow = time.Second // while the first one makes it, all others are woken
	b.settle()
	b.slow = 0
	b.pass(20 * time.Second)
	b.wantIn(b.topic("Anna").ID, "Certo!")
}
