package stripe

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
)

const body = `{"id":"evt_1","object":"event","api_version":"2023-10-16","created":1772445600,"livemode":false,
	"type":"invoice.paid","data":{"object":{"id":"in_1","object":"invoice"}}}`

func at(unix int64) func() time.Time { return func() time.Time { return time.Unix(unix, 0) } }

func v1(secret string, t int64, body string) string {
	return "v1=" + hex.EncodeToString(sign(secret, t, []byte(body)))
}

func TestOnlySignedFreshBodiesAreBelieved(t *testing.T) {
	t.Parallel()
	const now = 1772445600
	stamp := fmt.Sprintf("t=%d,", now)
	good := v1("whsec_b", now, body)
	tests := []struct {
		name, header, body string
		now                int64
		want               error
	}{
		{"Signed", stamp + good, body, now, nil},
		{"ByAnotherSecretToo", stamp + v1("whsec_x", now, body) + "," + good, body, now, nil},
		{"WithSchemesThatWeDoNotKnow", stamp + "v0=00," + good + ",v9=zz", body, now, nil},
		{"WithSpaces", "t=1772445600, " + good, body, now, nil},
		{"AtTheEdgeOfTheTolerance", stamp + good, body, now + 300, nil},
		{"AClockThatGoesWrongAlittle", stamp + good, body, now - 300, nil},
		{"TooOld", stamp + good, body, now + 301, ErrTooOld},
		{"FromTheFuture", stamp + good, body, now - 301, ErrTooOld},
		{"Tampered", stamp + good, body + " ", now, ErrSignature},
		{"AnotherSecret", stamp + v1("whsec_x", now, body), body, now, ErrSignature},
		{"TheEmptySecret", stamp + v1("", now, body), body, now, ErrSignature},
		{"AnotherTime", "t=1772445601," + good, body, now, ErrSignature},
		{"OnlyTheTestScheme", stamp + strings.Replace(good, "v1", "v0", 1), body, now, ErrSignature},
		{"Shortened", stamp + good[:20], body, now, ErrSignature},
		{"NoHeader", "", body, now, ErrNotSigned},
		{"NoTime", good, body, now, ErrHeader},
		{"ATimeThatIsNone", "t=soon," + good, body, now, ErrHeader},
		{"Garbage", "garbage", body, now, ErrHeader},
		{"AThousandGuesses", stamp + strings.Repeat(good+",", 1000) + good, body, now, ErrHeader},
		{"SignedGarbage", stamp + v1("whsec_b", now, "[]"), "[]", now, ErrUnreadable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := Verifier{Secrets: []string{"whsec_a", "", " whsec_b\n"}, Now: at(tt.now)}
			if e, err := v.Parse([]byte(tt.body), tt.header); !errors.Is(err, tt.want) || err == nil && e.ObjectID != "in_1" {
				t.Errorf("%+v, %v; want %v", e, err, tt.want)
			}
		})
	}
}

func TestNothingIsBelievedWithoutASecret(t *testing.T) {
	t.Parallel()
	for _, secrets := range [][]string{nil, {""}, {" "}} {
		v := Verifier{Secrets: secrets, Now: at(1772445600)}
		if _, err := v.Parse([]byte(body), "t=1772445600,"+v1("", 1772445600, body)); !errors.Is(err, ErrSignature) {
			t.Errorf("%q: %v", secrets, err)
		}
	}
}

// The library's own signature, a second reading of the scheme.
func TestTheLibrarySignsAsWeRead(t *testing.T) {
	t.Parallel()
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: []byte(body), Secret: "whsec_b"})
	if _, err := (Verifier{Secrets: []string{"whsec_b"}}).Parse(signed.Payload, signed.Header); err != nil {
		t.Error(err)
	}
}

func TestAnEventNamesWhatToRead(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, kind, object, want string }{
		{"ASession", "checkout.session.completed", `{"id":"cs_1","object":"checkout.session"}`, "checkout.session cs_1"},
		{"ASubscription", "customer.subscription.deleted", `{"id":"sub_1","object":"subscription","status":"whatever"}`, "subscription sub_1"},
		{"AnInvoice", "invoice.payment_failed", `{"id":"in_1","object":"invoice","subscription":"sub_1"}`, "invoice in_1"},
		{"AnUpcomingInvoice", "invoice.upcoming", `{"object":"invoice","subscription":"sub_1"}`, "subscription sub_1"},
		{"AnUpcomingInvoiceExpanded", "invoice.upcoming", `{"object":"invoice","subscription":{"id":"sub_1"}}`, "subscription sub_1"},
		{"AnUpcomingInvoiceOfLaterVersions", "invoice.upcoming",
			`{"object":"invoice","parent":{"subscription_details":{"subscription":"sub_1"}}}`, "subscription sub_1"},
		{"AnUpcomingInvoiceOfNothing", "invoice.upcoming", `{"object":"invoice"}`, ""},
		{"ACustomer", "customer.deleted", `{"id":"cus_1","object":"customer"}`, "customer cus_1"},
		{"OfNoUse", "balance.available", `{"object":"balance"}`, ""},
		{"OfAKindToCome", "invoice.dreamt", `{"id":"in_1","object":"invoice"}`, ""},
		{"AnIdThatIsAPath", "customer.updated", `{"id":"../charges","object":"customer"}`, ""},
		{"AnIdThatIsANumber", "customer.updated", `{"id":7,"object":"customer"}`, ""},
		{"NoObject", "customer.updated", `null`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e, err := ParseEvent([]byte(`{"id":"evt_1","object":"event","created":1772445600,"type":"` + tt.kind + `","data":{"object":` + tt.object + `}}`))
			if got := strings.TrimSpace(e.Object + " " + e.ObjectID); err != nil || e.Matters() != (tt.want != "") || e.Matters() && got != tt.want {
				t.Errorf("%q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func FuzzEvents(f *testing.F) {
	f.Add([]byte(body))
	f.Add([]byte(`{"id":"evt_1","object":"event","type":"invoice.upcoming","created":-1e3,"data":{"object":{"object":"invoice","subscription":{"id":"sub_1"}}}}`))
	f.Add([]byte(`{"id":"evt_1","object":"event","type":"customer.updated","created":99999999999999999,"data":{"object":[]}}`))
	f.Add([]byte(`{"id":"evt/../x","object":"event","type":"customer.updated","data":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e, err := ParseEvent(raw)
		if err != nil {
			return
		}
		if !isID(e.ID) || e.Type == "" || e.Matters() && !isID(e.ObjectID) {
			t.Errorf("%+v", e)
		}
		if _, err := e.Created.MarshalText(); err != nil {
			t.Errorf("%v: %v", e.Created, err)
		}
	})
}

func FuzzSignatures(f *testing.F) {
	f.Add("t=1772445600,v1=00", []byte(body))
	f.Add("t=1772445600,"+v1("whsec_other", 1772445600, body), []byte(body))
	f.Add("t=,v1=,v1,=", []byte("{}"))
	f.Fuzz(func(t *testing.T, header string, raw []byte) {
		v := Verifier{Secrets: []string{"whsec_nobody_knows_this_one"}, Now: at(1772445600)}
		if e, err := v.Parse(raw, header); err == nil {
			t.Errorf("%q was believed: %+v", header, e)
		}
	})
}
