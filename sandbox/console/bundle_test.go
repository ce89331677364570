package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"marketa/sandbox/console"
	"marketa/sandbox/console/consoletest"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
	"marketa/sandbox/wire"
)

const (
	anna  = "393331234567"
	jonas = "491701112233"

	maks     = int64(1001)
	olena    = int64(1002)
	stranger = int64(1003)
	group    = int64(-1002000000001)

	botToken  = "7000000001:sandbox-desk-bot-token-0000000000"
	waToken   = "tok_marketa"
	draftText = "Hi Anna! On Sunday you are open 12:00-15:00, and the post says so."
)

// bundle is a sandbox without a platform: the test plays the platform on the vendors' wire.
type bundle struct {
	t        *testing.T
	clock    *wire.Clock
	whatsapp *whapi.Sim
	telegram *telegram.Sim
	waURL    string
	tgURL    string
	config   console.Config
	between  func(http.Handler) http.Handler // stands between the page and the console, where a test wants something there
}

// setup starts the vendors and the console, and no browser yet.
func setup(t *testing.T) *bundle {
	t.Helper()
	clock := wire.Real()
	b := &bundle{t: t, clock: clock, whatsapp: whapi.New(whapi.Config{Clock: clock}), telegram: telegram.New(telegram.Config{Clock: clock, Token: botToken, Name: "Marketa"})}
	t.Cleanup(b.whatsapp.Close)
	t.Cleanup(b.telegram.Close)
	b.whatsapp.AddChannel(whapi.Channel{Name: "marketa", ID: "MANTIS-AB12C", Token: waToken, Phone: "4930123456", Title: "Marketa"})
	b.whatsapp.AddChannel(whapi.Channel{Name: "company", ID: "MANTIS-CD34E", Token: "tok_company", Phone: "4930999888", Title: "Bright Plate"})
	b.whatsapp.AddPerson(whapi.Person{Phone: anna, Name: "Anna Rossi"})
	b.whatsapp.AddPerson(whapi.Person{Phone: jonas, Name: "Jonas Weber"})
	b.telegram.AddUser(telegram.User{ID: maks, FirstName: "Maks"})
	b.telegram.AddUser(telegram.User{ID: olena, FirstName: "Olena"})
	b.telegram.AddUser(telegram.User{ID: stranger, FirstName: "Vik"})
	b.telegram.AllowBot(maks)
	b.telegram.AllowBot(olena)
	b.telegram.AddGroup(telegram.Group{ID: group, Title: "Approvals", Supergroup: true, Members: []int64{maks, olena}, BotAdmin: true})
	b.config = console.Config{
		WhatsApp: b.whatsapp, Telegram: b.telegram, Clock: clock, Group: group, Model: "stand-in", StandIn: true,
		Numbers:  []console.Number{{Channel: "marketa", Title: "Marketa", Phone: "4930123456"}, {Channel: "company", Title: "Bright Plate", Phone: "4930999888"}},
		People:   []console.Person{{Phone: anna, Name: "Anna Rossi", Place: "Trattoria Uno", Openers: []string{"Ciao! Are we open on Sunday?", "Can you post our new tiramisu tomorrow?"}}, {Phone: jonas, Name: "Jonas Weber", Place: "Café Nord"}},
		Managers: []console.Actor{{ID: maks, Name: "Maks", Role: "manager"}, {ID: olena, Name: "Olena", Role: "manager"}, {ID: stranger, Name: "Vik", Role: "stranger"}},
	}
	b.waURL, b.tgURL = serve(t, b.whatsapp.Handler()), serve(t, b.telegram.Handler())
	return b
}

// show serves the console and opens it in a browser.
func (b *bundle) show(size consoletest.Size) *consoletest.Page {
	b.t.Helper()
	c := console.New(b.config)
	b.t.Cleanup(c.Close)
	h := c.Handler()
	if b.between != nil {
		h = b.between(h)
	}
	return consoletest.Open(b.t, serve(b.t, h), size)
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.CloseClientConnections)
	t.Cleanup(srv.Close)
	return srv.URL
}

// answer is the platform sending a WhatsApp message.
func (b *bundle) answer(text string) {
	b.t.Helper()
	b.post(b.waURL+"/messages/text", "Bearer "+waToken, map[string]any{"to": anna + "@s.whatsapp.net", "body": text})
}

// typing is the platform showing that it types to Anna.
func (b *bundle) typing() {
	b.t.Helper()
	b.call(http.MethodPut, b.waURL+"/presences/"+anna+"@s.whatsapp.net", "Bearer "+waToken, map[string]any{"presence": "typing"})
}

// bot is the platform calling the Bot API; it gives the result's message id, if there is one.
func (b *bundle) bot(method string, args map[string]any) int {
	b.t.Helper()
	body := b.post(b.tgURL+"/bot"+botToken+"/"+method, "", args)
	var got struct {
		Result json.RawMessage `json:"result"`
	}
	var made struct {
		ID int `json:"message_id"`
	}
	if json.Unmarshal(body, &got) == nil {
		_ = json.Unmarshal(got.Result, &made)
	}
	return made.ID
}

// card is an approval card as the platform draws it, near enough.
func (b *bundle) card() int {
	b.t.Helper()
	return b.bot("sendMessage", map[string]any{
		"chat_id": group, "parse_mode": "HTML", "reply_markup": keyboard(),
		"text": "<b>Anna Rossi</b> · Trattoria Uno · <i>active</i>\n<blockquote>Ciao! Are we open on Sunday?</blockquote>\n<b>Draft</b>\n" + draftText + "\n\n<i>Why: the hours are in the profile.</i>",
	})
}

func keyboard() map[string]any {
	key := func(text, data, style string) map[string]any {
		return map[string]any{"text": text, "callback_data": data, "style": style}
	}
	return map[string]any{"inline_keyboard": [][]map[string]any{
		{key("✅ Send", "a1:send", "success"), key("Edit", "a1:edit", "primary"), key("Redo", "a1:redo", "primary")},
		{key("Discard", "a1:discard", "danger"), key("Take over", "a1:take", "primary"), key("Later", "a1:later", "primary")},
	}}
}

func (b *bundle) post(url, auth string, args map[string]any) []byte {
	b.t.Helper()
	return b.call(http.MethodPost, url, auth, args)
}

func (b *bundle) call(method, url, auth string, args map[string]any) []byte {
	b.t.Helper()
	body, _ := json.Marshal(args)
	req, err := http.NewRequestWithContext(b.t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", auth)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %d %s", url, resp.StatusCode, answer)
	}
	return answer
}

// listen is the bot asking for updates: each press goes to the channel.
func (b *bundle) listen() <-chan callback {
	b.t.Helper()
	presses := make(chan callback, 8)
	ask := func(ctx context.Context, offset int) ([]update, error) {
		url := fmt.Sprintf("%s/bot%s/getUpdates?timeout=10&offset=%d", b.tgURL, botToken, offset)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, err
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		var got struct {
			Result []update `json:"result"`
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		return got.Result, err
	}
	ctx := b.t.Context()
	go func() {
		for offset := 0; ctx.Err() == nil; {
			updates, err := ask(ctx, offset)
			if err != nil {
				return
			}
			for _, u := range updates {
				offset = u.ID + 1
				if u.Callback != nil {
					presses <- *u.Callback
				}
			}
		}
	}()
	return presses
}

type update struct {
	ID       int       `json:"update_id"`
	Callback *callback `json:"callback_query"`
}

type callback struct {
	ID   string `json:"id"`
	Data string `json:"data"`
	From struct {
		ID int64 `json:"id"`
	} `json:"from"`
	Message struct {
		ID int `json:"message_id"`
	} `json:"message"`
}

func text(id int64) string { return strconv.FormatInt(id, 10) }
