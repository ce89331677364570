package meta

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
	sim "marketa/sandbox/meta"
	"marketa/sandbox/wire"
)

// The vendor's catalogue: what each refusal of a publication means, and what helps.
func TestEveryErrorOfTheCatalogueIsUnderstood(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	for _, tt := range []struct {
		code, subcode int
		outcome       Outcome
		cure          Cure
		words         string // of the sentence for a manager
	}{
		{1, 0, Unknown, Look, "look whether"}, {2, 0, Unknown, Look, "look whether"},
		{3, 0, NotDone, Operator, "operator"},
		{4, 0, NotDone, Wait, "slow down"}, {17, 0, NotDone, Wait, "slow down"}, {32, 0, NotDone, Wait, "slow down"},
		{341, 0, NotDone, Wait, "slow down"}, {613, 0, NotDone, Wait, "slow down"}, {613, 1996, NotDone, Wait, "slow down"},
		{80000, 0, NotDone, Wait, "slow down"}, {80001, 0, NotDone, Wait, "slow down"}, {80002, 0, NotDone, Wait, "slow down"},
		{80014, 0, NotDone, Wait, "slow down"},
		{10, 0, NotDone, Permit, "permission"}, {200, 0, NotDone, Permit, "permission"}, {283, 0, NotDone, Permit, "permission"},
		{299, 0, NotDone, Permit, "permission"},
		{100, 0, NotDone, Operator, "operator"}, {100, 33, Unknown, Look, "look again"},
		{102, 0, NotDone, Reconnect, "log in"}, {190, 0, NotDone, Reconnect, "log in"}, {190, 458, NotDone, Reconnect, "removed"},
		{190, 459, NotDone, Owner, "facebook.com"}, {190, 460, NotDone, Reconnect, "password"}, {190, 463, NotDone, Reconnect, "run out"},
		{190, 464, NotDone, Owner, "facebook.com"}, {190, 467, NotDone, Reconnect, "log in"}, {190, 492, NotDone, Permit, "role"},
		{368, 0, NotDone, Owner, "blocked"}, {506, 0, Unknown, Look, "just posted"},
		{2500, 0, NotDone, Operator, "operator"}, {3001, 1504028, NotDone, Operator, "operator"}, {1609005, 0, NotDone, FixText, "link"},
		{-2, 2207003, NotDone, Retry, "fetch"}, {-2, 2207020, NotDone, Renew, "once more"}, {-1, 2207001, Unknown, Look, "look whether"},
		{-1, 2207032, NotDone, Retry, "again"}, {-1, 2207053, NotDone, Renew, "once more"}, {1, 2207057, NotDone, FixMedia, "cover"},
		{4, 2207051, Unknown, Look, "look first"}, {9, 2207042, NotDone, Wait, "limit of posts"}, {24, 2207006, Unknown, Look, "look"},
		{24, 2207008, Unknown, Look, "look"}, {25, 2207050, NotDone, Owner, "Instagram app"}, {100, 2207023, NotDone, Operator, "operator"},
		{100, 2207028, NotDone, FixMedia, "2 to 10"}, {100, 2207035, NotDone, FixText, "tag"}, {100, 2207036, NotDone, FixText, "tag"},
		{100, 2207037, NotDone, FixText, "tag"}, {100, 2207040, NotDone, FixText, "tag"}, {352, 2207026, NotDone, FixMedia, "MP4"},
		{9004, 2207052, NotDone, Retry, "fetch"}, {9007, 2207027, NotDone, Wait, "preparing"}, {36000, 2207004, NotDone, FixMedia, "8 MB"},
		{36001, 2207005, NotDone, FixMedia, "JPEG"}, {36003, 2207009, NotDone, FixMedia, "Crop"}, {36004, 2207010, NotDone, FixText, "2200"},
		{100, 2207077, NotDone, Renew, "once more"}, {100, 2207082, NotDone, Renew, "once more"}, {100, 2207081, NotDone, Operator, "operator"},
		{1, 1366046, NotDone, FixMedia, "4 MB"}, {1, 1366051, Done, Look, "already"}, {368, 1390008, NotDone, Wait, "slow down"},
		{368, 1346003, NotDone, FixText, "Change"}, {100, 1404006, NotDone, Owner, "facebook.com"}, {100, 1609008, NotDone, FixText, "Take the link out"},
		{100, 1349125, NotDone, FixText, "Change it"}, {200, 1404078, NotDone, Owner, "Authorization"}, {200, 4854002, NotDone, Owner, "facebook.com"},
		{368, 1404112, NotDone, Owner, "blocked"}, {368, 1404102, NotDone, FixText, "rules"}, {324, 2069019, NotDone, FixMedia, "JPG"},
		{100, 2061006, NotDone, FixText, "link"}, {2, 1363047, Unknown, Look, "look"}, {2, 1609010, Unknown, Look, "look"},
		{7777, 0, Unknown, Look, "look"}, {7777, 8888, Unknown, Look, "look"},
	} {
		t.Run(fmt.Sprintf("%d_%d", tt.code, tt.subcode), func(t *testing.T) {
			no := sim.Refused(tt.code, tt.subcode)
			no.Title, no.Advice = "เกิดข้อผิดพลาด", "EAAhush 9004 36003" // localised, and full of numbers that mean nothing
			b.sim.Faults().Next("POST /{id}/media_publish", no.Fault())
			_, err := b.Publish(t.Context(), token, account, "17880001")
			e := refused(t, err)
			if e.Outcome != tt.outcome || e.Cure != tt.cure || e.Code != tt.code || e.Subcode != tt.subcode || !e.Visible {
				t.Errorf("%v: %s, cure %s", err, e.Outcome, e.Cure)
			}
			if say := fault.Say(err); !strings.Contains(say, tt.words) || strings.Contains(say, "went wrong") || fault.KindOf(err) != kindOf(tt.cure) {
				t.Errorf("says %q (%s)", say, fault.KindOf(err))
			}
			if e.SafeToRetry() && e.Outcome != NotDone {
				t.Error("it would be repeated though it may be there")
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "Error validating") {
				t.Errorf("the log gets the vendor's words: %v", err)
			}
		})
	}
}

func TestWithoutAnEnvelopeTheStatusDecides(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	for name, tt := range map[string]struct {
		fault   wire.Fault
		outcome Outcome
		cure    Cure
	}{
		"500":              {wire.Fault{Status: 500, Body: "oops"}, Unknown, Look},
		"504":              {wire.Fault{Status: 504, Body: "<html>"}, Unknown, Look},
		"408":              {wire.Fault{Status: 408}, Unknown, Look},
		"429":              {wire.Fault{Status: 429, Header: map[string]string{"Retry-After": "90"}}, NotDone, Wait},
		"404":              {wire.Fault{Status: 404, Body: "<html>"}, NotDone, Operator},
		"cut":              {wire.Fault{Cut: true}, Unknown, Look},
		"lost":             {wire.Fault{LoseAnswer: true}, Unknown, Look},
		"200 without id":   {wire.Fault{Status: 200, Body: "{}"}, Unknown, Look},
		"200 of a list":    {wire.Fault{Status: 200, Body: "[]"}, Unknown, Look},
		"200 not JSON":     {wire.Fault{Status: 200, Body: "<html>"}, Unknown, Look},
		"200 with error":   {wire.Fault{Status: 200, Body: `{"error":{"message":"m","code":9,"error_subcode":2207042}}`}, NotDone, Wait},
		"error data text":  {wire.Fault{Status: 400, Body: `{"error":{"code":9,"error_subcode":2207042,"error_data":"{}"}}`}, NotDone, Wait},
		"error data list":  {wire.Fault{Status: 400, Body: `{"error":{"code":9,"error_subcode":2207042,"error_data":{"blame_field_specs":[["a"]]}}}`}, NotDone, Wait},
		"503 with a code":  {wire.Fault{Status: 503, Body: `{"error":{"code":77}}`}, Unknown, Look},
		"no business text": {wire.Fault{Status: 400, Body: `{"error":{"code":100,"message":"The user is not an Instagram Business"}}`}, NotDone, Owner},
	} {
		b.sim.Faults().Next("POST /{id}/media_publish", tt.fault)
		_, err := b.Publish(t.Context(), token, account, "17880001")
		if e := refused(t, err); e.Outcome != tt.outcome || e.Cure != tt.cure {
			t.Errorf("%s: %v, %s", name, err, e.Cure)
		}
		if name == "429" && As(err).RetryAfter() != 90*time.Second {
			t.Error(As(err).RetryAfter())
		}
	}
	away := New(Config{GraphURL: "http://127.0.0.1:1", HTTP: http.DefaultClient})
	if _, err := away.Publish(t.Context(), token, account, "1"); refused(t, err).Outcome != NotDone || !As(err).SafeToRetry() {
		t.Error("nothing was sent:", err)
	}
}

func TestWhatNobodySeesMayBeRepeated(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	b.sim.Faults().Down("*", wire.Fault{Cut: true})
	_, create := b.Create(t.Context(), token, account, Draft{Kind: Image})
	_, add := b.AddPhoto(t.Context(), token, trattoria, Photo{})
	_, read := b.Media(t.Context(), token, "1")
	_, publish := b.Publish(t.Context(), token, account, "1")
	_, photo := b.PostPhoto(t.Context(), token, trattoria, Photo{})
	_, post := b.Post(t.Context(), token, trattoria, PagePost{})
	for i, err := range []error{create, add, read, publish, photo, post} {
		if got := refused(t, err).SafeToRetry(); got != (i < 3) {
			t.Errorf("call %d: %v is safe: %v", i, err, got)
		}
	}
}

func FuzzEnvelope(f *testing.F) {
	for _, seed := range []string{`{"error":{"code":9,"error_subcode":2207042}}`, `{"error":"x"}`, `{"error":{"code":"9"}}`, `[]`, ``, `{"error":null}`} {
		f.Add([]byte(seed), 400)
	}
	c := New(Config{})
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		d := envelope(body)
		if d == nil {
			return
		}
		err := c.refused(request{op: "publish", path: "/1/media_publish", visible: true}, d, status, nil)
		if e := As(err); e.Cure == "" || fault.Say(err) == "" || (e.SafeToRetry() && e.Outcome != NotDone) {
			t.Errorf("%q: %v", body, err)
		}
	})
}

func FuzzSignedRequest(f *testing.F) {
	c := New(Config{AppSecret: "sim_app_secret_000"})
	f.Add("kUZt2UIcqNgOj4JOw2rgk6hCun0af-u4LKoFe14Ki7Y.eyJ1c2VyX2lkIjoiMTAwMSIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzYwMDAwMDAwfQ")
	f.Add(".")
	f.Add("a.b")
	at := time.Unix(1760000000, 0)
	f.Fuzz(func(t *testing.T, given string) {
		if got, err := c.SignedRequest(given, at); err == nil && got.UserID != anna {
			t.Errorf("%q: %+v", given, got)
		}
	})
}

func FuzzUsage(f *testing.F) {
	f.Add(`{"1":[{"type":"pages","call_count":50,"estimated_time_to_regain_access":7}]}`)
	f.Add(`{"1":[{"estimated_time_to_regain_access":1e300}]}`)
	f.Fuzz(func(t *testing.T, header string) {
		u := usageOf(http.Header{"X-Business-Use-Case-Usage": {header}, "X-App-Usage": {header}})
		if u.Regain < 0 || u.Regain > maxRegain {
			t.Errorf("%q: %s", header, u.Regain)
		}
	})
}
