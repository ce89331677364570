package main

import (
	"context"
	"maps"
	"slices"
	"strings"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

func (v *visit) lookWhatsApp(ctx context.Context) (found []finding) {
	if len(v.cfg.WhapiChannels) == 0 {
		return []finding{bad("WhatsApp", "no number", "Set WHAPI_CHANNELS to company=TOKEN,marketa=TOKEN (tokens from the Whapi panel).")}
	}
	if v.cfg.WhapiWebhookToken == "" {
		found = append(found, bad("WhatsApp", "nothing can come in", "Set WHAPI_WEBHOOK_TOKEN to a long random word."))
	}
	clients := v.app.channels()
	for _, channel := range slices.Sorted(maps.Keys(clients)) {
		found = append(found, lookNumber(ctx, channel, clients[channel]), v.lookHooks(ctx, channel, clients[channel]))
	}
	return found
}

func lookNumber(ctx context.Context, channel store.Channel, client *whapi.Client) finding {
	part := "WhatsApp " + string(channel)
	health, err := client.Health(ctx)
	switch {
	case err != nil:
		return bad(part, "does not answer", sayVendor(err))
	case !health.Status.CanSend():
		return bad(part, "cannot send", health.Status.Say())
	}
	return fine(part, "linked")
}

// lookHooks: exactly one log hook and one bot hook of ours on each number.
func (v *visit) lookHooks(ctx context.Context, channel store.Channel, client *whapi.Client) finding {
	part := "webhooks of " + string(channel)
	s, err := client.Settings(ctx)
	if err != nil {
		return bad(part, "cannot be read", sayVendor(err))
	}
	ours, wrong := map[string]int{}, []string{}
	for _, h := range s.Webhooks {
		at := strings.Index(h.URL, "/webhooks/whapi/"+string(channel)+"/")
		if at < 0 {
			continue
		}
		ours[h.URL[at:]]++
		if v.reachable() && h.URL[:at] != v.cfg.PublicURL {
			wrong = append(wrong, "one leads to another address")
		}
		if h.Headers["X-Access-Token"] != v.cfg.WhapiWebhookToken {
			wrong = append(wrong, "one has another token than WHAPI_WEBHOOK_TOKEN")
		}
	}
	for _, name := range []string{"log", "bot"} {
		switch n := ours["/webhooks/whapi/"+string(channel)+"/"+name]; {
		case n == 0:
			wrong = append(wrong, "the "+name+" hook is missing")
		case n > 1:
			wrong = append(wrong, "the "+name+" hook is there more than once")
		}
	}
	if len(wrong) == 0 {
		return fine(part, "one log hook and one bot hook of ours")
	}
	slices.Sort(wrong)
	out := bad(part, strings.Join(slices.Compact(wrong), ", "), "Set them in the Whapi panel: PUBLIC_URL/webhooks/whapi/"+string(channel)+"/log and …/bot, header X-Access-Token.")
	if v.reachable() && v.cfg.WhapiWebhookToken != "" {
		out.fix = func(ctx context.Context) error {
			_, err := client.EnsureHooks(ctx, ourHooks(v.cfg.PublicURL, channel, v.cfg.WhapiWebhookToken))
			return err
		}
	}
	return out
}
