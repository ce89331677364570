package pages

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"
)

// Sheet is one page in plain parts. Everything in it is text: nothing that a person or a vendor has written becomes markup.
type Sheet struct {
	Status   int    // of HTTP, 0: 200
	Language string // it, de, es; anything else is English
	Mark     string // one sign that says how it stands: ✅ ⚠️ 🔗
	Title    string
	Lines    []string // paragraphs
	Points   []string // a list below them
	Form     *Form
	After    []string // small print
}

// Form is what can be done on the page: one press.
type Form struct {
	Action  string
	Hidden  [][2]string
	Name    string // of the choice; empty: there is none
	Choices []Choice
	Buttons []Button
	Leads   []string // origins to which pressing may lead beside our own, for the browser's rules: https://www.facebook.com
}

// Choice is one of several; the first is chosen.
type Choice struct{ Value, Label, Note string }

// Button is one way to press; the first is the usual one. Name and Value may be empty.
type Button struct{ Name, Value, Label string }

// Page is an answer to a browser.
type Page struct {
	Status   int
	Location string       // set: the browser goes there
	Cookie   *http.Cookie // may be nil
	Body     []byte
	leads    []string
}

// Page draws the sheet.
func (s Sheet) Page() (Page, error) {
	var b bytes.Buffer
	if err := layout().Execute(&b, s); err != nil {
		return Page{}, fmt.Errorf("pages: draw: %w", err)
	}
	p := Page{Status: s.Status, Body: b.Bytes()}
	if p.Status == 0 {
		p.Status = http.StatusOK
	}
	if s.Form != nil {
		p.leads = s.Form.Leads
	}
	return p, nil
}

// To sends the browser on.
func To(address string) Page { return Page{Status: http.StatusSeeOther, Location: address} }

// Serve writes the page with all that keeps it to itself: an address of ours is a secret of its client.
func (p Page) Serve(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src '"+styleHash()+"'; form-action "+strings.Join(append([]string{"'self'"}, p.leads...), " ")+"; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Robots-Tag", "noindex, nofollow")
	h.Set("Cache-Control", "no-store")
	if p.Cookie != nil {
		http.SetCookie(w, p.Cookie)
	}
	if p.Location != "" {
		h.Set("Location", p.Location)
		w.WriteHeader(p.Status)
		return
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(p.Status)
	_, _ = w.Write(p.Body)
}

const style = `:root{color-scheme:light dark;--ink:#1d2327;--dim:#5f6b73;--paper:#fff;--edge:#d9dfe3;--go:#0b6b4f}
@media(prefers-color-scheme:dark){:root{--ink:#eef2f4;--dim:#a4b0b8;--paper:#14191c;--edge:#38434a;--go:#2f9c79}}
*{box-sizing:border-box}body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow-wrap:anywhere}
main{max-width:34rem;margin:0 auto;padding:28px 20px 48px}.brand{color:var(--dim);font-size:15px;margin:0 0 20px}
h1{font-size:25px;line-height:1.25;margin:0 0 14px}.mark{font-size:40px;line-height:1;margin:0 0 12px}p{margin:0 0 14px}ul{margin:0 0 18px;padding-left:22px}li{margin:0 0 8px}
form{margin:22px 0 0}label{display:flex;gap:12px;align-items:flex-start;border:1px solid var(--edge);border-radius:12px;padding:14px;margin:0 0 10px;min-height:48px}
label input{width:22px;height:22px;margin:2px 0 0;flex:none;accent-color:var(--go)}small{display:block;color:var(--dim);font-size:15px}
button{display:block;width:100%;min-height:52px;padding:12px 18px;margin:0 0 12px;border-radius:12px;border:1px solid var(--edge);background:transparent;color:inherit;font:inherit;cursor:pointer}
button:first-of-type{background:var(--go);border-color:var(--go);color:#fff;font-weight:600}button:focus-visible,input:focus-visible{outline:3px solid #7ab7ff;outline-offset:2px}
.after{color:var(--dim);font-size:15px;margin-top:22px}`

func styleHash() string {
	sum := sha256.Sum256([]byte(style))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func layout() *template.Template {
	return template.Must(template.New("sheet").Funcs(template.FuncMap{"lang": Known, "first": func(i int) bool { return i == 0 }}).Parse(`<!doctype html>
<html lang="{{lang .Language}}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>{{.Title}}</title><style>` + style + `</style></head>
<body><main><p class="brand">Marketa</p>{{with .Mark}}<p class="mark" aria-hidden="true">{{.}}</p>{{end}}
<h1>{{.Title}}</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{with .Points}}<ul>
{{range .}}<li>{{.}}</li>
{{end}}</ul>
{{end}}{{with .Form}}{{$name := .Name}}<form method="post" action="{{.Action}}">
{{range .Hidden}}<input type="hidden" name="{{index . 0}}" value="{{index . 1}}">
{{end}}{{range $i, $c := .Choices}}<label><input type="radio" name="{{$name}}" value="{{.Value}}"{{if first $i}} checked{{end}}><span>{{.Label}}{{with .Note}}<small>{{.}}</small>{{end}}</span></label>
{{end}}{{range .Buttons}}<button{{with .Name}} name="{{.}}"{{end}}{{with .Value}} value="{{.}}"{{end}}>{{.Label}}</button>
{{end}}</form>
{{end}}{{range .After}}<p class="after">{{.}}</p>
{{end}}</main></body></html>
`))
}

// Known is a language that the pages speak.
func Known(code string) string {
	switch code {
	case "it", "de", "es":
		return code
	}
	return "en"
}
