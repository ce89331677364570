package webhooks

import (
	"net/http"
	"strconv"

	"github.com/gorilla/mux"

	"marketa/internal/fault"
)

// showPicture is where Instagram and Facebook fetch what is published.
func (c Config) showPicture(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	picture, err := c.Pictures.Picture(r.Context(), mux.Vars(r)["version"], query.Get("e"), query.Get("s"))
	switch {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		c.Log.Error("a picture cannot be shown", "error", err)
		http.Error(w, "try again", http.StatusServiceUnavailable)
		return
	case err != nil:
		notFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/jpeg")
	h.Set("Content-Length", strconv.Itoa(len(picture)))
	h.Set("Cache-Control", "private, max-age=3600")
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodGet {
		_, _ = w.Write(picture)
	}
}
