package whapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/internal/rest"
)

func failure(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("want an *Error, got %v", err)
	}
	return e
}

func TestWhatARefusalMeans(t *testing.T) {
	t.Parallel()
	const retry, unknown, permanent = "retry", "unknown", "permanent"
	for _, test := range []struct {
		status  int
		message string
		want    string
		rescan  bool
		says    string // a part of what the manager reads
	}{
		{400, "wrong request parameters", permanent, false, "does not accept this message"},
		{401, "need channel authorization for send message", retry, true, "scan the QR code"},
		{401, "Unauthorized", retry, true, "scan the QR code"},
		{401, "", retry, true, "scan the QR code"},
		{401, "Wrong token", retry, false, "token"},
		{402, "Trial version limit exceeded", retry, false, "unpaid"},
		{403, "forbidden to send to this group", permanent, false, "no member"},
		{404, "Chat not found", permanent, false, "does not know this chat"},
		{404, "Channel not found", retry, false, "token"},
		{405, "", permanent, false, "refused"},
		{406, "", permanent, false, "refused"},
		{408, "", unknown, false, "Look into the WhatsApp chat"},
		{409, "already in group", permanent, false, "refused"},
		{413, "too large", permanent, false, "smaller"},
		{415, "type", permanent, false, "another format"},
		{422, "", permanent, false, "refused"},
		{429, "too many requests", retry, false, "pause"},
		{500, "internal", unknown, false, "Look into the WhatsApp chat"},
		{502, "", unknown, false, "Look into the WhatsApp chat"},
		{503, "", unknown, false, "Look into the WhatsApp chat"},
		{504, "", unknown, false, "Look into the WhatsApp chat"},
		{302, "", permanent, false, "refused"},
	} {
		t.Run(fmt.Sprintf("%d %s", test.status, test.message), func(t *testing.T) {
			t.Parallel()
			body := fmt.Sprintf(`{"error":{"code":"%d","message":%q,"details":"d","href":"h"}}`, test.status+1000, test.message)
			_, err := newVendor(t, answer{status: test.status, body: body}).SendText(t.Context(), greeting)
			e := failure(t, err)
			if e.SafeToRetry() != (test.want == retry) || e.Unknown() != (test.want == unknown) || e.Permanent() != (test.want == permanent) {
				t.Errorf("retry %v, unknown %v, permanent %v", e.SafeToRetry(), e.Unknown(), e.Permanent())
			}
			if e.Status != test.status || e.Code != test.status+1000 || e.Message != test.message || e.Details != "d" || e.Href != "h" || e.NeedsRescan() != test.rescan {
				t.Errorf("%+v", e)
			}
			if !strings.Contains(e.Say(), test.says) {
				t.Errorf("says %q", e.Say())
			}
		})
	}
}

func TestTheContractsOwnRefusals(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"answer_401.json": 401, "answer_403.json": 403} {
		_, err := newVendor(t, answer{status: status, body: string(file(t, name))}).SendText(t.Context(), greeting)
		if e := failure(t, err); e.Code != status || e.Message == "" || e.NeedsRescan() != (status == 401) {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestARefusalWithoutTheVendorsWordsStillCounts(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>502</html>", "[]", `{"error":"text"}`, `{"message":"m"}`} {
		_, err := newVendor(t, answer{status: 429, body: body}).SendText(t.Context(), greeting)
		if e := failure(t, err); !e.SafeToRetry() || e.Error() != "whapi: send text: status 429" {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestTheVendorsWaitIsPassedOn(t *testing.T) {
	t.Parallel()
	v := newVendor(t, answer{429, "", http.Header{"Retry-After": {"17"}}}, answer{429, "", nil})
	for _, want := range []time.Duration{17 * time.Second, 0} {
		_, err := v.SendText(t.Context(), greeting)
		if got := failure(t, err).RetryAfter(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestErrorsHideNumbersAndTextsOfPeople(t *testing.T) {
	t.Parallel()
	v := newVendor(t, answer{status: 400, body: `{"error":{"code":400,"message":"no chat +380 (50) 111-22-33, 380501112233@s.whatsapp.net, code 4003"}}`})
	_, err := v.SendText(t.Context(), Text{To: "380501112233@s.whatsapp.net", Body: "secret words"})
	const want = "whapi: send text: status 400: no chat +380 (5…, 3805…@s.whatsapp.net, code 4003"
	if err.Error() != want {
		t.Errorf("%v", err)
	}
	_, err = New(Config{BaseURL: "http://127.0.0.1:1", Token: "t"}).History(t.Context(), "380501112233@s.whatsapp.net", HistoryQuery{})
	if err.Error() != "whapi: history: GET /messages/list/*: nothing was sent: connection refused" {
		t.Errorf("%v", err)
	}
}

// Whatever happens, exactly one of the three answers is given, and there are words for it.
func TestEveryErrorIsExactlyOneOfThree(t *testing.T) {
	t.Parallel()
	for status := range 600 {
		for _, sent := range []rest.Certainty{rest.Unknown, rest.NotSent, rest.Answered} {
			for _, bad := range []bool{true, false} {
				e := &Error{Status: status, Sent: sent, invalid: bad}
				n := 0
				for _, is := range []bool{e.SafeToRetry(), e.Unknown(), e.Permanent()} {
					if is {
						n++
					}
				}
				if n != 1 || e.Say() == "" {
					t.Fatalf("%+v: %d answers, %q", e, n, e.Say())
				}
			}
		}
	}
}
