package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/internal/render"
	"marketa/sandbox"
	simmeta "marketa/sandbox/meta"
	"marketa/sandbox/props"
	"marketa/sandbox/wire"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// What publishing needs, where a dialogue is not about how it came to be:
//
//	record Anna has connected                                 a page and an account, by the consent page; once more: anew
//	record Anna's post is sent: Torta al limone.              written with a photo of a cake, and sent by Marta
//	record Anna's post with children is sent: Festa.          children can be recognised in the photo
//	record Anna's post is sent for 26h later: Torta.          to be published then
//	vendor meta away | back | loses the next answer | refuses the token | hides its lists | shows its lists
//	published 1 1                                             posts that people see on Instagram, and on the page

const (
	metaPerson  = "7001"
	metaPage    = "8001"
	metaAccount = "17841400008001"
)

var (
	hasConnected = regexp.MustCompile(`^(\p{L}+) has connected$`)
	isSent       = regexp.MustCompile(`^(\p{L}+)'s post( with children)? is sent(?: for (\S+) later)?: (.+)$`)
)

// published records what others have done before publishing begins.
func (s *scene) publishing(rest string) bool {
	s.t.Helper()
	if m := hasConnected.FindStringSubmatch(rest); m != nil {
		s.joined(m[1])
		return true
	}
	if m := isSent.FindStringSubmatch(rest); m != nil {
		s.postSent(m[1], m[2] != "", m[3], m[4])
		return true
	}
	return false
}

func (s *scene) boundTo(client string) (context.Context, store.RestaurantID) {
	s.t.Helper()
	var id store.RestaurantID
	s.must(id.UnmarshalText([]byte(s.ask(`SELECT restaurant_id::text FROM chats WHERE vendor_chat_id = $1 ORDER BY created_at LIMIT 1`, s.clients[client].Phone+"@s.whatsapp.net"))), client)
	return store.WithRestaurant(context.Background(), id), id
}

func (s *scene) joined(client string) {
	s.t.Helper()
	ctx, _ := s.boundTo(client)
	s.world.Meta.AddPerson(simmeta.Person{ID: metaPerson, Name: client})
	s.world.Meta.AddInstagram(simmeta.Instagram{ID: metaAccount, Username: "trattoria.demo"})
	s.world.Meta.AddPage(simmeta.Page{ID: metaPage, Name: "Trattoria Demo", Instagram: metaAccount})
	s.world.Meta.Appoint(metaPerson, metaPage, simmeta.AllTasks()...)
	const returning = "http://127.0.0.1:1/back"
	back, err := s.world.Meta.Consent(s.app.meta.DialogURL(meta.Dialog{RedirectURI: returning, State: "s", Scopes: meta.PublishingScopes()})+"&person="+metaPerson, simmeta.Choice{Person: metaPerson})
	s.must(err, "consent")
	u, err := url.Parse(back)
	s.must(err, back)
	grant, err := s.app.meta.Exchange(ctx, u.Query().Get("code"), returning)
	s.must(err, "exchange")
	long, err := s.app.meta.Extend(ctx, grant.Token)
	s.must(err, "extend")
	page, err := s.app.meta.Page(ctx, long.Token, metaPage)
	s.must(err, "page")
	c := store.Connection{ID: store.NewConnectionID(), PersonID: metaPerson, PersonName: client, PageID: metaPage, PageName: page.Name, IGID: metaAccount, IGName: "trattoria.demo", Scopes: meta.PublishingScopes()}
	c.Token, err = s.app.keys.Seal([]byte(page.Token), c.About())
	s.must(err, "seal")
	c.PersonToken, err = s.app.keys.Seal([]byte(long.Token), c.AboutPerson())
	s.must(err, "seal")
	s.must(s.app.db.Tx(ctx, func(tx *store.Tx) error { return tx.SaveConnection(ctx, c) }), "save connection")
}

// postSent writes a post as the worker would, and has Marta send it.
func (s *scene) postSent(client string, children bool, later, caption string) {
	s.t.Helper()
	ctx, _ := s.boundTo(client)
	file, _ := props.File("lemon-cake.jpg")
	p, err := render.Make(file, render.Crop{})
	s.must(err, "render")
	s.must(s.app.files.Put(ctx, "dialogue.jpg", "image/jpeg", bytes.NewReader(p.JPEG)), "put")
	sum := sha256.Sum256([]byte(caption))
	var post store.PostID
	s.must(s.app.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		marta, _, err := tx.ManagerBy(ctx, sandbox.ManagerA, "Marta")
		if err != nil {
			return err
		}
		restaurant, _ := store.RestaurantFrom(ctx)
		return tx.Within(ctx, restaurant, func(tx *store.Tx) error {
			photo, _, err := tx.GivePhoto(ctx, marta.ID, store.Kept{Key: "dialogue.jpg", SHA256: sum[:], Bytes: int64(len(p.JPEG)), MIME: "image/jpeg", Width: p.Width, Height: p.Height})
			if err != nil {
				return err
			}
			v := store.PostVersion{PhotoID: photo, PhotoWhy: "the cake", PictureKey: "dialogue.jpg", PictureSHA256: p.Hash[:], PictureWidth: p.Width, PictureHeight: p.Height,
				Caption: caption, Hashtags: []string{"torta", "bologna"}, Alt: "A lemon cake on a plate", Language: "it", Author: "model", Networks: []string{store.Instagram, store.Facebook}}
			if later != "" {
				wait, err := time.ParseDuration(later)
				if err != nil {
					return err
				}
				at := tx.Now.Add(wait)
				v.PublishAt = &at
			}
			if post, err = tx.AskPost(ctx, store.NewPost{Brief: "the cake", PublishAt: v.PublishAt}); err != nil {
				return err
			}
			task, err := tx.LeasePostTask(ctx, post)
			if err != nil {
				return err
			}
			_, err = tx.HoldPost(ctx, task, v)
			return err
		})
	}), "write a post")
	s.settle() // the photo is looked at
	s.as("marketa_app", client, fmt.Sprintf(`UPDATE photos SET state = 'analyzed', analyzed_at = created_at, kind = 'dish', quality = 1, risk = 0, faces = false, logos = false, text_in_image = '', children = %v WHERE given_by IS NOT NULL AND restaurant_id = $1`, children))
	s.must(s.app.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		var id store.PostApprovalID
		if err := id.UnmarshalText([]byte(s.ask(`SELECT id::text FROM post_approvals WHERE post_id = $1 AND state = 'pending'`, post))); err != nil {
			return err
		}
		a, err := tx.PostApproval(ctx, id)
		if err != nil {
			return err
		}
		d, err := tx.DecidePost(ctx, store.PostPress{Approval: a.ID, Action: store.Send, TelegramID: sandbox.ManagerA, Hash: a.ContentHash})
		if err == nil && d.Outcome != "ok" {
			err = fault.New(fault.Conflict, "%s", d.Outcome)
		}
		return err
	}), "send a post")
}

// metaVendor is what happens at Facebook.
func (s *scene) metaVendor(how string) bool {
	f := s.world.Meta.Faults()
	lists := []string{"GET /{id}/media", "GET /{id}/published_posts"}
	switch how {
	case "away":
		f.Down("*", wire.Fault{Status: 503, Body: "away"})
	case "back":
		f.Up("*")
	case "loses the next answer":
		for _, op := range []string{"POST /{id}/media_publish", "POST /{id}/photos"} {
			f.Next(op, wire.Fault{LoseAnswer: true})
		}
	case "refuses the token":
		s.world.Meta.Invalidate(metaPerson, 460)
	case "hides its lists":
		for _, op := range lists {
			f.Down(op, wire.Fault{Status: 503, Body: "away"})
		}
	case "shows its lists":
		for _, op := range lists {
			f.Up(op)
		}
	default:
		return false
	}
	return true
}

// seenPosts is how many posts people see.
func (s *scene) seenPosts() string {
	return fmt.Sprint(len(s.world.Meta.Feed(metaAccount)), " ", len(s.world.Meta.PageFeed(metaPage)))
}

// permalinks are addresses of the simulated vendor: its port and its ids are made anew each time.
var permalinks = regexp.MustCompile(`http://127\.0\.0\.1:\d+/(p|posts)/\w+/`)

func maskPermalinks(text string) string {
	return permalinks.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Contains(s, "/p/") {
			return "https://instagram.example/p/…/"
		}
		return "https://facebook.example/posts/…/"
	})
}
