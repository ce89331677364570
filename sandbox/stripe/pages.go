package stripe

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// portal is a visit to the customer's page.
type portal struct {
	ID            string  `json:"id"`
	Object        string  `json:"object"`
	Configuration string  `json:"configuration"`
	Created       int64   `json:"created"`
	Customer      string  `json:"customer"`
	Livemode      bool    `json:"livemode"`
	Locale        *string `json:"locale"`
	ReturnURL     *string `json:"return_url"`
	URL           string  `json:"url"`
}

const portalLife = 5 * time.Minute // until the link must be opened

func (s *Sim) createPortal(c *call) (any, *refusal) {
	id := c.get("customer")
	switch {
	case id == "":
		return nil, missing("customer")
	case s.customer(id) == nil:
		return nil, noSuch("customer", "customer", id)
	case c.get("return_url") != "" && !isWeb(c.get("return_url")):
		return nil, refuse(http.StatusBadRequest, "url_invalid", "return_url", "Not a valid URL")
	}
	p := &portal{ID: s.id("bps_"), Object: "billing_portal.session", Configuration: c.get("configuration"), Created: s.now().Unix(), Customer: id,
		Locale: optional(c.get("locale")), ReturnURL: optional(c.get("return_url"))}
	if p.Configuration == "" {
		p.Configuration = "bpc_default"
	}
	p.URL = c.host + "/p/session/" + p.ID
	s.portals = append(s.portals, p)
	return *p, nil
}

// pages are what people see in a browser.
func (s *Sim) pages(m *http.ServeMux) {
	m.HandleFunc("GET /c/pay/{id}", s.showCheckout)
	m.HandleFunc("POST /c/pay/{id}", s.submitCheckout)
	m.HandleFunc("GET /p/session/{id}", s.showPortal)
	m.HandleFunc("POST /p/session/{id}", s.submitPortal)
	m.HandleFunc("GET /i/{id}", s.showInvoice)
	m.HandleFunc("POST /i/{id}", s.submitInvoice)
}

type checkoutView struct {
	Product, Amount, Every, Trial, Cancel, Problem string
	Card                                           Card
	Open, Bank                                     bool
}

func (s *Sim) checkoutView(se *session, problem string, card Card) checkoutView {
	v := checkoutView{Problem: problem, Card: card, Bank: problem == needs3DS, Open: se != nil && se.Status == "open"}
	if se == nil {
		v.Problem = "There is no such page."
		return v
	}
	if !v.Open && problem == "" {
		v.Problem = s.pay(se, CardGood, true) // says why it is closed; nothing happens to what is not open
	}
	v.Product, v.Every = *nonNil(se.price.LookupKey), se.price.Recurring.Interval
	v.Amount = dollars(se.price.UnitAmount*se.quantity, se.Currency)
	if se.trialDays > 0 {
		v.Trial = strconv.FormatInt(se.trialDays, 10) + " days"
	}
	if se.CancelURL != nil {
		v.Cancel = *se.CancelURL
	}
	return v
}

func nonNil(p *string) *string {
	if p == nil {
		p = new(string)
	}
	return p
}

func (s *Sim) showCheckout(w http.ResponseWriter, r *http.Request) {
	var v checkoutView
	s.with(func() { v = s.checkoutView(s.session(r.PathValue("id")), "", CardNone) })
	show(w, checkoutPage, v)
}

// submitCheckout is the button Pay, and the two buttons of the bank's page.
func (s *Sim) submitCheckout(w http.ResponseWriter, r *http.Request) {
	card, bank := Card(r.PostFormValue("card")), r.PostFormValue("bank")
	var v checkoutView
	leave := ""
	s.with(func() {
		se := s.session(r.PathValue("id"))
		problem := ""
		if bank == "fail" {
			problem = "We are unable to authenticate your payment method. Please choose a different payment method and try again."
		} else {
			problem = s.pay(se, card, bank == "complete")
		}
		if problem == "" {
			leave = se.returnTo()
			return
		}
		v = s.checkoutView(se, problem, card)
	})
	if leave != "" {
		http.Redirect(w, r, leave, http.StatusSeeOther)
		return
	}
	show(w, checkoutPage, v)
}

type portalView struct {
	Problem, Return string
	Subscriptions   []subView
	Invoices        []invoiceView
}

type subView struct {
	ID, Name, Status, Until string
	Leaving, Over           bool
}

type invoiceView struct {
	ID, Number, Amount, Status, Problem string
	Open                                bool
}

func (s *Sim) portalView(id string) (portalView, *portal) {
	i := slices.IndexFunc(s.portals, func(p *portal) bool { return p.ID == id })
	if i < 0 || s.now().Unix() > s.portals[i].Created+int64(time.Hour/time.Second) {
		return portalView{Problem: "This link has expired. Ask for a new one."}, nil
	}
	p := s.portals[i]
	v := portalView{}
	if p.ReturnURL != nil {
		v.Return = *p.ReturnURL
	}
	for _, sub := range s.subs {
		if sub.Customer == p.Customer {
			v.Subscriptions = append(v.Subscriptions, subView{sub.ID, *nonNil(sub.price().LookupKey), sub.Status,
				time.Unix(sub.CurrentPeriodEnd, 0).UTC().Format("2 January 2006"), sub.CancelAtPeriodEnd, sub.over()})
		}
	}
	for _, inv := range s.invoices {
		if inv.Customer == p.Customer && inv.Status != "draft" {
			v.Invoices = append(v.Invoices, viewOf(inv, ""))
		}
	}
	return v, p
}

func viewOf(inv *invoice, problem string) invoiceView {
	return invoiceView{inv.ID, *nonNil(inv.Number), dollars(inv.AmountDue, inv.Currency), inv.Status, problem, inv.Status == "open"}
}

func (s *Sim) showPortal(w http.ResponseWriter, r *http.Request) {
	var v portalView
	s.with(func() {
		fresh := portalView{Problem: "This link has expired. Ask for a new one."}
		var p *portal
		if v, p = s.portalView(r.PathValue("id")); p != nil && s.now().Sub(time.Unix(p.Created, 0)) > portalLife {
			v = fresh
		}
	})
	show(w, portalPage, v)
}

func (s *Sim) submitPortal(w http.ResponseWriter, r *http.Request) {
	var v portalView
	s.with(func() {
		_, p := s.portalView(r.PathValue("id"))
		if p != nil {
			s.portalAction(p, r.PostFormValue("do"), r.PostFormValue("subscription"), Card(r.PostFormValue("card")))
		}
		v, _ = s.portalView(r.PathValue("id"))
	})
	show(w, portalPage, v)
}

func (s *Sim) portalAction(p *portal, do, subscriptionID string, card Card) {
	if do == "card" {
		s.changeCard(p.Customer, card)
		return
	}
	sub := s.subscription(subscriptionID)
	if sub == nil || sub.Customer != p.Customer || sub.over() {
		return
	}
	s.leave(sub, do == "cancel")
}

func (s *Sim) showInvoice(w http.ResponseWriter, r *http.Request) {
	v := invoiceView{Problem: "There is no such invoice."}
	s.with(func() {
		if inv := s.invoice(r.PathValue("id")); inv != nil {
			v = viewOf(inv, "")
		}
	})
	show(w, invoicePage, v)
}

func (s *Sim) submitInvoice(w http.ResponseWriter, r *http.Request) {
	v := invoiceView{Problem: "There is no such invoice."}
	s.with(func() {
		inv := s.invoice(r.PathValue("id"))
		if inv == nil {
			return
		}
		problem := ""
		if Card(r.PostFormValue("card")) == CardGood {
			s.paid(inv)
		} else {
			problem = "Your card was declined. Try another one."
		}
		v = viewOf(inv, problem)
	})
	show(w, invoicePage, v)
}

func show(w http.ResponseWriter, page func() *template.Template, view any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = page().Execute(w, view) // whoever looked has gone away
}

const head = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Simulated Stripe</title><style>body{font:17px/1.5 system-ui,sans-serif;max-width:26rem;margin:0 auto;padding:1rem}
button{font:inherit;width:100%;min-height:48px;margin:.5rem 0}label{display:block;min-height:44px;padding:.5rem 0}
input{width:20px;height:20px;vertical-align:middle}.no{color:#a00}.sim{background:#ffd;padding:.5rem}</style>
<p class="sim">Simulated Stripe, test mode. No money moves.</p>{{if .Problem}}<p class="no" role="alert">{{.Problem}}</p>{{end}}`

const cards = `<label><input type="radio" name="card" value="4242424242424242" checked> 4242 4242 4242 4242: paid</label>
<label><input type="radio" name="card" value="4000000000000002"> 4000 0000 0000 0002: declined</label>`

const portalCards = `<label><input type="radio" name="card" value="4242424242424242" checked> 4242 4242 4242 4242: good</label>
<label><input type="radio" name="card" value="4000000000000341"> 4000 0000 0000 0341: taken, fails when charged</label>`

const checkoutCards = cards + `<label><input type="radio" name="card" value="4000002500003155"> 4000 0025 0000 3155: needs 3-D Secure</label>
<label><input type="radio" name="card" value="4000000000000341"> 4000 0000 0000 0341: taken in a trial, fails later</label>
<label><input type="radio" name="card" value="AT611904300234573201"> Bank debit: paid after five days</label>
<label><input type="radio" name="card" value="AT861904300235473202"> Bank debit: bounces after five days</label>`

func checkoutPage() *template.Template {
	return template.Must(template.New("checkout").Parse(head + `{{if .Product}}<h1>{{.Product}}</h1><p>{{.Amount}} every {{.Every}}{{if .Trial}}, free for the first {{.Trial}}{{end}}</p>{{end}}
{{if .Open}}<form method="post">{{if .Bank}}<input type="hidden" name="card" value="{{.Card}}">
<button name="bank" value="complete">Complete authentication</button><button name="bank" value="fail">Fail authentication</button>
{{else}}` + checkoutCards + `<button>Subscribe</button>{{end}}</form>{{end}}{{if .Cancel}}<p><a href="{{.Cancel}}">Back</a></p>{{end}}`))
}

func portalPage() *template.Template {
	return template.Must(template.New("portal").Parse(head + `<h1>Your subscription</h1>{{range .Subscriptions}}<h2>{{.Name}}: {{.Status}}</h2>
{{if not .Over}}<p>{{if .Leaving}}Ends{{else}}Renews{{end}} on {{.Until}}</p><form method="post"><input type="hidden" name="subscription" value="{{.ID}}">
{{if .Leaving}}<button name="do" value="resume">Do not cancel</button>{{else}}<button name="do" value="cancel">Cancel subscription</button>{{end}}</form>{{end}}{{end}}
{{if .Subscriptions}}<h2>Card</h2><form method="post">` + portalCards + `<button name="do" value="card">Save card</button></form>{{end}}
<h2>Invoices</h2><ul>{{range .Invoices}}<li><a href="/i/{{.ID}}">{{.Number}}</a>: {{.Amount}}, {{.Status}}</li>{{else}}<li>None yet.</li>{{end}}</ul>
{{if .Return}}<p><a href="{{.Return}}">Back</a></p>{{end}}`))
}

func invoicePage() *template.Template {
	return template.Must(template.New("invoice").Parse(head + `{{if .Number}}<h1>Invoice {{.Number}}</h1><p>{{.Amount}}: {{.Status}}</p>{{end}}
{{if .Open}}<form method="post">` + cards + `<button>Pay</button></form>{{end}}`))
}
