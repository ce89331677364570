package pages

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"marketa/internal/fault"
	"marketa/tools/connect"
)

// Connect shows the way of a client from a link to a connected page. Base is our public address, Dialog that of Facebook's
// consent page.
type Connect struct {
	Flow         *connect.Flow
	Base, Dialog string
}

const (
	connectCookie = "marketa_connect"
	callback      = "/oauth/meta/callback"
)

// Open is the page behind the link.
func (c Connect) Open(ctx context.Context, token string) (Page, error) {
	v, err := c.Flow.Open(ctx, token)
	if err != nil {
		return Page{}, err
	}
	return c.draw(v, "/connect/"+token)
}

// Begin is Continue: to Facebook, with a cookie for the way back.
func (c Connect) Begin(ctx context.Context, token string) (Page, error) {
	s, err := c.Flow.Begin(ctx, token)
	if err != nil {
		return Page{}, err
	}
	return c.start(s)
}

func (c Connect) start(s connect.Start) (Page, error) {
	if s.Address == "" {
		return c.draw(s.View, "")
	}
	p := To(s.Address)
	p.Cookie = &http.Cookie{Name: connectCookie, Value: s.Cookie, Path: "/oauth/meta", MaxAge: 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: strings.HasPrefix(c.Base, "https://")}
	return p, nil
}

// Back is the return from Facebook.
func (c Connect) Back(ctx context.Context, q url.Values, cookies []*http.Cookie) (Page, error) {
	v, err := c.Flow.Back(ctx, q, cookie(cookies))
	if err != nil {
		return Page{}, err
	}
	return c.draw(v, "")
}

// Press is what a client presses after that.
func (c Connect) Press(ctx context.Context, form url.Values, cookies []*http.Cookie) (Page, error) {
	if form.Get("do") == "again" {
		s, err := c.Flow.Again(ctx, form.Get("state"), cookie(cookies))
		if err != nil {
			return Page{}, err
		}
		return c.start(s)
	}
	v, err := c.Flow.Picked(ctx, connect.Pick{State: form.Get("state"), Cookie: cookie(cookies), Page: form.Get("page"), WithoutIG: form.Get("do") == "facebook"})
	if err != nil {
		return Page{}, err
	}
	return c.draw(v, "")
}

func cookie(all []*http.Cookie) string {
	for _, c := range all {
		if c.Name == connectCookie {
			return c.Value
		}
	}
	return ""
}

// draw makes the page of a scene. action is where Continue goes.
func (c Connect) draw(v connect.View, action string) (Page, error) {
	s := sheetOf(v)
	w := wordsOf(v.Language)
	again := Button{"do", "again", w.again}
	form := &Form{Action: callback, Hidden: [][2]string{{"state", v.State}}, Leads: c.leads()}
	switch v.Scene {
	case connect.Ask:
		form.Action, form.Hidden, form.Buttons = action, nil, []Button{{Label: w.goOn}}
	case connect.Choose:
		form.Name, form.Buttons = "page", []Button{{Label: w.choose}}
		for _, p := range v.Pages {
			note := w.noInstagram
			if p.Instagram != "" {
				note = "Instagram: @" + p.Instagram
			}
			form.Choices = append(form.Choices, Choice{p.ID, p.Name, note})
		}
	case connect.NoInstagram, connect.Personal:
		form.Hidden = append(form.Hidden, pageOf(v)...)
		form.Buttons = []Button{{"do", "look", w.look}, {"do", "facebook", w.facebookOnly}}
	case connect.NoRole:
		form.Hidden = append(form.Hidden, pageOf(v)...)
		form.Buttons = []Button{{"do", "look", w.look}, again}
	case connect.Declined, connect.NoPages, connect.Cancelled, connect.Lost, connect.Away:
		form.Buttons = []Button{again}
	default:
		form = nil
	}
	s.Form = form
	return s.Page()
}

func pageOf(v connect.View) (out [][2]string) {
	for _, p := range v.Pages {
		out = append(out, [2]string{"page", p.ID})
	}
	return out
}

// leads are the addresses to which Continue may lead a browser: Facebook sends people on among its own.
func (c Connect) leads() []string {
	u, err := url.Parse(c.Dialog)
	if err != nil || u.Host == "" {
		return nil
	}
	out := []string{u.Scheme + "://" + u.Host}
	if strings.HasSuffix(u.Hostname(), ".facebook.com") {
		out = append(out, "https://*.facebook.com")
	}
	return out
}

// Failed is what a browser sees when something on our side went wrong.
func Failed(error) Page {
	p, err := Sheet{Status: http.StatusServiceUnavailable, Mark: "⚠️", Title: "Please try again in a moment", Lines: []string{"Something on our side did not work. Nothing was changed. If it happens again, write to us in WhatsApp."}}.Page()
	if err != nil {
		return Page{Status: http.StatusServiceUnavailable}
	}
	return p
}

// NotThere says that an error is for what is not genuine: it must look like every unknown path.
func NotThere(err error) bool { return fault.KindOf(err) == fault.NotFound }

// Erasure says what became of somebody's wish to be erased.
func (c Connect) Erasure(ctx context.Context, code string) (Page, error) {
	e, err := c.Flow.ErasureOf(ctx, code)
	if err != nil {
		return Page{}, err
	}
	s := Sheet{Mark: "⏳", Title: "Your data is being deleted", Lines: []string{"You asked Facebook on " + e.AskedAt.UTC().Format("2 January 2006") + " to have your data deleted here. It is under way.", "Code: " + code}}
	if e.DoneAt != nil {
		s.Mark, s.Title, s.Lines[0] = "✅", "Your data is deleted", "What you had shared with us through Facebook was deleted on "+e.DoneAt.UTC().Format("2 January 2006")+": the permission and your name with it."
	}
	return s.Page()
}
