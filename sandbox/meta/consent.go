package meta

import (
	"html/template"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Choice is what a person does on the consent page. The zero value agrees to everything, with every page they hold.
type Choice struct {
	Person  string   // id, empty: the first
	Cancel  bool     // goes back without agreeing
	Decline []string // permissions unticked
	Pages   []string // ids of the pages ticked, nil: all
}

// Consent plays a person on the consent page at address and gives the address that their browser is sent to.
func (s *Sim) Consent(address string, choice Choice) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, err := s.asked(u.Query())
	if err != nil {
		return "", err
	}
	return s.decide(asked, choice), nil
}

// question is a well-formed visit to the consent page.
type question struct {
	redirect, state string
	scopes          []string
}

// blocked is what Facebook shows instead of the consent page.
type blocked string

func (b blocked) Error() string { return string(b) }

const (
	errApp      blocked = "Invalid App ID: The provided app ID does not look like a valid app ID."
	errRedirect blocked = "URL blocked: This redirect failed because the redirect URI is not white-listed in the app's client OAuth settings."
	errType     blocked = "Invalid parameter: response_type"
)

func (s *Sim) asked(q url.Values) (question, error) {
	switch kind := q.Get("response_type"); {
	case q.Get("client_id") != s.cfg.AppID:
		return question{}, errApp
	case !s.allowed(q.Get("redirect_uri")):
		return question{}, errRedirect
	case kind != "" && kind != "code":
		return question{}, errType
	}
	var scopes []string
	for scope := range strings.FieldsFuncSeq(q.Get("scope"), func(r rune) bool { return r == ',' || r == ' ' }) {
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	return question{q.Get("redirect_uri"), q.Get("state"), scopes}, nil
}

// allowed compares byte by byte; without a list anything on loopback will do, and nothing else ever.
func (s *Sim) allowed(redirect string) bool {
	if len(s.cfg.Redirects) > 0 {
		return slices.Contains(s.cfg.Redirects, redirect)
	}
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// decide is what the Continue and Cancel buttons do.
func (s *Sim) decide(asked question, choice Choice) string {
	p := s.person(choice.Person)
	if p == nil && len(s.people) > 0 && choice.Person == "" {
		p = s.people[0]
	}
	if p == nil || choice.Cancel {
		return back(asked.redirect, url.Values{"error": {"access_denied"}, "error_reason": {"user_denied"},
			"error_description": {"Permissions error"}, "state": {asked.state}})
	}
	g := &grant{person: p, until: s.clock.Now().Add(dataLife)}
	for _, scope := range asked.scopes {
		if slices.Contains(choice.Decline, scope) {
			g.declined = append(g.declined, scope)
		} else {
			g.scopes = append(g.scopes, scope)
		}
	}
	for _, page := range s.held(p) {
		if choice.Pages == nil || slices.Contains(choice.Pages, page.ID) {
			g.pages = append(g.pages, page.ID)
		}
	}
	secret := s.word(32)
	s.codes[secret] = &code{g, asked.redirect, s.clock.Now().Add(codeLife)}
	return back(asked.redirect, url.Values{"code": {secret}, "state": {asked.state}})
}

func (s *Sim) showConsent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, err := s.asked(r.URL.Query())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = errorPage().Execute(w, err.Error())
		return
	}
	query := r.URL.Query()
	view := consentView{App: s.cfg.AppName, Scopes: asked.scopes, Person: query.Get("person")}
	query.Del("person")
	view.Query = template.URL(query.Encode())
	if view.Person == "" && len(s.people) > 0 {
		view.Person = s.people[0].ID
	}
	for _, p := range s.people {
		view.People = append(view.People, p.Person)
		if p.ID == view.Person {
			view.Pages = s.offered(p)
		}
	}
	_ = consentPage().Execute(w, view)
}

type consentView struct {
	App, Person string
	Query       template.URL
	People      []Person
	Pages       []offeredPage
	Scopes      []string
}

type offeredPage struct{ ID, Name, Note string }

func (s *Sim) offered(p *person) []offeredPage {
	var offered []offeredPage
	for _, page := range s.held(p) {
		note := "no Instagram account"
		if a := s.account(page.Instagram); a != nil {
			note = "Instagram: " + a.Username
			if a.Personal {
				note += " (personal)"
			}
		}
		offered = append(offered, offeredPage{page.ID, page.Name, note})
	}
	return offered
}

func (s *Sim) takeConsent(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, err := s.asked(r.URL.Query())
	if err == nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		err = r.ParseForm()
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		_ = errorPage().Execute(w, err.Error())
		return
	}
	choice := Choice{Person: r.PostForm.Get("person"), Cancel: r.PostForm.Get("do") == "cancel", Pages: append([]string{}, r.PostForm["page"]...)}
	for _, scope := range asked.scopes {
		if !slices.Contains(r.PostForm["scope"], scope) {
			choice.Decline = append(choice.Decline, scope)
		}
	}
	http.Redirect(w, r, s.decide(asked, choice), http.StatusFound)
}

func errorPage() *template.Template {
	return template.Must(template.New("error").Parse(`<!doctype html><meta charset="utf-8"><title>Facebook (simulated)</title>
<body style="font:16px/1.5 system-ui;max-width:34em;margin:3em auto;padding:0 1em"><p><b>Simulated Facebook</b><p>{{.}}`))
}

func consentPage() *template.Template {
	return template.Must(template.New("consent").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Facebook (simulated)</title>
<style>body{font:16px/1.5 system-ui;max-width:34em;margin:2em auto;padding:0 1em}label{display:block;padding:.3em 0}
small{color:#666}button{font:inherit;padding:.6em 1.4em;margin:1em .5em 0 0}</style>
<p><b>Simulated Facebook.</b> Nothing here reaches the real one.
<h1>{{.App}} would like to manage your pages</h1>
{{$me := .Person}}{{if gt (len .People) 1}}<p>You are:
{{$q := .Query}}{{range .People}}{{if eq .ID $me}}<b>{{.Name}}</b> {{else}}<a href="?{{$q}}&amp;person={{.ID}}">{{.Name}}</a> {{end}}{{end}}{{end}}
<form method="post" action="?{{.Query}}"><input type="hidden" name="person" value="{{$me}}">
<h2>Which pages?</h2>
{{range .Pages}}<label><input type="checkbox" name="page" value="{{.ID}}" checked> {{.Name}} <small>{{.Note}}</small></label>
{{else}}<p>You have no pages.
{{end}}<h2>What may {{.App}} do?</h2>
{{range .Scopes}}<label><input type="checkbox" name="scope" value="{{.}}" checked> {{.}}</label>
{{end}}<button name="do" value="continue">Continue</button><button name="do" value="cancel">Cancel</button>
</form></html>
`))
}
