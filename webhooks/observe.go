package webhooks

import (
	"net/http"
	"time"

	"github.com/gorilla/mux"
)

// observed measures what is answered on known paths.
func (c Config) observed(next http.Handler) http.Handler {
	if c.Observe == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, heard := time.Now(), &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(heard, r)
		if route, err := mux.CurrentRoute(r).GetPathTemplate(); err == nil {
			c.Observe(route, heard.status, time.Since(began))
		}
	})
}

// statusWriter remembers the first status.
type statusWriter struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController find the writer underneath.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
