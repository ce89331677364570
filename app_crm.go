package main

import (
	"time"

	"marketa/bots/telegram"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/crm"
	"marketa/tools/crm/planfix"
)

// newCRM makes the client and what managers do with it; without settings it says so when it is asked.
func (a *App) newCRM() *crm.CRM {
	if a.cfg.PlanfixBaseURL != "" {
		c := planfix.Config{BaseURL: a.cfg.PlanfixBaseURL, Token: a.cfg.PlanfixToken, HTTP: a.meters.client("planfix", crmPatience)}
		if a.db != nil { // the doctor has none, and calls once
			c.Turn = crm.Turn(a.db, a.cfg.CRMPace)
		}
		a.planfix = planfix.New(c)
	}
	return &crm.CRM{DB: a.db, Planfix: a.planfix, Field: a.cfg.PlanfixField, Kind: a.cfg.PlanfixTemplate, Address: a.cfg.PlanfixBaseURL,
		Zone: telegram.HomeZone, Make: telegram.TaskButton, Log: a.log}
}

// crmPatience is for one call; a worker makes a few of them within its lease.
const crmPatience = 12 * time.Second

// crmTools are for managers only.
func crmTools(db *store.DB, c *crm.CRM) (out []tools.Tool) {
	for _, t := range c.Tools() {
		out = append(out, tools.ForDesk(db, t))
	}
	return out
}
