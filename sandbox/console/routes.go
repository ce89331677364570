package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net"
	"net/http"
	"strings"
)

//go:embed assets
var embedded embed.FS

func (c *Console) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.page)
	mux.Handle("GET /assets/", c.revalidated(http.FileServerFS(embedded)))
	mux.HandleFunc("GET /events", c.stream)
	mux.HandleFunc("GET /why", c.with((*generation).why))
	mux.HandleFunc("GET /file/whatsapp/{channel}/{id}", c.with((*generation).fileWhatsApp))
	mux.HandleFunc("GET /file/telegram/{id}", c.with((*generation).fileTelegram))
	mux.HandleFunc("GET /file/meta/{id}/{nth}", c.with((*generation).filePicture))
	mux.HandleFunc("GET /sample/{file}", fileSample)
	mux.Handle("POST /api/whatsapp/say", action(c, (*generation).say))
	mux.Handle("POST /api/whatsapp/thing", action(c, (*generation).sendThing))
	mux.Handle("POST /api/whatsapp/phone", action(c, (*generation).phoneSays))
	mux.Handle("POST /api/whatsapp/edit", action(c, (*generation).edit))
	mux.Handle("POST /api/whatsapp/delete", action(c, (*generation).remove))
	mux.Handle("POST /api/whatsapp/react", action(c, (*generation).react))
	mux.Handle("POST /api/whatsapp/open", action(c, (*generation).open))
	mux.Handle("POST /api/telegram/send", action(c, (*generation).send))
	mux.Handle("POST /api/telegram/thing", action(c, (*generation).sendTelegramThing))
	mux.Handle("POST /api/telegram/edit", action(c, (*generation).editTelegram))
	mux.Handle("POST /api/telegram/press", action(c, (*generation).press))
	mux.Handle("POST /api/telegram/start", action(c, (*generation).start))
	mux.Handle("POST /api/planfix/move", action(c, (*generation).moveTask))
	mux.Handle("POST /api/planfix/write", action(c, (*generation).writeTask))
	mux.Handle("POST /api/control", action(c, (*generation).control))
	return onlyOurPage(http.NewCrossOriginProtection().Handler(mux))
}

// with lets the sandbox of the moment answer.
func (c *Console) with(f func(*generation, http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { f(c.current(), w, r) }
}

func (c *Console) page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, embedded, "assets/index.html")
}

// onlyOurPage refuses names: somebody else's name may be pointed at this machine, and the browser would then take that
// somebody's page for ours. Bare addresses and localhost cannot be borrowed like that.
func onlyOurPage(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ownName(r.Host) {
			http.Error(w, "The sandbox answers at localhost or at its address only.", http.StatusForbidden)
			return
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

func ownName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
}

// revalidated lets a browser keep a file only until the program changes.
func (c *Console) revalidated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", `"`+c.build+`"`)
		next.ServeHTTP(w, r)
	})
}

func digest(files fs.FS) string {
	sum := sha256.New()
	_ = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			body, _ := fs.ReadFile(files, path)
			_, _ = sum.Write(body)
		}
		return err
	})
	return hex.EncodeToString(sum.Sum(nil))[:12]
}
