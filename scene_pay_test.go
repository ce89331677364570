package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"marketa/sandbox/stripe"
	"marketa/sandbox/wire"
)

// What clients and the vendor do about payments:
//
//	Lucía opens the payment link         the newest one that she got; what the page says is heard
//	a preview opens the payment link     nobody is behind it
//	Lucía presses pay                    and is led to Stripe, or hears why not
//	Lucía pays with a good card          presses pay, then what she does on Stripe's page; … with a declined card, … by bank debit,
//	                                     … that bounces
//	Lucía pays the open invoice          on the vendor's page
//	Lucía has a card that fails from now on   what is charged later fails
//	checkouts 1                          so many pages were opened at the vendor (holds)
//	stripe webhooks lost 9 | twice | wait | come shuffled
//	vendor stripe away | back | loses the next answer | breaks the next answer
//	price standard_monthly is 12000 cents

var (
	payAct    = regexp.MustCompile(`^ (opens the payment link|presses pay|pays (?:with|by) (?:a )?(.+)|pays the open invoice|has a card that fails from now on)$`)
	payLink   = regexp.MustCompile(`https?://\S+?/checkout/([a-z2-7]{20,})`)
	stripesIn = regexp.MustCompile(`https?://127\.0\.0\.1:\d+/(?:i|c/pay)/\w+`)
	pageText  = regexp.MustCompile(`(?s)<(h1|p|button|li)[^>]*>(.*?)</(?:h1|p|button|li)>`)
	pageTags  = regexp.MustCompile(`<[^>]*>`)
)

// cardsOf are what people pay with.
var cardsOf = map[string]stripe.Card{"good card": stripe.CardGood, "declined card": stripe.CardDeclined, "card that fails later": stripe.CardFails, "bank debit": stripe.BankDebit, "debit that bounces": stripe.BankBounces}

// pays does what a client does about money; false when it is something else.
func (s *scene) pays(name, rest string) bool {
	s.t.Helper()
	m := payAct.FindStringSubmatch(rest)
	if m == nil {
		return false
	}
	switch {
	case m[1] == "opens the payment link":
		s.page(s.browse(http.MethodGet, s.linkOf(name), nil))
	case m[1] == "presses pay":
		s.page(s.browse(http.MethodPost, s.linkOf(name), nil))
	case m[1] == "has a card that fails from now on":
		s.must(s.world.Stripe.SpoilCard(s.payerOf(name)), rest)
	case m[1] == "pays the open invoice":
		s.must(s.world.Stripe.PayOpen(s.payerOf(name)), rest)
	case m[2] != "": // pays with …
		card, known := cardsOf[m[2]]
		if !known {
			s.t.Fatalf("nobody has a %q", m[2])
		}
		s.pay(s.linkOf(name), card)
	default:
		return false
	}
	return true
}

func (s *scene) payerOf(name string) string {
	return s.ask(`SELECT restaurant_id::text FROM chats WHERE vendor_chat_id = $1 ORDER BY created_at LIMIT 1`, s.clients[name].Phone+"@s.whatsapp.net")
}

// linkOf is the newest payment link in a client's chat.
func (s *scene) linkOf(name string) string {
	s.t.Helper()
	for channel := range s.world.WhapiTokens {
		for _, m := range slices.Backward(s.world.WhatsApp.Messages(channel, s.clients[name].Phone+"@s.whatsapp.net")) {
			if found := payLink.FindStringSubmatch(m.Text); found != nil && m.FromMe {
				return "/checkout/" + found[1]
			}
		}
	}
	s.t.Fatalf("%s has got no payment link", name)
	return ""
}

// answered is what a browser got.
type answered struct {
	status   int
	location string
	body     string
}

// browse asks for a page of ours, wherever the links say that we are, or of the vendor's.
func (s *scene) browse(method, address string, form url.Values) answered {
	s.t.Helper()
	if u, err := url.Parse(address); err == nil && u.Path != "" && (u.Host == "" || strings.HasPrefix(address, s.cfg.PublicURL)) {
		address = "http://" + s.app.Addr + u.RequestURI()
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	s.must(err, address)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	s.must(err, address)
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	s.must(err, address)
	return answered{resp.StatusCode, resp.Header.Get("Location"), string(body)}
}

// page keeps what a page says, to be heard.
func (s *scene) page(a answered) {
	if a.location != "" {
		s.pages = append(s.pages, fmt.Sprintf("%d, leads on to %s", a.status, a.location))
		return
	}
	var says []string
	for _, m := range pageText.FindAllStringSubmatch(a.body, -1) {
		if text := strings.TrimSpace(pageTags.ReplaceAllString(m[2], "")); text != "" && text != "Marketa" {
			if m[1] == "button" {
				text = "[" + text + "]"
			}
			says = append(says, text)
		}
	}
	s.pages = append(s.pages, fmt.Sprintf("%d\n%s", a.status, strings.Join(says, "\n")))
}

// heardPages is what browsers showed since the last time.
func (s *scene) heardPages() (out []string) {
	for _, p := range s.pages {
		out = append(out, lines("page: ", htmlSigns.Replace(p))...)
	}
	s.pages = nil
	return out
}

// outward are addresses as a session shows them: their tokens and ports are never the same.
func outward(text string) string {
	return stripesIn.ReplaceAllString(payLink.ReplaceAllString(text, "{payment link}"), "{page at Stripe}")
}

var htmlSigns = strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&", "&lt;", "<", "&gt;", ">")

// pay presses the button, follows to the vendor's page, does there what the card does, and follows back.
func (s *scene) pay(link string, card stripe.Card) {
	s.t.Helper()
	led := s.browse(http.MethodPost, link, url.Values{"amount": {"1"}, "price": {"price_of_mine"}})
	if led.location == "" {
		s.page(led)
		return
	}
	if !s.stripeWaits { // the browser is faster than the webhooks, always
		s.world.Stripe.Hold()
		defer s.world.Stripe.Release(false)
	}
	back := s.browse(http.MethodPost, led.location, url.Values{"card": {string(card)}})
	if back.location == "" {
		s.page(back)
		return
	}
	s.page(s.browse(http.MethodGet, back.location, nil))
}

// stripeDoes is what becomes of the vendor's webhooks and answers.
func (s *scene) stripeDoes(word, rest string) bool {
	s.t.Helper()
	switch {
	case word == "a" && rest == "preview opens the payment link":
		for _, name := range s.names {
			for channel := range s.world.WhapiTokens {
				for _, m := range s.world.WhatsApp.Messages(channel, s.clients[name].Phone+"@s.whatsapp.net") {
					if found := payLink.FindStringSubmatch(m.Text); found != nil && m.FromMe {
						if a := s.browse(http.MethodGet, "/checkout/"+found[1], nil); a.status != http.StatusOK {
							s.t.Errorf("a preview got %d", a.status)
						}
					}
				}
			}
		}
	case word == "price":
		key, cents, _ := strings.Cut(rest, " is ")
		var n int64
		_, err := fmt.Sscanf(cents, "%d cents", &n)
		s.must(err, rest)
		s.world.Stripe.AddPrice(key, strings.TrimSuffix(key, "_monthly"), n, "eur", "month")
	case word == "stripe" && strings.HasPrefix(rest, "webhooks lost "):
		n := 0
		_, err := fmt.Sscanf(rest, "webhooks lost %d", &n)
		s.must(err, rest)
		s.world.Stripe.Courier().Drop(n)
	case word == "stripe" && rest == "webhooks twice":
		s.world.Stripe.Courier().Twice(1000)
	case word == "stripe" && rest == "webhooks wait":
		s.stripeWaits = true
		s.world.Stripe.Hold()
	case word == "stripe" && rest == "webhooks come shuffled":
		s.stripeWaits = false
		s.world.Stripe.Release(true)
	default:
		return false
	}
	return true
}

// stripeFaults scripts what the vendor answers.
func (s *scene) stripeFaults(how string) {
	s.t.Helper()
	f := s.world.Stripe.Faults()
	switch how {
	case "away":
		f.Down("*", wire.Fault{Status: 503, Body: "away"})
	case "back":
		f.Up("*")
	case "loses the next answer":
		f.Next("POST /v1/checkout/sessions", wire.Fault{LoseAnswer: true})
	case "breaks the next answer":
		s.world.Stripe.Break("POST /v1/checkout/sessions", 1)
	default:
		s.t.Fatalf("vendor stripe cannot %q", how)
	}
}
