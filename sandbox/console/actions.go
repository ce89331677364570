package console

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"
)

const maxBody = 16 << 20 // a file of the visitor's own, as base64

// action decodes the page's JSON, acts and answers JSON: the result, or {"error": a sentence} with 400.
func action[Args any](c *Console, do func(*generation, Args) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A form of another page can post plain text without asking; JSON it cannot.
		if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
			answer(w, http.StatusUnsupportedMediaType, problem("The console speaks JSON only."))
			return
		}
		var args Args
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&args); err != nil {
			answer(w, http.StatusBadRequest, problem("The console did not understand that."))
			return
		}
		result, err := do(c.current(), args)
		if err != nil {
			answer(w, http.StatusBadRequest, problem(sentence(err)))
			return
		}
		answer(w, http.StatusOK, result)
	})
}

type problem string

func (p problem) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"error": string(p)})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

// sentence is an error for a person: without the package names that wrapped it, with a capital and a full stop.
func sentence(err error) string {
	parts := strings.Split(err.Error(), ": ")
	for len(parts) > 1 && !strings.Contains(parts[0], " ") {
		parts = parts[1:]
	}
	text := strings.Join(parts, ": ")
	text = strings.ToUpper(text[:1]) + text[1:]
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return text
}

type made struct {
	ID string `json:"id,omitempty"`
}

var (
	errNothing = errors.New("there is nothing to send")
	errNobody  = errors.New("nobody like that is here")
)

func blank(text string) bool { return strings.TrimSpace(text) == "" }

func (c *generation) control(a struct{ Name string }) (any, error) {
	for _, one := range c.Controls {
		if one.Name == a.Name {
			err := one.Do()
			c.nudges.nudge()
			return made{}, err
		}
	}
	return nil, errors.New("this sandbox has no such switch")
}
