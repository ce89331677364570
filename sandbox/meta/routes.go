package meta

import (
	"net/http"
	"regexp"
	"strings"
)

// graph is everything under a version.
func (s *Sim) graph() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{version}/dialog/oauth", s.showConsent)
	mux.HandleFunc("POST /{version}/dialog/oauth", s.takeConsent)
	mux.HandleFunc("/{version}/oauth/access_token", s.open(s.accessToken))
	mux.HandleFunc("GET /{version}/debug_token", s.serve(s.debugToken))
	mux.HandleFunc("GET /{version}/me", s.serve(s.me))
	mux.HandleFunc("GET /{version}/me/permissions", s.serve(s.permissions))
	mux.HandleFunc("GET /{version}/me/accounts", s.serve(s.myPages))
	mux.HandleFunc("GET /{version}/me/businesses", s.serve(s.businesses))
	mux.HandleFunc("GET /{version}/{id}", s.serve(s.node))
	mux.HandleFunc("DELETE /{version}/{id}/permissions", s.serve(s.removePermissions))
	mux.HandleFunc("GET /{version}/{id}/owned_pages", s.serve(s.ownedPages))
	mux.HandleFunc("GET /{version}/{id}/client_pages", s.serve(s.clientPages))
	mux.HandleFunc("GET /{version}/{id}/content_publishing_limit", s.serve(s.publishingLimit))
	mux.HandleFunc("POST /{version}/{id}/media", s.serve(s.createContainer))
	mux.HandleFunc("GET /{version}/{id}/media", s.serve(s.listMedia))
	mux.HandleFunc("GET /{version}/{id}/stories", s.serve(s.listStories))
	mux.HandleFunc("POST /{version}/{id}/media_publish", s.serve(s.publish))
	mux.HandleFunc("POST /{version}/{id}/photos", s.serve(s.addPhoto))
	mux.HandleFunc("POST /{version}/{id}/feed", s.serve(s.addPost))
	for _, list := range []string{"feed", "posts", "published_posts"} {
		mux.HandleFunc("GET /{version}/{id}/"+list, s.serve(s.listPosts))
	}
	mux.HandleFunc("/", s.open(unknownPath))
	return mux
}

// front tells the Graph from what lies beside it.
func (s *Sim) front() http.Handler {
	graph, beside := s.graph(), http.NewServeMux()
	beside.HandleFunc("POST /ig-api-upload/{version}/{id}", s.upload)
	beside.HandleFunc("GET /p/{shortcode}/{$}", s.showPost)
	beside.HandleFunc("GET /posts/{id}/{$}", s.showPagePost)
	beside.HandleFunc("GET /scontent/{id}/{nth}", s.showPicture)
	beside.HandleFunc("/", s.open(unknownPath))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if versioned.MatchString(r.URL.Path) {
			graph.ServeHTTP(w, r)
			return
		}
		beside.ServeHTTP(w, r)
	})
}

var versioned = regexp.MustCompile(`^/v\d+\.\d+/`)

// operation names a request for the faults: the pattern without its version.
func operation(graph *http.ServeMux) func(*http.Request) string {
	return func(r *http.Request) string {
		if !versioned.MatchString(r.URL.Path) {
			first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
			return r.Method + " /" + first
		}
		_, pattern := graph.Handler(r)
		return named(r.Method, pattern)
	}
}

func named(method, pattern string) string {
	_, path, found := strings.Cut(pattern, "/{version}")
	if !found {
		return method + " ?"
	}
	return method + " " + path
}

func unknownPath(call) (any, error) {
	return nil, Refused(2500, 0)
}
