package main

import (
	"cmp"

	"marketa/agent"
	"marketa/tools/connect"
	"marketa/webhooks"
	"marketa/webhooks/pages"
)

// newConnect makes the way of clients to a connected page.
func (a *App) newConnect() *connect.Flow {
	return &connect.Flow{DB: a.db, Meta: a.meta, Keys: a.keys, PublicURL: a.cfg.PublicURL, AppID: a.cfg.MetaAppID, Log: a.log}
}

// connectPages are its pages and what Meta calls us for; none without an app at Meta.
func (a *App) connectPages() (webhooks.Connect, webhooks.Meta) {
	if a.cfg.MetaAppID == "" || a.cfg.MetaAppSecret == "" {
		return nil, nil
	}
	dialog := cmp.Or(a.cfg.MetaDialogBaseURL, "https://www.facebook.com")
	return pages.Connect{Flow: a.connect, Base: a.cfg.PublicURL, Dialog: dialog}, connect.Hooks{Flow: a.connect, Secret: a.cfg.MetaAppSecret}
}

// attachers put addresses under drafts, by the kind of what proposes them.
func (a *App) attachers() map[string]agent.Attacher {
	return map[string]agent.Attacher{connect.Kind: a.connect.Attach}
}
