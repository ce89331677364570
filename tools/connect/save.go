package connect

import (
	"context"
	"html"
	"strings"

	"marketa/stages"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// settle connects a page, or says what is in the way of publishing there.
func (f *Flow) settle(ctx context.Context, visit store.Visit, link store.Link, state string, p person, page meta.Page, withoutIG bool) (View, error) {
	v := View{State: state, Page: page.Name, Pages: offers([]meta.Page{page})}
	switch {
	case !page.CanPublish():
		v.Scene = NoRole
		return f.hold(ctx, visit, link, v, "refused", "no role that may publish on the page "+page.Name)
	case page.Personal() && !withoutIG:
		v.Scene = Personal
		return f.hold(ctx, visit, link, v, "refused", "the Instagram account of the page "+page.Name+" is a personal one")
	case page.Instagram == nil && !withoutIG:
		v.Scene = NoInstagram
		return f.hold(ctx, visit, link, v, "refused", "the page "+page.Name+" has no Instagram account")
	}
	c, err := f.sealed(link, p, page)
	if err != nil {
		return View{}, err
	}
	err = f.DB.Tx(ctx, func(tx *store.Tx) error {
		won, err := tx.UseLink(ctx, link.ID)
		if err != nil {
			return err
		}
		if !won { // somebody was faster, with the same link
			if link, err = tx.LinkByID(ctx, link.ID); err == nil {
				v, err = f.spent(ctx, tx, link)
			}
			return err
		}
		visit.PersonID, visit.PersonName, visit.Scopes = p.ID, p.Name, p.granted
		v, err = f.save(ctx, tx, visit, link, c)
		return err
	})
	return v, err
}

// sealed is the connection with its tokens closed.
func (f *Flow) sealed(link store.Link, p person, page meta.Page) (c store.Connection, err error) {
	c = store.Connection{ID: store.NewConnectionID(), Link: link.ID, PersonID: p.ID, PersonName: p.Name, PageID: page.ID, PageName: page.Name, Scopes: p.granted, Tasks: page.Tasks}
	if page.Instagram != nil {
		c.IGID, c.IGName = page.Instagram.ID, page.Instagram.Username
	}
	if !p.expires.IsZero() {
		c.ExpiresAt = &p.expires
	}
	if c.Token, err = f.Keys.Seal([]byte(page.Token), c.About()); err != nil {
		return c, err
	}
	c.PersonToken, err = f.Keys.Seal([]byte(p.token), c.AboutPerson())
	return c, err
}

func (f *Flow) save(ctx context.Context, tx *store.Tx, visit store.Visit, link store.Link, c store.Connection) (View, error) {
	if err := tx.SaveConnection(ctx, c); err != nil {
		return View{}, err
	}
	if err := tx.StepVisit(ctx, visit, "done"); err != nil {
		return View{}, err
	}
	if err := tx.ConnectionStep(ctx, link.ID, "connected", where(c)); err != nil {
		return View{}, err
	}
	if _, err := tx.Happened(ctx, stages.Connected, "Facebook and Instagram are connected"); err != nil {
		return View{}, err
	}
	if err := tx.StageMayMove(ctx); err != nil {
		return View{}, err
	}
	if err := f.tellConnected(ctx, tx, link, c); err != nil {
		return View{}, err
	}
	v, err := f.view(ctx, tx, link, Done)
	v.Page, v.Instagram = c.PageName, c.IGName
	return v, err
}

// where names what we may publish to.
func where(c store.Connection) string {
	if c.IGName == "" {
		return "the Facebook page " + c.PageName
	}
	return "the Facebook page " + c.PageName + " and @" + c.IGName
}

// tellConnected tells the managers, and suggests to thank the client, where nothing else waits in their chat.
func (f *Flow) tellConnected(ctx context.Context, tx *store.Tx, link store.Link, c store.Connection) error {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	said := "🔗 <b>" + html.EscapeString(r.Name) + "</b> is connected: " + html.EscapeString(where(c)) + ". " + html.EscapeString(name(c.PersonName)) + " gave the permission."
	if c.IGName == "" {
		said += " Posts go to Facebook only, for the page has no Instagram account."
	}
	if err := tx.Tell(ctx, store.Notice{Kind: "alert", HTML: said}, "connected-"+c.ID.String()); err != nil {
		return err
	}
	policy, err := stages.PolicyFor(stages.Stage(r.Stage))
	if err != nil {
		return err
	}
	code, err := tongue(ctx, tx, link.Chat)
	if err != nil {
		return err
	}
	_, err = tx.Suggest(ctx, store.Wish{Restaurant: tx.Restaurant, Chat: link.Chat, Text: thanks(code, c, stages.Stage(r.Stage) == stages.ContentSetup), PolicyVersion: policy.Version(),
		Notes: store.Notes{Why: "They have just connected " + where(c) + "."}})
	return err
}

// tellTrouble tells the managers what a client has run into, once for each visit and trouble.
func (f *Flow) tellTrouble(ctx context.Context, tx *store.Tx, visit store.Visit, v View) error {
	said := trouble(v)
	if said == "" {
		return nil
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "🔗 <b>" + html.EscapeString(r.Name) + "</b> is not connected yet: " + html.EscapeString(said)}, string(v.Scene)+"-"+visit.ID.String())
}

// trouble is for the managers; empty where they need not hear of it.
func trouble(v View) string {
	switch v.Scene {
	case Cancelled:
		return "Cancel was pressed at Facebook. The link still works."
	case Declined:
		return "at Facebook these were left out: " + plainScopes(v.Missing) + ". The page tells them what to tick; the link still works."
	case NoPages:
		return "that person has shared no Facebook page. They need a page of the restaurant, or a role on it; the link still works."
	case NoRole:
		return "that person may not publish on the page " + v.Page + ". Whoever has full control of it must give them that right, or open the link themselves."
	case NoInstagram:
		return "the page " + v.Page + " has no Instagram account. The page tells them how to link it; they can also go on with Facebook only."
	case Personal:
		return "the Instagram account of the page " + v.Page + " is a personal one. The page tells them how to make it a business account."
	case Away:
		return "Facebook did not answer while somebody was connecting. They were asked to try again in a few minutes."
	}
	return ""
}

func listed(scopes []string) string { return strings.Join(scopes, ", ") }

// plainScopes says what permissions are for.
func plainScopes(scopes []string) string {
	var out []string
	for _, s := range scopes {
		what, known := map[string]string{
			"pages_show_list": "seeing the pages", "pages_read_engagement": "reading the page", "pages_manage_posts": "publishing on the page",
			"instagram_basic": "seeing the Instagram account", "instagram_content_publish": "publishing on Instagram"}[s]
		if !known {
			what = s
		}
		out = append(out, what)
	}
	return strings.Join(out, ", ")
}

// name is one from outside, short.
func name(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	if s == "" {
		return "Somebody"
	}
	return s
}

// thanks is what the client may hear; a manager releases it. first: nothing of theirs is published yet.
func thanks(code string, c store.Connection, first bool) string {
	with := "Facebook"
	if c.IGName != "" {
		with = "Facebook (" + c.PageName + ") + Instagram (@" + c.IGName + ")"
	}
	said, next := "Perfect, thank you! We are connected now: ", " From here on we publish there what you have agreed to."
	switch code {
	case "it":
		said, next = "Perfetto, grazie! Ora siamo collegati: ", " Da adesso pubblichiamo lì quello che avete approvato."
	case "de":
		said, next = "Super, danke! Jetzt sind wir verbunden: ", " Ab jetzt veröffentlichen wir dort, was ihr freigegeben habt."
	case "es":
		said, next = "¡Perfecto, gracias! Ya estamos conectados: ", " A partir de ahora publicamos ahí lo que habéis aprobado."
	}
	if first {
		next = map[string]string{"it": " Il prossimo passo: mandateci qui qualche foto dei vostri piatti e del locale, e prepariamo i primi post.",
			"de": " Der nächste Schritt: Schickt uns hier ein paar Fotos von euren Gerichten und vom Lokal, dann bereiten wir die ersten Beiträge vor.",
			"es": " El siguiente paso: mandadnos aquí algunas fotos de vuestros platos y del local, y preparamos las primeras publicaciones."}[code]
		if next == "" {
			next = " The next step: send us a few photos of your dishes and your place here, and we prepare the first posts."
		}
	}
	return said + with + "." + next
}
