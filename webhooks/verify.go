package webhooks

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// guard checks a secret in a header, reads the body up to a cap, and answers 200 only when the handler has made it durable.
type guard struct {
	header string
	secret string
	cap    int64
	log    *slog.Logger
}

// errNoSuchPlace makes an authenticated request for something that is not there look like every other unknown path.
var errNoSuchPlace = errors.New("webhooks: no such place")

func (g guard) then(handle func(r *http.Request, body []byte) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.known(r) {
			notFound(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, g.cap))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		case err != nil:
			http.Error(w, "the body broke off", http.StatusBadRequest)
			return
		}
		began := time.Now()
		switch err := handle(r, body); {
		case err == nil:
			_, _ = w.Write([]byte("ok\n"))
		case errors.Is(err, errNoSuchPlace):
			notFound(w, r)
		default:
			// Not durable: the vendor has to bring it again.
			g.log.Error("webhook not kept", "path", r.URL.Path, "error", err, "took", time.Since(began))
			http.Error(w, "try again", http.StatusServiceUnavailable)
		}
	})
}

// known compares in constant time, whatever the lengths. Without a secret nobody is known.
func (g guard) known(r *http.Request) bool {
	return same(r.Header.Get(g.header), g.secret)
}

func same(given, secret string) bool {
	a, b := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1 && secret != ""
}
