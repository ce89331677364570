package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"marketa/agent"
	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// ChoreWorker does what is done again and again: it asks after the numbers' health, reads their history, sees to the webhooks
// and looks for what stands still. Nothing else waits for it, and a vendor that does not answer is asked again later.
type ChoreWorker struct {
	river.WorkerDefaults[store.DoChore]
	App *App
}

func (w *ChoreWorker) Timeout(*river.Job[store.DoChore]) time.Duration { return 2 * time.Minute }

func (w *ChoreWorker) Work(ctx context.Context, job *river.Job[store.DoChore]) error {
	a := w.App
	c, err := a.db.LeaseChore(ctx, job.Args.Chore)
	if err != nil {
		if store.IsLeaseLost(err) {
			return nil // somebody else does it, or it is done
		}
		return err
	}
	next, busy, err := a.chore(ctx, c)
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	if err != nil {
		after := min(choreRetry<<min(c.Failures, 5), choreRetryMost)
		if ctx.Err() == nil && !errors.Is(err, context.Canceled) {
			a.log.Warn("a chore failed", "kind", c.Kind, "channel", c.Channel, "error", err, "again_in", after)
		}
		err = a.db.ChoreFailed(ctx, c, a.db.Clock.Now().Add(after))
	} else {
		err = a.db.ChoreDone(ctx, c, a.db.Clock.Now().Add(next), busy)
	}
	if store.IsLeaseLost(err) {
		return nil
	}
	return err
}

const (
	choreRetry     = 30 * time.Second
	choreRetryMost = 10 * time.Minute
	watchEvery     = time.Minute
	hooksEvery     = 6 * time.Hour
	modelsAwayFor  = time.Minute // until managers hear of it
	mostFailures   = 3           // in a row: one failure is nothing
)

// channelChores are done for every number.
var channelChores = []string{store.ChoreProbe, store.ChoreHooks, store.ChoreHistory, store.ChoreStatus, store.ChoreReport}

func (a *App) chore(ctx context.Context, c store.Chore) (next time.Duration, busy bool, err error) {
	switch c.Kind {
	case store.ChoreProbe:
		next, err = a.whatsapp.Probe(ctx, c)
	case store.ChoreHooks:
		next, err = hooksEvery, a.seeToHooks(ctx, c.Channel)
	case store.ChoreHistory:
		return a.whatsapp.History(ctx, c)
	case store.ChoreStatus:
		next, err = a.whatsapp.Statuses(ctx, c)
	case store.ChoreReport:
		next, err = a.whatsapp.Report(ctx, c)
	case store.ChoreWatch:
		next, err = watchEvery, errors.Join(a.db.Watch(ctx, a.cfg.channelNames()), a.watchModels(ctx))
	default:
		next = 24 * time.Hour // of another version
	}
	return next, false, err
}

func (c Config) channelNames() (names []store.Channel) {
	for _, t := range c.WhapiChannels {
		names = append(names, t.Channel)
	}
	return names
}

// planChores makes everything due: whatever happened while we were away is looked for now.
func (a *App) planChores(ctx context.Context) error {
	return a.db.PlanChores(ctx, a.cfg.channelNames(), channelChores)
}

// seeToHooks has the vendor tell us everything through exactly one log and one bot hook of ours, and fetch files as they come.
// Without an address that the vendor can reach it leaves the settings alone.
func (a *App) seeToHooks(ctx context.Context, channel store.Channel) error {
	client := a.whatsapp.Channels[channel]
	if client == nil {
		return nil
	}
	if !strings.HasPrefix(a.cfg.PublicURL, "https://") || a.cfg.WhapiWebhookToken == "" {
		a.log.Info("the webhooks of this number are left as they are, for PUBLIC_URL is no https address or WHAPI_WEBHOOK_TOKEN is missing", "channel", channel)
		return nil
	}
	call, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if _, err := client.EnsureHooks(call, ourHooks(a.cfg.PublicURL, channel, a.cfg.WhapiWebhookToken)); err != nil {
		return err
	}
	return client.EnsureDownloads(call, whapi.AllDownloads())
}

// watchModels tells when models have not answered for a while; their next answer clears it (agent.Books).
func (a *App) watchModels(ctx context.Context) error {
	if a.router == nil {
		return nil
	}
	lines := a.router.Health()
	var away []string // those that fail over and over
	failing, failures, asked := 0, 0, 0
	var first time.Time
	for _, l := range lines {
		if l.Asked {
			asked++
		}
		if l.Failures == 0 {
			continue
		}
		failing, failures = failing+1, failures+l.Failures
		if first.IsZero() || l.DownSince.Before(first) {
			first = l.DownSince
		}
		if l.Failures >= mostFailures && a.db.Clock.Now().Sub(l.DownSince) >= modelsAwayFor {
			away = append(away, l.Model)
		}
	}
	all := failing == asked && failures >= mostFailures && a.db.Clock.Now().Sub(first) >= modelsAwayFor
	if !all && len(away) == 0 {
		return nil
	}
	slices.Sort(away)
	return a.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if all {
			return tx.Standing(ctx, store.Alert{Cause: agent.ModelsAway, Stays: true, Text: "No language model answers." +
				" Cards come without a draft: reply to them with your own words. Drafts come again by themselves once a model answers; Redo tries at once."})
		}
		for _, l := range lines {
			if slices.Contains(away, l.Model) {
				if err := tx.Standing(ctx, store.Alert{Cause: agent.ModelAway(l.Provider, l.Model), Stays: true,
					Text: fmt.Sprintf("The language model %s of %s does not answer. Others write the drafts meanwhile; nothing has to be done unless it lasts.", l.Model, l.Provider)}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
