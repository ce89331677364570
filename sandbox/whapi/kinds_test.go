package whapi

import (
	"encoding/json"
	"testing"
	"time"
)

func TestEveryKindArrivesUnderItsOwnNameAndOnThePhone(t *testing.T) {
	for name, c := range map[string]struct {
		what Content
		kind string
		body map[string]any
		text string
	}{
		"location": {
			Location{44.4949, 11.3426, "Trattoria Uno", "Via Roma 1", "https://maps.example/1", 12}, "location",
			map[string]any{"latitude": 44.4949, "longitude": 11.3426, "name": "Trattoria Uno", "address": "Via Roma 1", "url": "https://maps.example/1", "accuracy": 12.0},
			"Trattoria Uno, Via Roma 1",
		},
		"a bare pin": {Location{Latitude: 0, Longitude: 11.5}, "location", map[string]any{"latitude": 0.0, "longitude": 11.5}, "0.00000, 11.50000"},
		"live location": {
			LiveLocation{44.5, 11.3, "on my way", 5, 2}, "live_location",
			map[string]any{"latitude": 44.5, "longitude": 11.3, "caption": "on my way", "accuracy": 5.0, "sequence_number": 2.0}, "on my way",
		},
		"contact": {
			Contacts{{Name: "Carlo", Phone: "+39 333 000"}}, "contact",
			map[string]any{"name": "Carlo", "vcard": "BEGIN:VCARD\nVERSION:3.0\nN:;Carlo;;;\nFN:Carlo\nTEL;type=CELL;waid=39333000:+39333000\nEND:VCARD"}, "Carlo",
		},
		"contact list": {
			Contacts{{Name: "Carlo", VCard: "BEGIN:VCARD"}, {Name: "Dora", VCard: "BEGIN:VCARD"}}, "contact_list",
			map[string]any{"list": []any{map[string]any{"name": "Carlo", "vcard": "BEGIN:VCARD"}, map[string]any{"name": "Dora", "vcard": "BEGIN:VCARD"}}}, "Carlo, Dora",
		},
		"button": {
			Button{"yes", "Yes, post it"}, "reply",
			map[string]any{"type": "buttons_reply", "buttons_reply": map[string]any{"id": "ButtonsV3:yes", "title": "Yes, post it"}}, "Yes, post it",
		},
		"list choice": {
			Choice{"r1", "Sunday", "12-15"}, "reply",
			map[string]any{"type": "list_reply", "list_reply": map[string]any{"id": "ListV3:r1", "title": "Sunday", "description": "12-15"}}, "Sunday",
		},
		"link": {
			Text("see https://menu.example/a"), "link_preview",
			map[string]any{"body": "see https://menu.example/a", "url": "https://menu.example/a", "title": "menu.example"}, "see https://menu.example/a",
		},
		"a kind of tomorrow":  {Raw{"member_tag", json.RawMessage(`{"tag":"chef"}`)}, "member_tag", map[string]any{"tag": "chef"}, ""},
		"story":               {Raw{"story", json.RawMessage(`{"body":"new"}`)}, "story", map[string]any{"body": "new"}, ""},
		"unknown":             {Unknown{}, "unknown", nil, ""},
		"a kind with nothing": {Raw{Kind: "order"}, "order", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := hooked(t)
			id := b.write(c.what, Opts{})
			m := b.heard()
			b.equal("head", []any{m["id"], m["type"], m["from"], m["source"]}, []any{id, c.kind, olena, "mobile"})
			got, _ := m[c.kind].(map[string]any)
			b.equal("body", got, c.body)
			b.equal("history", b.ok("GET", "/messages/"+id, ""), m)
			phone := b.sim.Messages("company", direct)[0]
			b.equal("on the phone", []any{phone.Type, phone.Text}, []any{c.kind, c.text})
		})
	}
}

func TestWhatNobodyCanSendIsRefusedAndHeardByNobody(t *testing.T) {
	b := hooked(t)
	for name, what := range map[string]Content{
		"beyond the pole": Location{Latitude: 91}, "live beyond": LiveLocation{Longitude: -181}, "no cards": Contacts{}, "one option": Poll{Title: "x", Options: []string{"a"}},
		"untitled button": Button{ID: "x"}, "untitled choice": Choice{ID: "x"}, "a raw id": Raw{Kind: "id"}, "a raw head": Raw{Kind: "from_me"},
		"bad raw": Raw{"order", json.RawMessage(`{`)}, "no kind": Raw{}, "strange file": Media{Kind: "text", Bytes: []byte("x")}, "no bytes": Media{Kind: "image"},
		"spoken caption": Media{Kind: "voice", Bytes: []byte("x"), Caption: "x"}, "album of one": Album{Items: []Media{{Kind: "image", Bytes: []byte("x")}}},
	} {
		if _, err := b.sim.Write("company", olena, what, Opts{}); err == nil {
			t.Errorf("%s was sent", name)
		}
	}
	if _, err := b.sim.Write("company", olena, Text("x"), Opts{Quote: "ABCDabcd-ABCDabcd"}); err == nil {
		t.Error("quoted nothing")
	}
	b.equal("webhooks", len(b.settle()), 0)
	b.equal("messages", len(b.sim.Messages("company", direct)), 0)
}

func TestAQuoteAMentionAndAForwardStandInTheContext(t *testing.T) {
	b := hooked(t)
	asked := b.send("which one?")
	b.forget()
	b.write(Button{"a", "A"}, Opts{Quote: asked, Mentions: []string{company, "777888999000111@lid"}, Forwarded: 4})
	b.equal("context", b.heard()["context"], map[string]any{
		"quoted_id": asked, "quoted_type": "text", "quoted_author": company, "quoted_content": map[string]any{"body": "which one?"},
		"mentions": []any{company, "777888999000111@lid"}, "forwarded": true, "forwarding_score": 4.0,
	})
}

func TestAForwardPassesOnWhatItIsAndCounts(t *testing.T) {
	b := hooked(t)
	first := b.write(Media{Kind: "image", Bytes: photo(1), Caption: "menu"}, Opts{})
	b.forget()
	second, err := b.sim.Forward("company", first, olena)
	if err != nil {
		t.Fatal(err)
	}
	m := b.heard()
	b.equal("forward", []any{m["id"], m["type"], m["context"]}, []any{second, "image", map[string]any{"forwarded": true, "forwarding_score": 1.0}})
	b.equal("caption", m["image"].(map[string]any)["caption"], "menu")
	if m["image"].(map[string]any)["id"] == b.ok("GET", "/messages/"+first, "")["image"].(map[string]any)["id"] {
		t.Error("both have the same file id")
	}
	answer := b.ok("POST", "/messages/"+second, `{"to":"`+direct+`"}`)
	b.equal("ours", answer["message"].(map[string]any)["context"], map[string]any{"forwarded": true, "forwarding_score": 2.0})
	if _, err := b.sim.Forward("company", "ABCDabcd-ABCDabcd", olena); err == nil {
		t.Error("forwarded nothing")
	}
}

func TestVotesAreActionsAndCountInThePoll(t *testing.T) {
	b := hooked(t)
	b.sim.AddPerson(Person{Phone: "380502223344", Name: "Taras"})
	id := b.write(Poll{"Which cake?", []string{"lemon", "plum", "none"}, 1}, Opts{})
	b.equal("poll", b.heard()["poll"].(map[string]any)["vote_limit"], 1.0)
	vote := func(phone string, options ...string) {
		if err := b.sim.Vote("company", id, phone, options...); err != nil {
			t.Fatal(err)
		}
	}
	vote(olena, "plum")
	got := b.settle()
	b.equal("events", b.events(), []string{"messages.post", "messages.patch"})
	b.equal("action", got[0].first("messages")["action"], map[string]any{"target": id, "type": "vote", "votes": []any{"plum"}})
	b.equal("changes", got[1].first("messages_updates")["changes"], []any{"poll"})
	vote("380502223344", "lemon")
	vote(olena, "lemon")
	results := b.ok("GET", "/messages/"+id, "")["poll"].(map[string]any)["results"].([]any)
	b.equal("lemon", results[0].(map[string]any)["voters"], []any{"380502223344", olena})
	b.equal("plum", results[1].(map[string]any)["count"], 0.0)
	b.sim.VotesByID(true)
	vote(olena)
	vote(olena, "none")
	last := b.settle()
	b.equal("taken back", last[6].first("messages")["action"].(map[string]any)["votes"], []any{})
	b.equal("by id", last[8].first("messages")["action"].(map[string]any)["votes"], []any{results[2].(map[string]any)["id"]})
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Options, []PollOption{{"lemon", []string{"380502223344"}}, {"plum", nil}, {"none", []string{olena}}})
	if b.sim.Vote("company", id, olena, "lemon", "plum") == nil || b.sim.Vote("company", id, olena, "pie") == nil || b.sim.Vote("company", b.say("x"), olena) == nil {
		t.Error("a vote that nobody can cast")
	}
}

func TestTheCompanyPhoneSendsFilesAndAlbums(t *testing.T) {
	b := hooked(t)
	id, err := b.sim.PhoneWrites("company", direct, Album{Items: []Media{{Kind: "image", Bytes: photo(1), Caption: "a"}, {Kind: "image", Bytes: photo(2)}}}, Opts{})
	if err != nil {
		t.Fatal(err)
	}
	first := b.settle()[0].first("messages")
	b.equal("first", []any{first["id"], first["from_me"], first["source"], first["image"].(map[string]any)["caption"]}, []any{id, true, "mobile", "a"})
	b.equal("all", len(b.sim.Messages("company", direct)), 2)
	if _, err := b.sim.PhoneWrites("company", direct, Album{}, Opts{}); err == nil {
		t.Error("an empty album")
	}
}

func TestSystemLinesComeFromNobody(t *testing.T) {
	b := hooked(t)
	id, err := b.sim.SaySystem("company", direct, "ephemeral", "Messages disappear after 7 days")
	if err != nil {
		t.Fatal(err)
	}
	b.equal("line", b.heard(), map[string]any{
		"id": id, "type": "system", "subtype": "ephemeral", "from_me": false, "chat_id": direct, "chat_name": "Olena", "timestamp": 1795000000.0,
		"source": "system", "system": map[string]any{"body": "Messages disappear after 7 days"},
	})
	b.equal("unread", b.sim.Chats("company")[0].Unread, 0)
}

func TestACallIsHeardStageByStage(t *testing.T) {
	b := hooked(t)
	if err := b.sim.Call("company", olena, Call{Line: true}); err != nil {
		t.Fatal(err)
	}
	got := b.settle()
	b.equal("events", b.events(), []string{"calls.post", "calls.post", "calls.post", "messages.post"})
	for i, stage := range []string{"initiated", "ringing", "missed"} {
		one := got[i].first("calls")
		b.equal(stage, []any{one["status"], one["chat_id"], one["from"], one["timestamp"], one["id"]}, []any{stage, direct, direct, 1795000000000.0, got[0].first("calls")["id"]})
	}
	b.equal("line", []any{got[3].first("messages")["type"], b.sim.Messages("company", direct)[0].Type}, []any{"call", "call"})
	b.forget()
	if err := b.sim.Call("company", olena, Call{Video: true, Stages: []string{"answered"}}); err != nil {
		t.Fatal(err)
	}
	b.equal("video", b.settle()[0].first("calls")["video_call"], true)
	if b.sim.Call("company", olena, Call{Stages: []string{"yodelled"}}) == nil {
		t.Error("no such stage")
	}
}

func TestAnAlbumComesAsFilesOfOneMomentOrWrapped(t *testing.T) {
	items := []Media{{Kind: "image", Bytes: photo(1), Caption: "terrace"}, {Kind: "image", Bytes: photo(2)}, {Kind: "video", Bytes: []byte("mp4"), Caption: "the cook"}}
	for name, c := range map[string]struct {
		album Album
		want  []any
	}{
		"one by one": {Album{Items: items}, []any{"image", "image", "video"}},
		"with head":  {Album{Items: items, Head: true}, []any{"album", "image", "image", "video"}},
		"wrapped":    {Album{Items: items, Wrap: true}, []any{"album"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := hooked(t)
			ids, err := b.sim.SayAlbum("company", olena, c.album)
			if err != nil {
				t.Fatal(err)
			}
			b.equal("in the past", len(b.seed(direct, Past{Ago: 1, From: olena, What: c.album})), len(c.want))
			var kinds, times []any
			for i, d := range b.settle() {
				m := d.first("messages")
				b.equal("id", m["id"], ids[i])
				kinds, times = append(kinds, m["type"]), append(times, m["timestamp"])
			}
			b.equal("kinds", kinds, c.want)
			for _, at := range times {
				b.equal("moment", at, times[0])
			}
		})
	}
}

func TestAWrappedAlbumHoldsItsFiles(t *testing.T) {
	b := hooked(t)
	_, err := b.sim.SayAlbum("company", olena, Album{Items: []Media{{Kind: "image", Bytes: photo(1), Caption: "a"}, {Kind: "video", Bytes: []byte("mp4"), Caption: "b"}}, Wrap: true})
	if err != nil {
		t.Fatal(err)
	}
	list := b.heard()["album"].(map[string]any)["list"].([]any)
	first := list[0].(map[string]any)
	b.equal("types", []any{first["type"], list[1].(map[string]any)["type"]}, []any{"image", "video"})
	_, _, got := b.read("/media/" + first["image"].(map[string]any)["id"].(string))
	b.equal("bytes", got, photo(1))
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Text, "a\nb")
}

func TestKindsKeepTheirOrderInABurstAndWhileTheChannelIsOff(t *testing.T) {
	b := hooked(t)
	b.sim.SetHealth("company", "QR")
	b.forget()
	b.say("look")
	b.write(Media{Kind: "image", Bytes: photo(1)}, Opts{})
	b.write(Location{Latitude: 1, Longitude: 1}, Opts{})
	b.clock.Advance(time.Minute)
	b.sim.SetHealth("company", "AUTH")
	var kinds []any
	for _, d := range b.settle() {
		if d.event() == "messages.post" {
			kinds = append(kinds, d.first("messages")["type"])
		}
	}
	b.equal("kinds", kinds, []any{"text", "image", "location"})
}

func TestTheShortWaysSendWhatTheLongOneSends(t *testing.T) {
	b := hooked(t)
	asked := b.send("where are you?")
	b.forget()
	ids := []string{
		must(b.sim.Reply("company", asked, olena, "here")), must(b.sim.SayLocation("company", olena, Location{Latitude: 1})),
		must(b.sim.SayRaw("company", olena, "order", json.RawMessage(`{"item_count":2}`))), must(b.sim.SayMedia("company", olena, Media{Kind: "image", Bytes: photo(1)})),
	}
	for i, kind := range []string{"text", "location", "order", "image"} {
		m := b.settle()[i].first("messages")
		b.equal(kind, []any{m["id"], m["type"]}, []any{ids[i], kind})
	}
	b.equal("quote", b.settle()[0].first("messages")["context"].(map[string]any)["quoted_id"], asked)
}

func must(id string, err error) string {
	if err != nil {
		panic(err)
	}
	return id
}

func TestWordsWithoutPreviewStayTextWhereverTheyGo(t *testing.T) {
	b := hooked(t)
	answer := b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"https://menu.example","no_link_preview":true}`)
	id := answer["message"].(map[string]any)["id"].(string)
	b.ok("POST", "/messages/"+id, `{"to":"`+direct+`"}`)
	if _, err := b.sim.Forward("company", id, olena); err != nil {
		t.Fatal(err)
	}
	for _, m := range b.sim.Messages("company", direct) {
		b.equal("type", []any{m.Type, m.Text}, []any{"text", "https://menu.example"})
	}
	b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"https://menu.example/b","no_link_preview":true,"edit":"`+id+`"}`)
	b.equal("edited", b.ok("GET", "/messages/"+id, "")["text"], map[string]any{"body": "https://menu.example/b"})
}
