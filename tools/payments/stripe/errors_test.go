package stripe_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
	simulated "marketa/sandbox/stripe"
	"marketa/sandbox/wire"
	"marketa/tools/payments/stripe"
)

func refusal(status int, body string) wire.Fault {
	return wire.Fault{Status: status, Body: `{"error":` + body + `}`, Header: map[string]string{"Request-Id": "req_1"}}
}

// The catalogue: what the vendor answers to an order, what became of it, and what a manager reads.
func TestWhatBecameOfAnOrderThatFailed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault wire.Fault
		want  stripe.Outcome
		kind  fault.Kind
		say   string
	}{
		{"TooManyRequests", simulated.RateLimited(), stripe.Wait, fault.RateLimited, "asks for a pause"},
		{"ALock", simulated.Locked(), stripe.Wait, fault.RateLimited, "asks for a pause"},
		{"TheirMistake", simulated.Unavailable(), stripe.Unknown, fault.Unavailable, "not known whether"},
		{"Maintenance", wire.Fault{Status: 503, Body: "<html>"}, stripe.Unknown, fault.Unavailable, "not known whether"},
		{"AGateway", wire.Fault{Status: 502}, stripe.Unknown, fault.Unavailable, "not known whether"},
		{"CutBefore", wire.Fault{Cut: true}, stripe.Unknown, fault.Unavailable, "not known whether"},
		{"CutAfter", wire.Fault{LoseAnswer: true}, stripe.Unknown, fault.Unavailable, "not known whether"},
		{"AWrongKey", refusal(401, `{"type":"invalid_request_error"}`), stripe.Wait, fault.Denied, "does not accept our key"},
		{"AKeyThatMayNot", refusal(403, `{"type":"invalid_request_error","code":"more_permissions_required"}`), stripe.Wait, fault.Denied, "may not do this"},
		{"BeingDone", refusal(409, `{"type":"idempotency_error","code":"idempotency_key_in_use"}`), stripe.Wait, fault.Conflict, "right now"},
		{"TheKeyWasUsed", refusal(400, `{"type":"idempotency_error"}`), stripe.NotDone, fault.Conflict, "other details"},
		{"ABadParameter", refusal(400, `{"type":"invalid_request_error","code":"parameter_unknown","param":"x"}`), stripe.NotDone, fault.Invalid, "refused this"},
		{"NoSuchCustomer", refusal(400, `{"type":"invalid_request_error","code":"resource_missing","param":"customer"}`), stripe.NotDone, fault.NotFound, "this client"},
		{"NoSuchPrice", refusal(400, `{"type":"invalid_request_error","code":"resource_missing","param":"line_items[0][price]"}`), stripe.NotDone, fault.NotFound, "this price"},
		{"NoSuchPath", refusal(404, `{"type":"invalid_request_error"}`), stripe.NotDone, fault.NotFound, "does not know"},
		{"Declined", refusal(402, `{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds"}`), stripe.NotDone, fault.Invalid, "card was declined"},
		{"ARedirect", wire.Fault{Status: 302, Header: map[string]string{"Location": "http://127.0.0.1:1/steal"}}, stripe.NotDone, fault.Invalid, "refused this"},
		{"NoJSON", wire.Fault{Status: 200, Body: "<html>hidden"}, stripe.Done, fault.Unavailable, "not known whether"},
		{"AnEmptyObject", wire.Fault{Status: 200, Body: "{}"}, stripe.Done, fault.Unavailable, "not known whether"},
		{"AnEndlessAnswer", wire.Fault{Status: 200, Body: `"` + strings.Repeat("x", 9<<20)}, stripe.Done, fault.Unavailable, "not known whether"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			o := b.order()
			b.sim.Faults().Next("POST /v1/checkout/sessions", tt.fault)
			_, err := b.client.Checkout(t.Context(), o)
			e := failure(t, err)
			if e.Outcome != tt.want || fault.KindOf(err) != tt.kind || !strings.Contains(fault.Say(err), tt.say) {
				t.Errorf("%v (%v): %q", e, fault.KindOf(err), fault.Say(err))
			}
			if e.SafeToRetry() != (tt.want == stripe.Wait || tt.want == stripe.Unknown) {
				t.Errorf("%v: may be repeated: %v", e, e.SafeToRetry())
			}
			if calls := len(b.sim.Sent()); calls > 3 {
				t.Errorf("%d calls: something repeats by itself", calls)
			}
			for _, private := range []string{"hidden", "steal", "sk_test", "owner@example.com", b.base} {
				if strings.Contains(e.Error(), private) {
					t.Errorf("%q names %q", e, private)
				}
			}
		})
	}
}

func TestAVendorThatIsAwayHasDoneNothing(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	c := stripe.New(stripe.Config{BaseURL: "http://" + l.Addr().String(), Key: "sk_test_sandbox"})
	order := stripe.Order{Key: "k", Restaurant: "r", Customer: "cus_1", Price: "price_1", SuccessURL: "https://example.com"}
	_, err = c.Checkout(t.Context(), order)
	if e := failure(t, err); e.Outcome != stripe.Wait || !strings.Contains(fault.Say(err), "cannot be reached") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Checkout(ctx, order)
	if e := failure(t, err); e.Outcome != stripe.Wait {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestAReadThatFailedHasChangedNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, f := range []wire.Fault{simulated.Unavailable(), {Cut: true}, {Status: 200, Body: "{}"}, {Status: 200, Body: "null"}} {
		b.sim.Faults().Next("GET /v1/subscriptions/{id}", f)
		_, err := b.client.Subscription(t.Context(), "sub_1")
		if e := failure(t, err); !e.SafeToRetry() || !strings.Contains(fault.Say(err), "Nothing was changed") {
			t.Errorf("%v: %q", err, fault.Say(err))
		}
	}
}

func TestListsOfNonsenseDoNotHurt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{`{"data":[null],"has_more":true}`, `{"data":[{}],"has_more":true}`, `{"has_more":true}`, `null`, `{"data":[{"id":"x"}],"has_more":true}`} {
		for _, op := range []string{"GET /v1/customers", "GET /v1/prices", "GET /v1/subscriptions", "GET /v1/invoices", "GET /v1/events"} {
			b.sim.Faults().Down(op, wire.Fault{Status: 200, Body: body})
		}
		_, err1 := b.client.FindCustomer(t.Context(), "rest_1")
		_, err2 := b.client.Prices(t.Context())
		_, err3 := b.client.Subscriptions(t.Context(), "cus_1")
		_, err4 := b.client.Invoices(t.Context(), "cus_1")
		_, err5 := b.client.Events(t.Context(), time.Now())
		for _, err := range []error{err1, err2, err3, err4, err5} {
			if err != nil {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
}

func TestNonsenseIsNotSent(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx := t.Context()
	_, err1 := b.client.Subscription(ctx, "../customers")
	_, err2 := b.client.Session(ctx, "")
	_, err3 := b.client.Checkout(ctx, stripe.Order{})
	_, err4 := b.client.Portal(ctx, "", "cus_1", "", "", "")
	_, err5 := b.client.EnsureCustomer(ctx, stripe.NewCustomer{})
	_, err6 := b.client.Invoices(ctx, "")
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if e := failure(t, err); e.Outcome != stripe.NotDone || e.SafeToRetry() {
			t.Error(err)
		}
	}
	if calls := b.sim.Sent(); len(calls) > 0 {
		t.Errorf("%+v", calls)
	}
}

func TestTheWaitThatIsAskedForIsToldOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := simulated.RateLimited()
	f.Header["Retry-After"] = "7"
	b.sim.Faults().Next("GET /v1/prices", f)
	_, err := b.client.Prices(t.Context())
	if e := failure(t, err); e.RetryAfter() != 7*time.Second || e.Status != http.StatusTooManyRequests {
		t.Error(err)
	}
}
