package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"marketa/internal/fault"
	"marketa/webhooks/pages"
)

// Connect is the way of a client from a link to a connected page.
type Connect interface {
	Open(ctx context.Context, token string) (pages.Page, error)
	Begin(ctx context.Context, token string) (pages.Page, error)
	Back(ctx context.Context, q url.Values, cookies []*http.Cookie) (pages.Page, error)
	Press(ctx context.Context, form url.Values, cookies []*http.Cookie) (pages.Page, error)
	Erasure(ctx context.Context, code string) (pages.Page, error)
}

// Meta keeps what Meta calls us for. A call that its app has not signed is fault.Denied.
type Meta interface {
	Deauthorize(ctx context.Context, signed string) error
	Erase(ctx context.Context, signed string) (code string, err error)
	Signed(header string, body []byte) bool
	Receive(ctx context.Context, body []byte) error
}

// page answers a browser. What is not genuine sees what an unknown path sees.
func page(log *slog.Logger, handle func(r *http.Request) (pages.Page, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
		p, err := handle(r)
		switch {
		case err == nil:
			p.Serve(w)
		case errors.Is(err, errNoSuchPlace), pages.NotThere(err):
			notFound(w, r)
		default:
			log.Error("a page could not be shown", "error", err)
			pages.Failed(err).Serve(w)
		}
	}
}

func (c Config) openLink(r *http.Request) (pages.Page, error) {
	return c.Connect.Open(r.Context(), mux.Vars(r)["token"])
}

func (c Config) beginLink(r *http.Request) (pages.Page, error) {
	return c.Connect.Begin(r.Context(), mux.Vars(r)["token"])
}

func (c Config) back(r *http.Request) (pages.Page, error) {
	return c.Connect.Back(r.Context(), r.URL.Query(), r.Cookies())
}

func (c Config) press(r *http.Request) (pages.Page, error) {
	if r.ParseForm() != nil {
		return pages.Page{}, errNoSuchPlace
	}
	return c.Connect.Press(r.Context(), r.PostForm, r.Cookies())
}

func (c Config) erasure(r *http.Request) (pages.Page, error) {
	return c.Connect.Erasure(r.Context(), mux.Vars(r)["code"])
}

// challenge is Meta's question whether this address is ours.
func (c Config) challenge(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("hub.mode") != "subscribe" || !same(q.Get("hub.verify_token"), c.MetaVerify) {
		notFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, q.Get("hub.challenge"))
}

// signedByMeta lets through what carries the app's signature over exactly these bytes.
func (c Config) signedByMeta(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, otherCap))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case err != nil, !c.Meta.Signed(r.Header.Get("X-Hub-Signature-256"), body):
		notFound(w, r)
	default:
		c.answer(w, r, "ok\n", c.Meta.Receive(r.Context(), body))
	}
}

// signedRequest is what somebody at Facebook has pressed: remove the app, delete my data.
func (c Config) signedRequest(handle func(ctx context.Context, signed string) (answer string, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, otherCap)
		if r.ParseForm() != nil {
			notFound(w, r)
			return
		}
		answer, err := handle(r.Context(), r.PostForm.Get("signed_request"))
		if strings.HasPrefix(answer, "{") {
			w.Header().Set("Content-Type", "application/json")
		}
		c.answer(w, r, answer, err)
	}
}

func (c Config) deauthorize(ctx context.Context, signed string) (string, error) {
	return "ok\n", c.Meta.Deauthorize(ctx, signed)
}

func (c Config) erase(ctx context.Context, signed string) (string, error) {
	code, err := c.Meta.Erase(ctx, signed)
	if err != nil {
		return "", err
	}
	answer, err := json.Marshal(map[string]string{"url": c.PublicURL + "/erasure/" + code, "confirmation_code": code})
	return string(answer), err
}

// answer says ok when it is durable; a vendor that we could not serve comes again.
func (c Config) answer(w http.ResponseWriter, r *http.Request, ok string, err error) {
	switch {
	case err == nil:
		_, _ = io.WriteString(w, ok)
	case fault.KindOf(err) == fault.Denied:
		w.Header().Del("Content-Type")
		notFound(w, r)
	default:
		c.Log.Error("webhook not kept", "path", r.URL.Path, "error", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}
