package telegram_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
	"marketa/store"
)

func (b *bench) raise(a store.Alert) { b.Helper(); b.must(b.db.Unhealthy(b.Context(), a)) }
func (b *bench) over(cause, how string) {
	b.Helper()
	b.must(b.db.Healthy(b.Context(), cause, how))
}

var noLink = store.Alert{Cause: "whatsapp-marketa", Text: "The marketa number is not linked. Scan the QR code.", Stays: true}

func TestAnAlertIsOneMessageThatChangesAndEnds(t *testing.T) {
	b := inGroup(t)
	for range 3 {
		b.raise(noLink)
	}
	b.settle()
	b.wantTold(desk, 1, "⚠️ The marketa number is not linked. Scan the QR code.\n🔁 3 times since 10:00")
	b.raise(noLink)
	b.pass(30 * time.Second)
	b.wantTold(desk, 1, "3 times")
	b.pass(3 * time.Minute)
	b.wantTold(desk, 1, "🔁 4 times since 10:00")
	b.over("whatsapp-marketa", "The marketa number works again.")
	b.settle()
	b.wantTold(desk, 1, "✅ The marketa number works again. It lasted from 10:00 to 10:03.\nThe marketa number is not linked. Scan the QR code.")
}

func TestTheEndOfALongAlertIsAMessageOfItsOwn(t *testing.T) {
	b := inGroup(t)
	b.raise(noLink)
	b.settle()
	b.pass(11 * time.Minute)
	b.over("whatsapp-marketa", "The marketa number works again.")
	b.settle()
	b.wantTold(desk, 2, "✅ The marketa number works again.")
}

func TestAnAlertThatStaysOpenRingsAgain(t *testing.T) {
	b := inGroup(t)
	b.raise(noLink)
	b.settle()
	b.pass(4*time.Hour + 10*time.Second)
	b.wantTold(desk, 2, "⚠️ The marketa number is not linked.")
	b.pass(time.Hour)
	b.wantTold(desk, 2, "⚠️")
}

func TestManyClientsAreOneAlert(t *testing.T) {
	b := inGroup(t)
	for _, who := range []string{"Anna", "Ben", "Carla", "Dario", "Eva", "Fabio", "Gina"} {
		a := noLink
		a.Key, a.Who = who, who+" <&>"
		b.raise(a)
	}
	b.pass(5 * time.Second)
	b.wantTold(desk, 1, "👥 Anna <&>, Ben <&>, Carla <&>, Dario <&>, Eva <&>, and 2 more")
}

func TestWhileTelegramIsAwayTheAlertWaitsAndIsToldAfterwards(t *testing.T) {
	b := inGroup(t)
	b.sim.Faults().Down("sendMessage", wire.Fault{Status: 503})
	b.raise(noLink)
	b.settle()
	b.pass(5 * time.Minute)
	b.over("whatsapp-marketa", "The marketa number works again.")
	b.sim.Faults().Up("sendMessage")
	b.pass(time.Minute)
	b.wantTold(desk, 1, "✅ The marketa number works again. It lasted from 10:00 to 10:05.")
}

func TestWhatWasOverBeforeAnybodyCouldBeToldIsNotToldWhenItWasShort(t *testing.T) {
	b := inGroup(t)
	b.raise(noLink)
	b.over("whatsapp-marketa", "It works.")
	b.settle()
	b.wantTold(desk, 0, "")
}

func TestInPrivateEveryManagerIsTold(t *testing.T) {
	b := inPrivate(t)
	b.raise(noLink)
	b.settle()
	b.wantTold(marta, 1, "is not linked")
	b.wantTold(ben, 1, "is not linked")
}

func TestWhereTheGroupIsClosedTheManagersOwnChatsAreTold(t *testing.T) {
	b := newBench(t, -999)
	b.raise(noLink)
	b.settle()
	b.wantTold(marta, 1, "is not linked")
	b.over("whatsapp-marketa", "It works.")
	b.settle()
	b.wantTold(marta, 1, "✅ It works.")
}

func TestAlertsAreListed(t *testing.T) {
	b := inGroup(t)
	ask := func() string {
		t.Helper()
		b.says(marta, marta, "/alerts", 0)
		b.settle()
		return b.last(marta).Text
	}
	if got := ask(); got != "✅ No alert is open." {
		t.Errorf("%q", got)
	}
	b.raise(noLink)
	b.raise(store.Alert{Cause: "odd", Text: "Something <odd> came."})
	b.over("whatsapp-marketa", "It works.")
	if got := ask(); !strings.Contains(got, "1 alert is open\n⚠️ since 10:00: Something <odd> came.") || !strings.Contains(got, "Over, in the last day\n✅ from 10:00 to 10:00: The marketa number is not linked.") {
		t.Errorf("%q", got)
	}
	for i := range 100 {
		b.raise(store.Alert{Cause: strings.Repeat("x", i+1), Text: strings.Repeat("parola ", 100)})
	}
	if got := ask(); !strings.Contains(got, "… and ") {
		t.Errorf("%q", got)
	}
	b.pass(26 * time.Hour)
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		all, err := tx.Alerts(ctx)
		if len(all) != 0 {
			t.Errorf("%d alerts after more than a day", len(all))
		}
		return err
	})
}
