package main

import (
	"context"
	"log/slog"

	"marketa/bots/telegram"
)

func (v *visit) lookTelegram(ctx context.Context) []finding {
	const part = "Telegram"
	switch {
	case v.cfg.TelegramBotToken == "":
		return []finding{bad(part, "no bot", "Set TELEGRAM_BOT_TOKEN (from @BotFather).")}
	case v.cfg.TelegramWebhookSecret == "":
		return []finding{bad(part, "nothing can come in", "Set TELEGRAM_WEBHOOK_SECRET to a long random word.")}
	}
	b, err := telegram.New(telegram.Config{DB: v.app.db, BaseURL: v.cfg.TelegramBaseURL, Token: v.cfg.TelegramBotToken, ApprovalsChat: v.cfg.TelegramApprovalsChat,
		Owners: v.cfg.TelegramOwners, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return []finding{bad(part, "the token cannot be used", "Look TELEGRAM_BOT_TOKEN up at @BotFather.")}
	}
	e, err := b.Examine(ctx)
	if e.Username == "" {
		return []finding{bad(part, "does not know our bot, or does not answer", "Look TELEGRAM_BOT_TOKEN up at @BotFather and see that api.telegram.org can be reached from here.")}
	}
	found := []finding{fine(part, "the bot is @"+e.Username), v.lookUpdates(e, b)}
	if err != nil {
		return append(found, bad("approvals chat", "the bot is not in it", "Add @"+e.Username+" to the group and set TELEGRAM_APPROVALS_CHAT to its id."))
	}
	return append(found, lookSeat(e))
}

func (v *visit) lookUpdates(e telegram.Examination, b *telegram.Bot) finding {
	const part = "Telegram's webhook"
	ours := v.cfg.PublicURL + "/webhooks/telegram"
	switch {
	case e.Hook == "" || v.reachable() && e.Hook != ours:
		out := bad(part, "does not lead here", "It is set at start when PUBLIC_URL is an https address that Telegram can reach.")
		if v.reachable() {
			out.fix = func(ctx context.Context) error { return b.Introduce(ctx, ours, v.cfg.TelegramWebhookSecret) }
		}
		return out
	case e.HookFault != "" && e.Waiting > 0:
		return bad(part, "Telegram cannot deliver; it says: "+e.HookFault, "See that PUBLIC_URL answers from outside, with a certificate that others trust.")
	}
	return fine(part, "leads here")
}

func lookSeat(e telegram.Examination) finding {
	const part = "approvals chat"
	switch {
	case e.Seat == "":
		return advice(part, "none is configured", "Set TELEGRAM_APPROVALS_CHAT to your group's id; until then each manager gets cards in private.")
	case e.Seat == "left" || e.Seat == "kicked":
		return bad(part, "the bot is not in it", "Add @"+e.Username+" to the group.")
	case e.Forum && !e.MayTopics && e.Seat != "creator":
		return bad(part, "has topics, and the bot may not make any", "Make @"+e.Username+" an administrator who may manage topics.")
	}
	return fine(part, "the bot is "+e.Seat)
}
