package whapi

import (
	"encoding/json"
	"strings"
	"testing"
)

func ours(host, path, token string, events ...string) Hook {
	h := Hook{URL: host + path, Headers: map[string]string{"X-Access-Token": token}}
	for _, e := range events {
		kind, method, _ := strings.Cut(e, ".")
		h.Events = append(h.Events, HookEvent{kind, method})
	}
	return h
}

const (
	foreign = `{"url":"https://crm.example/in","mode":"path","headers":{"Authorization":"Bearer x"},"events":[{"type":"messages","method":"post"}],"webhook_max_age_seconds":60,"newer":[1,{"a":null}]}`
	odd     = `"https://old.example/in"`
	logOf   = `{"url":"https://m.example/webhooks/whapi/company/log","mode":"body","headers":{"X-Access-Token":"k3y"},"events":[{"type":"statuses","method":"post"},{"type":"messages","method":"post"}]}`
	logOld  = `{"url":"https://old.example/webhooks/whapi/company/log","mode":"body","events":[],"webhook_max_age_seconds":60}`
	logNew  = `{"url":"https://m.example/webhooks/whapi/company/log","mode":"body","headers":{"X-Access-Token":"k3y"},"events":[{"type":"messages","method":"post"},{"type":"statuses","method":"post"}]%s}`
	botNew  = `{"url":"https://m.example/webhooks/whapi/company/bot","mode":"body","headers":{"X-Access-Token":"k3y"},"events":[{"type":"messages","method":"post"}]}`
	other   = `{"url":"https://m.example/webhooks/whapi/marketa/log","mode":"body","events":[]}`
)

func TestHooksEndUpOnceEachAndForeignOnesAsTheyWere(t *testing.T) {
	t.Parallel()
	created, aged := strings.Replace(logNew, "%s", "", 1), strings.Replace(logNew, "%s", `,"webhook_max_age_seconds":60`, 1)
	for _, test := range []struct {
		name  string
		there []string
		want  []string // nil: nothing is written
	}{
		{"none there", []string{}, []string{created, botNew}},
		{"only foreign ones", []string{foreign, odd, other}, []string{foreign, odd, other, created, botNew}},
		{"right already", []string{logOf, foreign, botNew}, nil},
		{"one missing", []string{logOf, foreign}, []string{logOf, foreign, botNew}},
		{"from the old address", []string{foreign, logOld, botNew}, []string{foreign, aged, botNew}},
		{"twice the same", []string{logOf, logOf, botNew, foreign}, []string{logOf, botNew, foreign}},
		{"old and right", []string{logOld, foreign, logOf, botNew}, []string{foreign, logOf, botNew}},
		{"old twice", []string{logOld, logOld, botNew}, []string{aged, botNew}},
		{"one with a slash at its end", []string{strings.Replace(logOf, "/log", "/log/", 1), botNew}, []string{created, botNew}},
		{"other mode", []string{strings.Replace(logOf, `"body"`, `"path"`, 1), botNew}, []string{created, botNew}},
		{"other token", []string{strings.Replace(logOf, "k3y", "old", 1), botNew}, []string{created, botNew}},
		{"an event less", []string{strings.Replace(logOf, `{"type":"statuses","method":"post"},`, "", 1), botNew}, []string{created, botNew}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			v := newVendor(t, answer{status: 200, body: `{"callback_persist":true,"proxy":"","webhooks":[` + strings.Join(test.there, ",") + `]}`},
				answer{status: 200, body: `{"before_update":{},"after_update":{},"changes":["webhooks"]}`})
			changed, err := v.EnsureHooks(t.Context(), []Hook{
				ours("https://m.example", "/webhooks/whapi/company/log", "k3y", "messages.post", "statuses.post"),
				ours("https://m.example", "/webhooks/whapi/company/bot", "k3y", "messages.post"),
			})
			if err != nil || changed != (test.want != nil) || v.calls[0] != (call{"GET", "/settings", ""}) {
				t.Fatalf("changed %v, %v, %+v", changed, err, v.calls)
			}
			if !changed {
				if len(v.calls) != 1 {
					t.Errorf("wrote %+v", v.calls[1])
				}
				return
			}
			c := v.calls[1]
			if want := `{"webhooks":[` + strings.Join(test.want, ",") + `]}`; c.method != "PATCH" || c.path != "/settings" || !sameJSON(c.body, want) {
				t.Errorf("%s %s\n%s\nwant\n%s", c.method, c.path, c.body, want)
			}
			if again(t, c.body) {
				t.Error("a second run would write again")
			}
		})
	}
}

// again runs EnsureHooks on what was just written.
func again(t *testing.T, settings string) bool {
	changed, err := newVendor(t, answer{status: 200, body: settings}).EnsureHooks(t.Context(), []Hook{
		ours("https://m.example", "/webhooks/whapi/company/bot", "k3y", "messages.post"),
		ours("https://m.example", "/webhooks/whapi/company/log", "k3y", "statuses.post", "messages.post"),
	})
	return changed || err != nil
}

func TestHooksThatCannotBeReadAreNotOverwritten(t *testing.T) {
	t.Parallel()
	hook := ours("https://m.example", "/webhooks/whapi/company/log", "k3y")
	for _, settings := range []string{`{"webhooks":"none"}`, `{"webhooks":{"url":"x"}}`, `{"error":{"code":500}}`, `[]`, `null`, `x`} {
		v := newVendor(t, answer{status: 200, body: settings})
		changed, err := v.EnsureHooks(t.Context(), []Hook{hook})
		if err == nil || changed || len(v.calls) != 1 {
			t.Errorf("%s: %v, %v, %+v", settings, changed, err, v.calls)
		}
	}
	v := newVendor(t, answer{status: 401, body: `{}`})
	if _, err := v.EnsureHooks(t.Context(), []Hook{hook}); !failure(t, err).NeedsRescan() || len(v.calls) != 1 {
		t.Errorf("%v", err)
	}
}

func TestHooksThatAreNotOursOrTwiceAreRefusedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	log := ours("https://m.example", "/webhooks/whapi/company/log", "k3y")
	for name, hooks := range map[string][]Hook{
		"other path":   {ours("https://m.example", "/webhooks/telegram", "k3y")},
		"other name":   {ours("https://m.example", "/webhooks/whapi/company/audit", "k3y")},
		"no channel":   {ours("https://m.example", "/webhooks/whapi//log", "k3y")},
		"no address":   {ours("", "::/webhooks/whapi/company/log", "k3y")},
		"twice":        {log, log},
		"two of hosts": {log, ours("https://other.example", "/webhooks/whapi/company/log", "k3y")},
	} {
		v := newVendor(t)
		_, err := v.EnsureHooks(t.Context(), hooks)
		if e := failure(t, err); !e.Permanent() || len(v.calls) != 0 || strings.Contains(e.Error(), "k3y") {
			t.Errorf("%s: %v, %+v", name, err, v.calls)
		}
	}
}

func TestSettingsKeepWhatHasNoField(t *testing.T) {
	t.Parallel()
	v := newVendor(t, ok(file(t, "settings.json")))
	s, err := v.Settings(t.Context())
	if err != nil || !s.CallbackPersist || s.CallbackBackoffDelayMS != 3000 || len(s.Media.AutoDownload) != 5 {
		t.Fatalf("%+v, %v", s, err)
	}
	if h := s.Webhooks[0]; h.URL != "https://bot.example/wh/whapi/c1" || h.Headers["X-Hook-Secret"] != "k3y" || len(h.Events) != 10 || h.Events[9] != (HookEvent{"users", "delete"}) {
		t.Errorf("%+v", h)
	}
	if !sameJSON(string(s.Raw), string(file(t, "settings.json"))) {
		t.Errorf("%s", s.Raw)
	}
}

func TestAPatchNamesOnlyWhatChanges(t *testing.T) {
	t.Parallel()
	v := newVendor(t, answer{status: 200, body: `{}`}, answer{status: 400, body: `{"error":{"code":400,"message":"bad settings"}}`})
	if err := v.PatchSettings(t.Context(), Patch{"callback_persist": true, "media": json.RawMessage(`{"auto_download":["image"]}`)}); err != nil {
		t.Fatal(err)
	}
	if want := `{"callback_persist":true,"media":{"auto_download":["image"]}}`; !sameJSON(v.calls[0].body, want) || v.calls[0].method != "PATCH" {
		t.Errorf("%+v", v.calls[0])
	}
	if e := failure(t, v.PatchSettings(t.Context(), Patch{"callback_backoff_delay_ms": 1})); !e.Permanent() || e.Message != "bad settings" {
		t.Errorf("%v", e)
	}
}
