package telegram

import (
	"fmt"
	"net/http"
	"strings"
)

// failure is an answer with ok:false, see https://core.telegram.org/bots/api#making-requests.
type failure struct {
	code       int
	words      string // the description, complete
	retryAfter int    // seconds, with 429
	migrateTo  int64
}

func (f *failure) Error() string { return f.words }

// bad is a 400 with the server's way of joining prefix and message: the first letter becomes small, except in
// messages that are codes or begin with an abbreviation.
func bad(format string, args ...any) error {
	words := fmt.Sprintf(format, args...)
	second := byte(0)
	if len(words) > 1 {
		second = words[1]
	}
	if second != '_' && (second < 'A' || second > 'Z') {
		words = strings.ToLower(words[:1]) + words[1:]
	}
	return &failure{code: http.StatusBadRequest, words: "Bad Request: " + words}
}

func forbidden(words string) error {
	return &failure{code: http.StatusForbidden, words: "Forbidden: " + words}
}

func conflict(words string) error { return &failure{code: http.StatusConflict, words: words} }

func tooMany(retryAfter int) error {
	return &failure{
		code:       http.StatusTooManyRequests,
		words:      fmt.Sprintf("Too Many Requests: retry after %d", retryAfter),
		retryAfter: retryAfter,
	}
}

var (
	errUnauthorized = &failure{code: http.StatusUnauthorized, words: "Unauthorized"}
	errNotFound     = &failure{code: http.StatusNotFound, words: "Not Found"}
	errNoMethod     = &failure{code: http.StatusNotFound, words: "Not Found: method not found"}
	errTooLarge     = &failure{code: http.StatusRequestEntityTooLarge, words: "Request Entity Too Large"}
)
