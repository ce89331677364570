// Package sandbox is a whole agency on this machine: the simulated vendors on loopback, with people in them, and what the
// platform has to be told so that it talks to them and to nobody else.
//
// It knows the simulators. Only main and tests import it. Start reading at [Start].
package sandbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/sandbox/meta"
	"marketa/sandbox/openai"
	"marketa/sandbox/planfix"
	"marketa/sandbox/stripe"
	"marketa/sandbox/telegram"
	"marketa/sandbox/vertex"
	"marketa/sandbox/whapi"
	"marketa/sandbox/wire"
)

// The people and places of the simulated agency. They do not exist.
const (
	ManagerA  int64 = 1001
	ManagerB  int64 = 1002
	Stranger  int64 = 1003
	Approvals int64 = -1002000000001

	MarketaPhone = "390510000100"
	CompanyPhone = "390510000200"

	MetaApp = "900"

	VertexProject, VertexLocation = "marketa-sandbox", "europe-west3"
)

// Person is a client who can write.
type Person struct {
	Phone, Name, Place string
	Openers            []string
	Voices             []string // what they may say in a voice note
}

// People are the clients.
func People() []Person {
	return []Person{
		{"393330000001", "Anna", "Trattoria Demo, Bologna", []string{"Ciao! Domenica siamo aperti 12-15:30, potete correggere gli orari nei post?", "Hi! Could you post our new lemon cake this week?"}, nil},
		{"491510000002", "Jonas", "Café Beispiel, Köln", []string{"Hallo, wann kommt der nächste Post?", "Was kostet ein zusätzlicher Post pro Woche?"}, nil},
		{"34600000003", "Lucía", "Taberna Ejemplo, Sevilla", []string{"Hola, las fotos de la terraza no me gustan nada", "¿Podéis publicar la paella el viernes?"}, nil},
	}
}

// World is the simulated vendors with their addresses.
type World struct {
	Clock    *wire.Clock
	WhatsApp *whapi.Sim
	Telegram *telegram.Sim
	Gemini   *gemini.Sim
	OpenAI   *openai.Sim
	Meta     *meta.Sim // the Graph, its consent pages and its uploads
	Stripe   *stripe.Sim
	Planfix  *planfix.Sim
	Vertex   *vertex.Sim

	// Base addresses, as the platform's settings want them.
	WhapiURL, TelegramURL, GeminiURL, OpenAIURL string
	MetaURL, StripeURL, PlanfixURL, VertexURL   string
	servers                                     []*wire.Server
	underWay                                    atomic.Int64

	// Made anew at every start: nothing here is a secret of anybody.
	WhapiTokens                   map[string]string // by channel
	WhapiHookToken                string
	TelegramToken, TelegramSecret string
	GeminiKey, OpenAIKey          string
	MetaSecret, MetaVerify        string
	StripeKey, StripeHookSecret   string
	PlanfixToken, CRMToken        string
	VertexToken                   string
}

// Config of a world. The zero value runs on the real clock with the offline model.
type Config struct {
	Clock *wire.Clock
	Seed  uint64
	Mind  actor.Mind
}

// Start makes the vendors and lets them listen on loopback.
func Start(cfg Config) (*World, error) {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Mind == nil {
		cfg.Mind = actor.New(cfg.Seed)
	}
	w := &World{Clock: cfg.Clock, WhapiTokens: map[string]string{"marketa": random(), "company": random()}, WhapiHookToken: random(),
		TelegramToken: "700:" + random(), TelegramSecret: random(), GeminiKey: random(), OpenAIKey: random(), MetaSecret: random(), MetaVerify: random(), StripeKey: "sk_test_" + random(), StripeHookSecret: "whsec_" + random(),
		PlanfixToken: random(), CRMToken: random(), VertexToken: random()}
	w.WhatsApp = whapi.New(whapi.Config{Clock: cfg.Clock, Seed: cfg.Seed})
	w.Telegram = telegram.New(telegram.Config{Clock: cfg.Clock, Token: w.TelegramToken, Username: "MarketaDeskBot", Name: "Marketa", Seed: cfg.Seed})
	w.Gemini = gemini.New(gemini.Config{Clock: cfg.Clock, Key: w.GeminiKey, Mind: cfg.Mind})
	w.OpenAI = openai.New(openai.Config{Clock: cfg.Clock, Key: w.OpenAIKey, Mind: cfg.Mind, ResponsesAPI: true})
	w.Meta = meta.New(meta.Config{Clock: cfg.Clock, Seed: cfg.Seed, AppID: MetaApp, AppSecret: w.MetaSecret})
	w.Stripe = stripe.New(stripe.Config{Clock: cfg.Clock, Seed: cfg.Seed, Key: w.StripeKey})
	w.Planfix = planfix.New(planfix.Config{Clock: cfg.Clock, Seed: cfg.Seed})
	w.Vertex = vertex.New(vertex.Config{Clock: cfg.Clock, Token: w.VertexToken, Project: VertexProject, Location: VertexLocation})
	w.populate()
	w.priceList()
	if err := w.listen(); err != nil {
		return w, err
	}
	w.WhatsApp.ServeFilesAt(w.WhapiURL)
	return w, nil
}

func (w *World) populate() {
	w.WhatsApp.AddChannel(whapi.Channel{Name: "marketa", ID: "MANTIS-MK001", Token: w.WhapiTokens["marketa"], Phone: MarketaPhone, Title: "Marketa"})
	w.WhatsApp.AddChannel(whapi.Channel{Name: "company", ID: "MANTIS-CO002", Token: w.WhapiTokens["company"], Phone: CompanyPhone, Title: "The agency"})
	for _, p := range People() {
		w.WhatsApp.AddPerson(whapi.Person{Phone: p.Phone, Name: p.Name})
	}
	w.crm()
	w.peopleOfMeta()
	w.Telegram.AddUser(telegram.User{ID: ManagerA, FirstName: "Marta", Username: "marta_demo", Language: "en"})
	w.Telegram.AddUser(telegram.User{ID: ManagerB, FirstName: "Ben", Username: "ben_demo", Language: "en"})
	w.Telegram.AddUser(telegram.User{ID: Stranger, FirstName: "Sam", Username: "sam_demo", Language: "en"})
	for _, id := range []int64{ManagerA, ManagerB, Stranger} {
		w.Telegram.AllowBot(id)
	}
	w.Telegram.AddGroup(telegram.Group{ID: Approvals, Title: "Approvals", Supergroup: true, BotAdmin: true, Members: []int64{ManagerA, ManagerB, Stranger}})
}

func (w *World) listen() error {
	var faults []error
	serve := func(url *string, suffix string, h http.Handler) {
		s, err := wire.Serve("", w.counted(h))
		if err != nil {
			faults = append(faults, err)
			return
		}
		w.servers = append(w.servers, s)
		*url = s.URL + suffix
	}
	serve(&w.WhapiURL, "", w.WhatsApp.Handler())
	serve(&w.TelegramURL, "", w.Telegram.Handler())
	serve(&w.GeminiURL, "", w.Gemini.Handler())
	serve(&w.OpenAIURL, "/v1", w.OpenAI.Handler())
	serve(&w.MetaURL, "", w.Meta.Handler())
	serve(&w.StripeURL, "", w.Stripe.Handler())
	serve(&w.PlanfixURL, "/rest", w.Planfix.Handler())
	serve(&w.VertexURL, "", w.Vertex.Handler())
	return errors.Join(faults...)
}

// Mail is a vendor's webhooks on their way: how many there are, and how many of them wait for time to pass.
type Mail interface{ Pending() (pending, waiting int) }

// Mail is that of each vendor who calls us.
func (w *World) Mail() map[string]Mail {
	return map[string]Mail{"whatsapp": w.WhatsApp.Courier(), "telegram": w.Telegram.Courier(), "meta": w.Meta.Courier(), "stripe": w.Stripe.Courier(), "planfix": w.Planfix.Post()}
}

// UnderWay counts the calls that a vendor is answering right now.
func (w *World) UnderWay() int { return int(w.underWay.Load()) }

func (w *World) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.underWay.Add(1)
		defer w.underWay.Add(-1)
		next.ServeHTTP(rw, r)
	})
}

// Hook points the vendors' webhooks at a platform that listens at base, as an operator would in the vendors' panels: both
// hooks of both numbers, and the bot's.
func (w *World) Hook(base string) {
	for channel := range w.WhapiTokens {
		w.HookOnly(base, channel, "log", "bot")
	}
	w.Telegram.SetHook(base+"/webhooks/telegram", w.TelegramSecret)
	w.Stripe.AddEndpoint(base+"/webhooks/stripe", w.StripeHookSecret)
	w.hookCRM(base)
	w.Meta.CallBack(base+"/webhooks/meta/deauthorize", base+"/webhooks/meta/deletion")
}

// HookOnly adds these hooks of one number.
func (w *World) HookOnly(base, channel string, names ...string) {
	for _, name := range names {
		w.WhatsApp.AddHook(channel, whapi.Hook{URL: base + "/webhooks/whapi/" + channel + "/" + name, Mode: "body",
			Headers: map[string]string{"X-Access-Token": w.WhapiHookToken}, Events: hookEvents()})
	}
}

func hookEvents() []whapi.HookEvent {
	return []whapi.HookEvent{{Type: "messages", Method: "post"}, {Type: "messages", Method: "patch"}, {Type: "messages", Method: "delete"},
		{Type: "statuses", Method: "post"}, {Type: "channel", Method: "post"}, {Type: "users", Method: "post"},
		{Type: "groups", Method: "post"}, {Type: "groups", Method: "put"}, {Type: "groups", Method: "patch"}, {Type: "calls", Method: "post"}}
}

// Close stops listening.
func (w *World) Close() error {
	var faults []error
	w.WhatsApp.Close()
	w.Telegram.Close()
	w.Meta.Close()
	w.Stripe.Close()
	w.Planfix.Close()
	for _, s := range w.servers {
		faults = append(faults, s.Close())
	}
	return errors.Join(faults...)
}

// LoseNextAnswer lets the next WhatsApp send work while its answer is lost.
func (w *World) LoseNextAnswer() {
	w.WhatsApp.Faults().NextOf(Sends(), wire.Fault{LoseAnswer: true})
}

// Sends are the calls that put something into a WhatsApp chat, as faults name them.
func Sends() []string {
	var list []string
	for _, kind := range []string{"text", "image", "video", "gif", "short", "audio", "voice", "document", "sticker", "location", "contact", "poll"} {
		list = append(list, "POST /messages/"+kind)
	}
	return append(list, "POST /messages/media/{MediaMessageType}")
}

// Toggle lets a vendor be away until the next call.
func (w *World) Toggle(vendor string) {
	away := wire.Fault{Status: 503, Body: "away"}
	for _, f := range w.faultsOf(vendor) {
		if f.IsDown("*") {
			f.Up("*")
		} else {
			f.Down("*", away)
		}
	}
}

// Away says whether a vendor is away.
func (w *World) Away(vendor string) bool {
	for _, f := range w.faultsOf(vendor) {
		return f.IsDown("*")
	}
	return false
}

func (w *World) faultsOf(vendor string) []*wire.Faults {
	switch vendor {
	case "whatsapp":
		return []*wire.Faults{w.WhatsApp.Faults()}
	case "telegram":
		return []*wire.Faults{w.Telegram.Faults()}
	case "meta":
		return []*wire.Faults{w.Meta.Faults()}
	case "stripe":
		return []*wire.Faults{w.Stripe.Faults()}
	case "planfix":
		return []*wire.Faults{w.Planfix.Faults()}
	case "vertex":
		return []*wire.Faults{w.Vertex.Faults()}
	case "model":
		return []*wire.Faults{w.Gemini.Faults(), w.OpenAI.Faults()}
	}
	return nil
}

// Ahead moves everybody's clock.
func (w *World) Ahead(d time.Duration) { w.Clock.Advance(d) }

func random() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
