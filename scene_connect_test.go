package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"marketa/sandbox"
	"marketa/sandbox/meta"
)

// What clients do in a browser, with the links that they got in their chat.
//
//	Anna opens the link              Anna opens the link in another browser       a preview opens the link of Anna
//	Anna continues                   Anna presses Try again                       Anna chooses Taberna Ejemplo
//	Anna allows                      Anna declines instagram_basic, …             Anna cancels at Facebook
//	Anna comes back once more        a browser opens /connect/nobody
//	facebook gives Café Beispiel an Instagram account      facebook removes the app of Anna
//
// A page that they see then is a line of its own: page of Anna: …

// browser is somebody's, with what it shows.
type browser struct {
	client *http.Client
	page   string // the document
	at     string // its address
	back   string // where Facebook has sent it last
	told   bool
}

func newBrowser() *browser {
	jar, _ := cookiejar.New(nil) // it never fails
	return &browser{client: &http.Client{Jar: jar}}
}

var (
	browses  = regexp.MustCompile(`^(\p{L}+) (opens the link(?: in another browser)?|continues|presses \p{Lu}.*|chooses .+|allows|declines .+|cancels at Facebook|comes back once more)$`)
	theLink  = regexp.MustCompile(`https?://[^\s/]+/connect/[a-z2-7]{52}`)
	facebook = map[string]string{"Anna": sandbox.FacebookAnna, "Jonas": sandbox.FacebookJonas, "Lucía": sandbox.FacebookLucia}
)

// online does one such line; false when it is something else.
func (s *scene) online(line string) bool {
	s.t.Helper()
	switch {
	case strings.HasPrefix(line, "a preview opens the link of "):
		resp, err := http.Get(s.connectLinkOf(strings.TrimPrefix(line, "a preview opens the link of ")))
		s.must(err, line)
		_ = resp.Body.Close()
		return true
	case strings.HasPrefix(line, "a browser opens "):
		b := newBrowser()
		s.browsers["somebody"] = b
		s.goTo(b, s.door.URL+strings.TrimPrefix(line, "a browser opens "))
		return true
	case strings.HasPrefix(line, "facebook "):
		s.atFacebook(strings.TrimPrefix(line, "facebook "))
		return true
	}
	m := browses.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	s.inBrowser(m[1], m[2])
	return true
}

func (s *scene) inBrowser(name, what string) {
	s.t.Helper()
	b := s.browsers[name]
	if b == nil || strings.HasSuffix(what, "another browser") {
		b = newBrowser()
		s.browsers[name] = b
	}
	verb, rest, _ := strings.Cut(what, " ")
	switch verb {
	case "opens":
		s.goTo(b, s.connectLinkOf(name))
	case "continues":
		s.submit(b, "", "")
	case "presses":
		s.submit(b, rest, "")
	case "chooses":
		s.submit(b, "", rest)
	case "allows", "declines", "cancels":
		s.consent(b, name, verb, rest)
	case "comes":
		s.goTo(b, b.back)
	}
}

// connectLinkOf is the newest link in somebody's chat.
func (s *scene) connectLinkOf(name string) string {
	s.t.Helper()
	found := ""
	for channel := range s.world.WhapiTokens {
		for _, m := range s.world.WhatsApp.Sent(channel) {
			if strings.HasPrefix(m.ChatID, s.clients[name].Phone) {
				if link := theLink.FindString(m.Text); link != "" {
					found = link
				}
			}
		}
	}
	if found == "" {
		s.t.Fatalf("%s has got no link", name)
	}
	return found
}

func (s *scene) goTo(b *browser, address string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	s.must(err, address)
	s.load(b, r)
}

// load follows redirects as a browser does, and stops in front of Facebook's consent page.
func (s *scene) load(b *browser, r *http.Request) {
	s.t.Helper()
	resp, err := b.client.Do(r)
	s.must(err, "browse")
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	s.must(err, "browse")
	b.page, b.at, b.told = string(body), resp.Request.URL.String(), false
	if resp.StatusCode != http.StatusOK {
		b.page = fmt.Sprintf("<h1>%s</h1>\n%s", resp.Status, b.page)
	}
}

func (s *scene) consent(b *browser, name, verb, rest string) {
	s.t.Helper()
	choice := meta.Choice{Person: facebook[name], Cancel: verb == "cancels"}
	if verb == "declines" {
		choice.Decline = strings.Split(rest, ", ")
	}
	back, err := s.world.Meta.Consent(b.at, choice)
	s.must(err, "consent")
	b.back = back
	s.goTo(b, back)
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenOnes = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
	radios     = regexp.MustCompile(`<label><input type="radio" name="([^"]*)" value="([^"]*)"( checked)?><span>([^<]*)`)
	buttons    = regexp.MustCompile(`<button(?: name="([^"]*)")?(?: value="([^"]*)")?>([^<]*)</button>`)
)

// submit presses a button (the first one, where none is named), with a choice.
func (s *scene) submit(b *browser, button, choice string) {
	s.t.Helper()
	action := formAction.FindStringSubmatch(b.page)
	if action == nil {
		s.t.Fatalf("there is nothing to press on %s", b.page)
	}
	form := url.Values{}
	for _, m := range hiddenOnes.FindAllStringSubmatch(b.page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range radios.FindAllStringSubmatch(b.page, -1) {
		if html.UnescapeString(m[4]) == choice || choice == "" && m[3] != "" {
			form.Set(m[1], html.UnescapeString(m[2]))
		}
	}
	pressed := false
	for _, m := range buttons.FindAllStringSubmatch(b.page, -1) {
		if !pressed && (button == "" || html.UnescapeString(m[3]) == button) {
			pressed = true
			if m[1] != "" {
				form.Set(m[1], m[2])
			}
		}
	}
	if !pressed {
		s.t.Fatalf("there is no button %q on %s", button, b.page)
	}
	at, err := url.Parse(b.at)
	s.must(err, b.at)
	to, err := at.Parse(html.UnescapeString(action[1]))
	s.must(err, action[1])
	r, err := http.NewRequest(http.MethodPost, to.String(), strings.NewReader(form.Encode()))
	s.must(err, b.at)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.load(b, r)
}

var (
	blocks = regexp.MustCompile(`(?s)<(h1|p|li|button|small|label)[^>]*>(.*?)</(?:h1|p|li|button|small|label)>`)
	tags   = regexp.MustCompile(`<[^>]*>`)
)

// heardBrowsers are the pages that came since the last time.
func (s *scene) heardBrowsers() (out []string) {
	for _, name := range append(append([]string{}, s.names...), "somebody") {
		b := s.browsers[name]
		if b == nil || b.told || b.page == "" {
			continue
		}
		b.told = true
		out = append(out, lines("page of "+name+": ", seenOn(b))...)
	}
	return out
}

// seenOn is a page as somebody reads it.
func seenOn(b *browser) string {
	if strings.Contains(b.at, "/dialog/oauth") {
		return "Facebook's consent page"
	}
	var out []string
	for _, m := range blocks.FindAllStringSubmatch(b.page, -1) {
		text := strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(strings.ReplaceAll(m[2], "<small>", " · "), "")))
		switch m[1] {
		case "li":
			text = "• " + text
		case "button":
			text = "[" + text + "]"
		case "label":
			text = "( ) " + text
		}
		if text != "" && text != "Marketa" {
			out = append(out, text)
		}
	}
	if len(out) > 1 && !strings.ContainsAny(out[0], "abcdefghijklmnopqrstuvwxyz") { // the mark stands before the title
		out = append([]string{out[0] + " " + out[1]}, out[2:]...)
	}
	return strings.Join(out, "\n")
}

// atFacebook is what changes there.
func (s *scene) atFacebook(what string) {
	s.t.Helper()
	switch {
	case strings.HasPrefix(what, "gives Café Beispiel an Instagram account"):
		s.world.Meta.AddInstagram(meta.Instagram{ID: "17840000000002002", Username: "cafe.beispiel", Name: "Café Beispiel"})
		s.world.Meta.AddPage(meta.Page{ID: sandbox.PageJonas, Name: "Café Beispiel", Username: "cafebeispiel", Category: "Cafe", Instagram: "17840000000002002"})
	case strings.HasPrefix(what, "removes the app of "):
		s.world.Meta.RemoveApp(facebook[strings.TrimPrefix(what, "removes the app of ")])
	default:
		s.t.Fatalf("facebook cannot %q", what)
	}
}

// sorted puts messages, each with the lines under its first, in an order that does not depend on who was faster.
func sorted(all []string) (out []string) {
	var messages []string
	for _, line := range all {
		if n := len(messages); n > 0 && strings.HasPrefix(line, "    ") {
			messages[n-1] += "\n" + line
		} else {
			messages = append(messages, line)
		}
	}
	slices.Sort(messages)
	for _, m := range messages {
		out = append(out, strings.Split(m, "\n")...)
	}
	return out
}
