package whatsapp

import (
	"testing"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// A vendor that says 404 to everybody does not know groups: nothing follows from it. One number's 404 beside another one's
// answer does mean something.
func TestWhoMayWriteInAGroup(t *testing.T) {
	t.Parallel()
	own := map[string]store.Channel{"390510000100": "marketa", "390510000200": "company"}
	group := func(announcements bool, people ...whapi.Participant) seen {
		return seen{found: true, group: whapi.Group{Chat: whapi.Chat{ID: "g@g.us"}, Announcements: announcements, Participants: people}}
	}
	both := []whapi.Participant{{ID: "390510000100", Rank: "member"}, {ID: "390510000200@s.whatsapp.net", Rank: "admin"}, {ID: "393330000001", Rank: "creator"}}
	for _, c := range []struct {
		name    string
		answers map[store.Channel]seen
		want    map[store.Channel]string
	}{
		{"both, everybody writes", map[store.Channel]seen{"marketa": group(false, both...), "company": group(false, both...)}, map[store.Channel]string{"marketa": "open", "company": "open"}},
		{"both, only admins write", map[store.Channel]seen{"marketa": group(true, both...), "company": group(true, both...)}, map[store.Channel]string{"marketa": "mute", "company": "open"}},
		{"one is told of no such group", map[store.Channel]seen{"marketa": {gone: true}, "company": group(false, both[1:]...)}, map[store.Channel]string{"marketa": "out", "company": "open"}},
		{"one could not ask, and is not listed", map[store.Channel]seen{"company": group(false, both[1:]...)}, map[store.Channel]string{"company": "open"}},
		{"nobody is told of any", map[store.Channel]seen{"marketa": {gone: true}, "company": {gone: true}}, map[store.Channel]string{}},
		{"no members are told", map[store.Channel]seen{"marketa": group(true)}, map[store.Channel]string{"marketa": "open"}},
	} {
		got := sightOf(c.answers, own).Seats
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", c.name, got)
		}
		for channel, state := range c.want {
			if got[channel] != state {
				t.Errorf("%s: %s is %q", c.name, channel, got[channel])
			}
		}
	}
}

func TestStatusesAndNewslettersAreNobodysConversation(t *testing.T) {
	t.Parallel()
	for chat, want := range map[store.VendorChatID]bool{"status@broadcast": true, "120363000000000022@newsletter": true,
		"393330000001@s.whatsapp.net": false, "120363000000000011@g.us": false, "84000000000001@lid": false, "": false} {
		if got := nobodys(store.Inbound{Chat: chat}); got != want {
			t.Errorf("%s: %v", chat, got)
		}
	}
}
