package main

import "context"

// lookVertex asks where a word lies in the space of meanings.
func (v *visit) lookVertex(ctx context.Context) []finding {
	const part = "Vertex AI"
	if v.cfg.VertexProject == "" {
		return []finding{advice(part, "no project", "Set VERTEX_PROJECT and GOOGLE_CREDENTIALS to find photos by what they mean; without, they are found by their descriptions.")}
	}
	err := v.app.space()
	if err == nil {
		_, err = v.app.vertex.Text(ctx, "lemon cake")
	}
	if err != nil {
		return []finding{bad(part, "does not answer", sayVendor(err))}
	}
	return []finding{fine(part, "answers, in "+v.cfg.VertexLocation)}
}
