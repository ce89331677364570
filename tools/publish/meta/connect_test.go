package meta

import (
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
	sim "marketa/sandbox/meta"
)

func TestAPersonConnectsByClickingThroughThePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	address := b.DialogURL(Dialog{RedirectURI: returning, State: "st/ate+1", Scopes: PublishingScopes()})
	form, action := page(t, address)
	if len(form["page"]) != 4 || len(form["scope"]) != len(PublishingScopes()) {
		t.Fatalf("the page offers %v", form)
	}
	form["page"] = []string{trattoria, cafe}
	form["scope"] = slices.DeleteFunc(form["scope"], func(s string) bool { return s == "read_insights" })
	form.Set("do", "continue")
	code, state, err := Returned(queryOf(t, press(t, b.url+"/v26.0/dialog/oauth"+action, form)))
	if err != nil || state != "st/ate+1" {
		t.Fatal(state, err)
	}
	short, err := b.Exchange(t.Context(), code, returning)
	if err != nil || short.Expires.Sub(b.clock.Now()) != 2*time.Hour {
		t.Fatal(short, err)
	}
	long, err := b.Extend(t.Context(), short.Token)
	if err != nil || long.Expires.Sub(b.clock.Now()) != 60*24*time.Hour {
		t.Fatal(long, err)
	}
	have, err := b.Permissions(t.Context(), long.Token)
	if missing := Missing(PublishingScopes(), have); err != nil || !slices.Equal(missing, []string{"read_insights"}) {
		t.Fatal(missing, err)
	}
	pages, err := b.Pages(t.Context(), long.Token)
	if err != nil || len(pages) != 2 || pages[0].Instagram.Username != "trattoria.demo" || pages[0].Token == "" || !pages[0].CanPublish() {
		t.Fatal(pages, err)
	}
	if pages[0].Personal() || !pages[1].Personal() || pages[1].ID != cafe {
		t.Error("the personal account is not told apart")
	}
	if me, err := b.Me(t.Context(), long.Token); err != nil || me != (Person{anna, "Anna"}) {
		t.Error(me, err)
	}
}

// page reads the form of the consent page as a browser would: what is ticked, and where it goes.
func page(t *testing.T, address string) (url.Values, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	form := url.Values{}
	for _, in := range regexp.MustCompile(`<input type="(?:checkbox|hidden)" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(string(body), -1) {
		form.Add(in[1], html.UnescapeString(in[2]))
	}
	action := regexp.MustCompile(`<form method="post" action="([^"]*)"`).FindStringSubmatch(string(body))
	if action == nil {
		t.Fatalf("%d without a form: %s", resp.StatusCode, body)
	}
	return form, html.UnescapeString(action[1])
}

// press sends the form and gives the address that the browser is sent to.
func press(t *testing.T, address string, form url.Values) string {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.PostForm(address, form)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusFound {
		t.Fatal(resp.Status)
	}
	return resp.Header.Get("Location")
}

func TestCancelSaysSoAndKeepsTheState(t *testing.T) {
	t.Parallel()
	b := setup(t)
	form, action := page(t, b.DialogURL(Dialog{RedirectURI: returning, State: "s1", Scopes: RequiredScopes()}))
	form.Set("do", "cancel")
	_, state, err := Returned(queryOf(t, press(t, b.url+"/v26.0/dialog/oauth"+action, form)))
	if state != "s1" || refused(t, err).Cure != Reconnect || !strings.Contains(fault.Say(err), "Cancel") {
		t.Error(state, err, fault.Say(err))
	}
}

func TestAReturnAddressThatIsNotOnTheListIsBlocked(t *testing.T) {
	t.Parallel()
	b := setup(t, func(c *sim.Config) { c.Redirects = []string{returning} })
	for _, redirect := range []string{returning + "/", "http://127.0.0.1:2/x", "https://evil.example/"} {
		if back, err := b.sim.Consent(b.DialogURL(Dialog{RedirectURI: redirect, State: "s"}), sim.Choice{}); err == nil {
			t.Errorf("%s: sent to %s", redirect, back)
		}
	}
}

func TestSomebodyElseMayUseTheSamePage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.AddPerson(sim.Person{ID: "1002", Name: "Bruno"})
	b.sim.Appoint("1002", bakery, "CREATE_CONTENT")
	form, action := page(t, b.DialogURL(Dialog{RedirectURI: returning, State: "s", Scopes: RequiredScopes()})+"&person=1002")
	if form.Get("person") != "1002" || !slices.Equal(form["page"], []string{bakery}) {
		t.Fatal(form)
	}
	form.Set("do", "continue")
	code, _, err := Returned(queryOf(t, press(t, b.url+"/v26.0/dialog/oauth"+action, form)))
	if err != nil {
		t.Fatal(err)
	}
	grant, err := b.Exchange(t.Context(), code, returning)
	if err != nil {
		t.Fatal(err)
	}
	if me, err := b.Me(t.Context(), grant.Token); err != nil || me.Name != "Bruno" {
		t.Error(me, err)
	}
}

func TestACodeWorksOnceForTenMinutesAndForOneAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	code := func() string {
		back, err := b.sim.Consent(b.DialogURL(Dialog{RedirectURI: returning, State: "s", Scopes: RequiredScopes()}), sim.Choice{})
		if err != nil {
			t.Fatal(err)
		}
		return queryOf(t, back).Get("code")
	}
	used, other, late := code(), code(), code()
	if _, err := b.Exchange(t.Context(), used, returning); err != nil {
		t.Fatal(err)
	}
	fails := func(name, code, redirect string) {
		t.Helper()
		_, err := b.Exchange(t.Context(), code, redirect)
		if e := refused(t, err); e.Cure != Reconnect || e.Outcome != NotDone || !strings.Contains(fault.Say(err), "new link") {
			t.Errorf("%s: %v, %q", name, err, fault.Say(err))
		}
	}
	fails("again", used, returning)
	fails("another address", other, returning+"?x=1")
	b.clock.Advance(10 * time.Minute)
	fails("late", late, returning)
}

func TestTokensEndAndSayWhy(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		end     func(*bundle)
		subcode int
		cure    Cure
	}{
		"time":      {func(b *bundle) { b.clock.Advance(61 * 24 * time.Hour) }, 463, Reconnect},
		"password":  {func(b *bundle) { b.sim.Invalidate(anna, 460) }, 460, Reconnect},
		"check":     {func(b *bundle) { b.sim.Invalidate(anna, 459) }, 459, Owner},
		"removed":   {func(b *bundle) { b.sim.RemoveApp(anna) }, 458, Reconnect},
		"by itself": {func(b *bundle) { b.sim.Invalidate(anna, 467) }, 467, Reconnect},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			token := b.connected(t, sim.Choice{})
			if in, err := b.Inspect(t.Context(), token); err != nil || !in.Valid || in.UserID != anna || in.Expires.IsZero() ||
				!slices.Equal(in.Targets["instagram_basic"], []string{account, "17841400002003"}) {
				t.Fatal(in, err)
			}
			tt.end(b)
			_, err := b.Me(t.Context(), token)
			if e := refused(t, err); e.Code != 190 || e.Subcode != tt.subcode || e.Cure != tt.cure {
				t.Error(err)
			}
			if in, err := b.Inspect(t.Context(), token); err != nil || in.Valid || in.Subcode != tt.subcode {
				t.Error(in, err)
			}
		})
	}
}

func TestAPagesTokenOutlivesThePersonsAndDiesWithTheRole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	token := b.pageToken(t, trattoria)
	b.clock.Advance(70 * 24 * time.Hour)
	if in, err := b.Inspect(t.Context(), token); err != nil || !in.Valid || !in.Expires.IsZero() || in.ProfileID != trattoria {
		t.Fatal(in, err)
	}
	b.sim.Appoint(anna, trattoria)
	_, err := b.Quota(t.Context(), token, account)
	if e := refused(t, err); e.Subcode != 492 || e.Cure != Permit {
		t.Error(err)
	}
}

func TestPagesHeldThroughABusinessAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	pages, err := b.Pages(t.Context(), b.connected(t, sim.Choice{}))
	if err != nil || len(pages) != 4 || pages[3].ID != hidden || pages[3].Token == "" {
		t.Fatal(pages, err)
	}
	few, err := b.Pages(t.Context(), b.connected(t, sim.Choice{Decline: []string{"business_management"}}))
	if err != nil || len(few) != 3 {
		t.Error(few, err)
	}
}

func TestManyPagesAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 230 {
		id := fmt.Sprint(5000 + i)
		b.sim.AddPage(sim.Page{ID: id, Name: "Page " + id})
		b.sim.Appoint(anna, id, "CREATE_CONTENT")
	}
	if pages, err := b.Pages(t.Context(), b.connected(t, sim.Choice{})); err != nil || len(pages) != 234 {
		t.Fatal(len(pages), err)
	}
}

func TestRevokingEndsEveryToken(t *testing.T) {
	t.Parallel()
	b := setup(t)
	person, page := b.connected(t, sim.Choice{}), b.pageToken(t, trattoria)
	if err := b.Revoke(t.Context(), person, anna); err != nil {
		t.Fatal(err)
	}
	for _, token := range []Secret{person, page} {
		if _, err := b.Quota(t.Context(), token, account); refused(t, err).Subcode != 458 {
			t.Error(err)
		}
	}
}

func TestEveryCallIsProven(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.RequireProof(true)
	token := b.pageToken(t, trattoria)
	if _, err := b.Quota(t.Context(), token, account); err != nil {
		t.Error(err)
	}
	if _, err := b.Create(t.Context(), token, account, Draft{Kind: Image, ImageURL: b.put("a.jpg", photo(100, 100))}); err != nil {
		t.Error(err)
	}
	b.cfg.AppSecret = "another"
	if _, err := b.Quota(t.Context(), token, account); refused(t, err).Code != 100 {
		t.Error(err)
	}
}

func TestProofsFitTheVectors(t *testing.T) {
	t.Parallel()
	if got := proof("sim_app_secret_000", "EAASIMTOKEN"); got != "63b7aa94a474d93daae885a1828d555d3670ba870e3f3aa3f17121ae147b742b" {
		t.Error(got)
	}
	const given = "kUZt2UIcqNgOj4JOw2rgk6hCun0af-u4LKoFe14Ki7Y.eyJ1c2VyX2lkIjoiMTAwMSIsImFsZ29yaXRobSI6IkhNQUMtU0hBMjU2IiwiaXNzdWVkX2F0IjoxNzYwMDAwMDAwfQ"
	c := New(Config{AppSecret: "sim_app_secret_000"})
	at := time.Unix(1760000000, 0)
	if got, err := c.SignedRequest(given, at.Add(time.Hour)); err != nil || got.UserID != anna || !got.Issued.Equal(at) {
		t.Error(got, err)
	}
	for name, tt := range map[string]struct {
		given string
		at    time.Time
	}{
		"old": {given, at.Add(25 * time.Hour)}, "future": {given, at.Add(-time.Hour)}, "empty": {"", at},
		"unsigned": {given[strings.Index(given, "."):], at}, "changed": {given[:len(given)-2] + "fR", at},
	} {
		if got, err := c.SignedRequest(tt.given, tt.at); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestRemovingTheAppCallsUsSigned(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	us := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path + " " + r.FormValue("signed_request") }))
	b := setup(t, func(c *sim.Config) { c.DeauthorizeURL, c.DeletionURL = us+"/deauthorize", us+"/deletion" })
	for path, act := range map[string]func(string){"/deauthorize": b.sim.RemoveApp, "/deletion": b.sim.AskDeletion} {
		act(anna)
		where, signed, _ := strings.Cut(<-got, " ")
		if about, err := b.SignedRequest(signed, b.clock.Now()); err != nil || about.UserID != anna || where != path {
			t.Error(where, about, err)
		}
	}
}

func TestAVersionThatEndedIsSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.connected(t, sim.Choice{})
	if u := b.usages[len(b.usages)-1]; u.Downgraded() || u.Answered != "v26.0" || u.Percent["app"] != 3 {
		t.Errorf("%+v", u)
	}
	b.sim.AnswerAs("v27.0")
	b.connected(t, sim.Choice{})
	if u := b.usages[len(b.usages)-1]; !u.Downgraded() {
		t.Errorf("%+v", u)
	}
}

func TestSecretsDoNotShowThemselves(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	s := Grant{Token: "EAAhush"}
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", s.Token)
	if text := fmt.Sprintf("%v %+v %#v %s", s, s, s, s.Token) + log.String(); strings.Contains(text, "hush") {
		t.Error(text)
	}
}
