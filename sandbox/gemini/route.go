package gemini

import (
	"crypto/subtle"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

const (
	opGenerate = "generateContent"
	opStream   = "streamGenerateContent"
	opModels   = "models"
)

// liveModels and retired follow Google's deprecation page as of 2026-11-22 (https://ai.google.dev/gemini-api/docs/deprecations).
var (
	liveModels = []string{"gemini-3.1-pro-preview", "gemini-3.1-flash-lite", "gemini-3.5-flash", "gemini-3.6-flash", "gemini-3.7-flash",
		"gemini-3.8-flash", "gemini-4-argon", "gemini-2.5-flash", "gemini-3-pro-image", "gemini-nano-banana-2.1", "gemini-2.5-flash-image", "gemini-3.1-flash-lite-image"}
	retired = []string{"gemini-3-pro-preview", "gemini-3-pro-image-preview", "gemini-3.1-flash-image"}
)

// target is where a request goes. The version is v1, v1beta or v1beta1.
type target struct {
	vertex  bool
	version string
	name    string // the resource as the vendor names it: models/x or projects/p/…/models/x
	model   string // empty: the list of models
	op      string // empty: no such path
}

var (
	studioPath = regexp.MustCompile(`^/(v1|v1beta)/(models)(?:/([^/:]+))?(?::(\w+))?$`)
	vertexPath = regexp.MustCompile(`^/(v1|v1beta1)/((?:projects/[^/]+/locations/[^/]+/)?publishers/google/models)(?:/([^/:]+))?(?::(\w+))?$`)
)

func parseTarget(path string) target {
	m, vertex := studioPath.FindStringSubmatch(path), false
	if m == nil {
		m, vertex = vertexPath.FindStringSubmatch(path), true
	}
	if m == nil {
		return target{}
	}
	t := target{vertex: vertex, version: m[1], name: m[2] + "/" + m[3], model: m[3], op: m[4]}
	switch {
	case m[4] == "":
		t.op = opModels
	case m[3] == "" || (m[4] != opGenerate && m[4] != opStream):
		t.op = ""
	}
	return t
}

func (s *Sim) knows(model string) bool {
	return slices.Contains(s.cfg.Models, model) && !slices.Contains(retired, model)
}

// authorized answers a request without the right credential itself. AI Studio calls a bad key an invalid argument.
func (s *Sim) authorized(w http.ResponseWriter, r *http.Request, to target) bool {
	key := r.Header.Get("X-Goog-Api-Key")
	if key == "" {
		key = r.URL.Query().Get("key")
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && to.vertex && key == "" {
		key = bearer
	}
	switch {
	case key != "" && subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.Key)) == 1:
		return true
	case to.vertex:
		refuse(w, fault{401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.", nil})
	case key == "":
		refuse(w, fault{403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.", nil})
	default:
		refuse(w, badKey)
	}
	return false
}

func (s *Sim) models(w http.ResponseWriter, to target) {
	describe := func(model string) map[string]any {
		return map[string]any{"name": "models/" + model, "version": "001", "displayName": model, "inputTokenLimit": 1048576, "outputTokenLimit": 65536,
			"supportedGenerationMethods": []string{"generateContent", "countTokens"}}
	}
	if to.model != "" {
		if !s.knows(to.model) {
			refuse(w, unknownModel(to))
			return
		}
		reply(w, http.StatusOK, describe(to.model))
		return
	}
	all := []any{}
	for _, m := range s.cfg.Models {
		if s.knows(m) {
			all = append(all, describe(m))
		}
	}
	reply(w, http.StatusOK, map[string]any{"models": all})
}
