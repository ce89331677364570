package webhooks

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"marketa/store"
)

// WhatsApp keeps what Whapi sends.
type WhatsApp interface {
	Receive(ctx context.Context, channel store.Channel, hook string, body []byte) error
}

// Telegram keeps what Telegram sends.
type Telegram interface {
	Receive(ctx context.Context, body []byte) error
}

// Pictures shows a picture to whoever has its signed address. An error, whatever its kind, is an unknown path.
type Pictures interface {
	Picture(ctx context.Context, version, expires, signature string) ([]byte, error)
}

// CRM keeps what Planfix sends.
type CRM interface {
	Receive(ctx context.Context, body []byte, query url.Values) error
}

// Config is what the routes lead to, and the secrets that guard them. An empty secret closes its routes.
type Config struct {
	WhatsApp       WhatsApp
	Channels       []store.Channel
	WhapiToken     string
	Telegram       Telegram
	TelegramSecret string
	Stripe         Stripe
	Checkout       Checkout
	Pictures       Pictures // nil: none
	CRM            CRM
	CRMToken       string
	Connect        Connect // nil: nobody can connect
	Meta           Meta
	MetaVerify     string // what Meta brings when it asks whether the address is ours
	PublicURL      string
	Ready          func(context.Context) error
	Log            *slog.Logger

	// Observe hears of each answer on a known path, nil: nobody does. route is the pattern, without what fills it.
	Observe func(route string, status int, took time.Duration)
}

const (
	whapiCap = 8 << 20
	otherCap = 1 << 20
)

// Routes is every path that we answer.
func Routes(c Config) http.Handler {
	r := mux.NewRouter().SkipClean(true) // a cleaned path would be answered by a redirect, which tells it from an unknown one
	r.NotFoundHandler = http.HandlerFunc(notFound)
	r.MethodNotAllowedHandler = http.HandlerFunc(notFound)

	r.Use(c.observed)

	r.Methods("GET").Path("/livez").HandlerFunc(live)
	r.Methods("GET").Path("/readyz").HandlerFunc(ready(c.Ready))

	whapi := guard{header: "X-Access-Token", secret: c.WhapiToken, cap: whapiCap, log: c.Log}
	r.Methods("POST").Path("/webhooks/whapi/{channel}/{hook:log|bot}").Handler(whapi.then(c.receiveWhapi))

	if c.Pictures != nil {
		r.Methods("GET", "HEAD").Path("/media/{version}.jpg").HandlerFunc(c.showPicture)
	}

	if c.Connect != nil {
		r.Methods("GET").Path("/connect/{token}").HandlerFunc(page(c.Log, c.openLink))
		r.Methods("POST").Path("/connect/{token}").HandlerFunc(page(c.Log, c.beginLink))
		r.Methods("GET").Path("/oauth/meta/callback").HandlerFunc(page(c.Log, c.back))
		r.Methods("POST").Path("/oauth/meta/callback").HandlerFunc(page(c.Log, c.press))
		r.Methods("GET").Path("/erasure/{code}").HandlerFunc(page(c.Log, c.erasure))
		r.Methods("GET").Path("/webhooks/meta").HandlerFunc(c.challenge)
		r.Methods("POST").Path("/webhooks/meta").HandlerFunc(c.signedByMeta)
		r.Methods("POST").Path("/webhooks/meta/deauthorize").HandlerFunc(c.signedRequest(c.deauthorize))
		r.Methods("POST").Path("/webhooks/meta/deletion").HandlerFunc(c.signedRequest(c.erase))
	}

	telegram := guard{header: "X-Telegram-Bot-Api-Secret-Token", secret: c.TelegramSecret, cap: otherCap, log: c.Log}
	r.Methods("POST").Path("/webhooks/telegram").Handler(telegram.then(c.receiveTelegram))

	r.Methods("POST").Path("/webhooks/stripe").HandlerFunc(c.receiveStripe)
	r.Methods("GET", "HEAD").Path("/checkout/done").HandlerFunc(c.checkoutDone)
	r.Methods("GET", "HEAD").Path("/checkout/{token}").HandlerFunc(c.checkout)
	r.Methods("POST").Path("/checkout/{token}").HandlerFunc(c.checkout)

	crm := guard{header: "X-CRM-Token", secret: c.CRMToken, cap: otherCap, log: c.Log}
	r.Methods("POST").Path("/webhooks/planfix").Handler(crm.then(c.receiveCRM))
	return r
}

func (c Config) receiveWhapi(r *http.Request, body []byte) error {
	channel := store.Channel(mux.Vars(r)["channel"])
	for _, known := range c.Channels {
		if channel == known {
			return c.WhatsApp.Receive(r.Context(), channel, mux.Vars(r)["hook"], body)
		}
	}
	return errNoSuchPlace
}

func (c Config) receiveTelegram(r *http.Request, body []byte) error {
	return c.Telegram.Receive(r.Context(), body)
}

func (c Config) receiveCRM(r *http.Request, body []byte) error {
	return c.CRM.Receive(r.Context(), body, r.URL.Query())
}

func live(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("alive\n")) }

func ready(check func(context.Context) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := check(r.Context()); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	}
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "404 page not found", http.StatusNotFound)
}
