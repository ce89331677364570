package rest

import (
	"errors"
	"net/url"
	"testing"
)

func TestAnOperationNamesTheCallAndNobody(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/messages/text":                             "POST /messages/text",
		"/messages/list/380501112233":                "POST /messages/list/*",
		"/chats/olena@s.whatsapp.net":                "POST /chats/*",
		"/contacts/%D0%9E%D0%BB%D0%B5%D0%BD%D0%B0":   "POST /contacts/*",
		"/botabcdefghijklmnopqrstuvwxyzabcdef/getMe": "POST /*/getMe",
		"/v21.0/act_17/ads?access_token=secret":      "POST /*/*/ads",
	} {
		if got := operation("POST", path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestTheChainHoldsNoAddress(t *testing.T) {
	t.Parallel()
	err := callerOf("http://127.0.0.1:1").Do(t.Context(), "GET", "/x", url.Values{"token": {"secret"}}, nil, nil)
	var quoted *url.Error
	if errors.As(err, &quoted) {
		t.Errorf("%v is in the chain", quoted)
	}
}
