package tools

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"marketa/internal/fault"
	"marketa/store"
)

// Held is the payload of a manager's proposal: what is to be done, and for whom. The platform has resolved the restaurant.
type Held struct {
	Restaurant store.RestaurantID `json:"restaurant"`
	Payload    json.RawMessage    `json:"payload"`
}

// Hold makes the proposal of a manager's turn.
func Hold(kind string, r store.RestaurantID, payload any, show string) (Proposal, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Proposal{}, fmt.Errorf("tools: hold %s: %w", kind, err)
	}
	return NewProposal(kind, Held{Restaurant: r, Payload: raw}, show)
}

// ForDesk makes of a tool that works for the context's restaurant one that a manager can use for any: desk_NAME, with an
// argument that names the restaurant as the manager says it. What a turn may look into is its scope's business.
func ForDesk(db *store.DB, t Tool) Tool {
	out := Tool{Name: "desk_" + t.Name, Description: t.Description, Effect: t.Effect, fault: t.fault}
	if out.fault != nil {
		return out
	}
	if out.args, out.fault = t.args.withRestaurant(); out.fault != nil {
		return out
	}
	out.Schema = out.args.json
	out.call = func(ctx context.Context, raw json.RawMessage) (Result, error) {
		var given map[string]any
		if err := out.args.decode(out.Name, raw, &given); err != nil {
			return Result{}, err
		}
		name, _ := given[restaurantArg].(string)
		delete(given, restaurantArg)
		rest, err := json.Marshal(given)
		if err != nil {
			return Result{}, fmt.Errorf("arguments: %w", err)
		}
		return runFor(ctx, db, t, name, rest)
	}
	return out
}

func runFor(ctx context.Context, db *store.DB, t Tool, name string, args json.RawMessage) (Result, error) {
	known, err := db.FindRestaurant(ctx, name)
	if err != nil {
		return Result{}, err
	}
	if err := db.MayLook(ctx, known.Restaurant); err != nil {
		return Result{}, err
	}
	result, err := t.call(store.WithRestaurant(ctx, known.Restaurant), args)
	if err != nil || result.Proposal == nil {
		return result, err
	}
	p, err := Hold(result.Proposal.Kind, known.Restaurant, result.Proposal.Payload, known.Name+": "+result.Proposal.Show)
	if err != nil {
		return Result{}, err
	}
	if p, err = p.checked(); err != nil {
		return Result{}, err
	}
	result.Proposal = &p
	return result, nil
}

const restaurantArg = "restaurant"

// withRestaurant is the same shape with one more argument.
func (a *arguments) withRestaurant() (*arguments, error) {
	if a.schema.Properties[restaurantArg] != nil {
		return nil, fault.New(fault.Internal, "it has an argument %q already", restaurantArg)
	}
	whose := &jsonschema.Schema{Type: "string", Description: "the restaurant's name, or the name of a person of it, as the manager says it"}
	schema := a.schema.CloneSchemas()
	schema.Properties = maps.Clone(schema.Properties)
	schema.Properties[restaurantArg] = whose
	schema.Required = append([]string{restaurantArg}, schema.Required...)
	schema.PropertyOrder = append([]string{restaurantArg}, slices.Clone(schema.PropertyOrder)...)
	out := &arguments{schema: schema, each: maps.Clone(a.each)}
	var err error
	if out.each[restaurantArg], err = whose.CloneSchemas().Resolve(nil); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if out.whole, err = schema.CloneSchemas().Resolve(nil); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	out.json, err = json.Marshal(schema)
	return out, err
}
