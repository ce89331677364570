package main

import (
	"maps"

	"marketa/agent"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
	choice "marketa/tools/images/choose"
	"marketa/tools/images/rules"
	"marketa/tools/images/search"
)

// photoTools are what agents and managers can do with a gallery: rules for it, looking for pictures, and having one chosen.
func (a *App) photoTools(prompts *stages.Prompts) []tools.Tool {
	r := rules.Rules{DB: a.db, Router: a.router, Prompts: prompts}
	a.chooser = choice.Chooser{DB: a.db, Router: a.router, Prompts: prompts, Files: a.files, Log: a.log,
		Search: search.Search{DB: a.db, Router: a.router, Prompts: prompts, Log: a.log}}
	if a.vertex != nil {
		a.chooser.Search.Embed = a.vertex
	}
	find, take := a.chooser.Search.Tool(), a.chooser.Tool()
	return append(append(r.Tools(), r.DeskTools()...), find, take, tools.ForDesk(a.db, find), tools.ForDesk(a.db, take))
}

// withPictures adds what confirmed cards about pictures do, and what rules do that were released with a reply.
func withPictures(effects map[string]store.Effect) map[string]store.Effect {
	maps.Copy(effects, rules.Effects())
	return effects
}

func pictureAppliers(apply map[string]agent.Applier) map[string]agent.Applier {
	apply[rules.Add] = rules.Apply
	return apply
}
