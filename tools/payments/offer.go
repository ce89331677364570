package payments

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

type linkArgs struct {
	Restaurant string `json:"restaurant" jsonschema:"the restaurant's name, or the name of the person who pays, as the manager says it"`
	Plan       string `json:"plan" jsonschema:"the plan as the manager says it, or its key from pay_prices"`
}

func (p *Payments) linkTool() tools.Tool {
	return tools.DefinePropose("desk_payment_link", "Propose to send a client the link to pay for a plan of the price list. The price comes from the list, the address from the platform: write neither. It becomes a card to confirm, then a message to the client on a card of its own.",
		func(ctx context.Context, args linkArgs) (tools.Proposal, error) {
			chat, err := p.payer(ctx, args.Restaurant)
			if err != nil {
				return tools.Proposal{}, err
			}
			price, err := p.plan(ctx, args.Plan)
			if err != nil {
				return tools.Proposal{}, err
			}
			err = p.db.Look(ctx, chat.Restaurant, func(tx *store.Tx) error { return mayOffer(ctx, tx, chat.Chat) })
			if err != nil {
				return tools.Proposal{}, err
			}
			offer := store.Offer{Chat: chat.Chat, LookupKey: price.LookupKey, Price: price.ID, Amount: price.UnitAmount, Currency: price.Currency,
				Every: price.Interval, EveryCount: max(1, price.IntervalCount)}
			show := fmt.Sprintf("Payment link for %s: plan %s, %s, to %s on WhatsApp", chat.Name, PlanName(price.LookupKey), priceText(price), whom(chat))
			return tools.Hold(store.PaymentOrder, chat.Restaurant, offer, show)
		})
}

func whom(e store.Known) string {
	if e.Title == "" {
		return "the client"
	}
	return e.Title
}

// payer is the chat in which the link goes: one person's own, never a group, where others would read what a restaurant pays.
func (p *Payments) payer(ctx context.Context, name string) (store.Known, error) {
	s, err := store.ScopeFrom(ctx)
	if err != nil {
		return store.Known{}, err
	}
	var names store.Names
	if err := p.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { names, err = tx.Names(ctx); return err }); err != nil {
		return store.Known{}, err
	}
	return names.FindChat(s, name, true)
}

// mayOffer refuses what would be paid twice.
func mayOffer(ctx context.Context, tx *store.Tx, chat store.ChatID) error {
	if _, err := tx.Chat(ctx, chat); err != nil {
		return fault.Wrap(err, fault.Conflict, "That chat belongs to another restaurant by now. Ask again.")
	}
	s, runs, err := tx.Subscribed(ctx)
	if err != nil || !runs {
		return err
	}
	return fault.New(fault.Conflict, "This restaurant has a subscription already (%s). A change of plan is made in the Stripe dashboard.", PlanName(s.LookupKey))
}

// Effects carry out what a manager has confirmed, by kind.
func (p *Payments) Effects() map[string]store.Effect {
	return map[string]store.Effect{store.PaymentOrder: p.offer}
}

// offer makes the order of a confirmed card, its link, and the message to the client as a card of its own.
func (p *Payments) offer(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	var o store.Offer
	if err := json.Unmarshal(c.Payload, &o); err != nil {
		return fmt.Errorf("payments: offer: %w", err)
	}
	if err := mayOffer(ctx, tx, o.Chat); err != nil {
		return err
	}
	chat, err := tx.Chat(ctx, o.Chat)
	if err != nil {
		return err
	}
	lang, err := clientLanguage(ctx, tx, chat.ID)
	if err != nil {
		return err
	}
	order, err := tx.MakeOrder(ctx, c, lang)
	if err != nil {
		return err
	}
	link, err := tx.MakeLink(ctx, chat.ID, store.LinkCheckout, uuid.UUID(order.ID))
	if err != nil {
		return err
	}
	policy, err := policyOf(ctx, tx)
	if err != nil {
		return err
	}
	return tx.HoldFor(ctx, c, store.Wish{Restaurant: tx.Restaurant, Chat: chat.ID, Text: offerWords(lang, chat.Title, order, link.Address(p.public)), PolicyVersion: policy,
		Notes: store.Notes{Why: c.DecidedName + " has confirmed the offer: " + PlanName(order.LookupKey) + ", " + orderPrice(order) + ". The link was added by the platform."}})
}

// policyOf is the version under which a card of the restaurant is decided.
func policyOf(ctx context.Context, tx *store.Tx) (string, error) {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return "", err
	}
	policy, err := stages.PolicyFor(stages.Stage(r.Stage))
	return policy.Version(), err
}
