package main

import (
	"context"

	"marketa/internal/render"
	"marketa/stages"
	"marketa/tools"
	choice "marketa/tools/images/choose"
	"marketa/tools/posts"
)

// postTools are what agents and managers can do about posts. The photo for one is the chooser's.
func (a *App) postTools(prompts *stages.Prompts) []tools.Tool {
	a.posts = posts.Posts{DB: a.db, Router: a.router, Prompts: prompts, Files: a.files, Pick: pickWith(a.chooser), Log: a.log}
	return append(a.posts.Tools(), a.posts.ForManagers()...)
}

func pickWith(c choice.Chooser) posts.Picker {
	return func(ctx context.Context, w posts.Wanted) (posts.Picked, error) {
		got, err := c.Pick(ctx, choice.Brief{Words: w.Brief, At: w.At, Post: w.Post, Not: w.Not})
		if err != nil {
			return posts.Picked{}, err
		}
		return posts.Picked{Photo: got.Photo.ID, Why: got.Reason, Crop: framed(got.Focus, got.Photo.Width, got.Photo.Height), Warnings: got.Doubts}, nil
	}
}

// framed is the part of a photo that is shown where not all of it can be: the one that keeps what matters in the middle.
func framed(focus *choice.Point, width, height int) render.Crop {
	if focus == nil || width <= 0 || height <= 0 {
		return render.Crop{}
	}
	w, h := float64(width), float64(height)
	switch {
	case w/h < render.Tallest:
		share := w / render.Tallest / h
		return render.Crop{Y: start(focus.Y, share), Width: 1, Height: share}
	case w/h > render.Widest:
		share := h * render.Widest / w
		return render.Crop{X: start(focus.X, share), Width: share, Height: 1}
	}
	return render.Crop{}
}

// start is where a part of that share begins whose middle is at a place, as far as it can be.
func start(at, share float64) float64 { return min(max(at-share/2, 0), 1-share) }
