package actor

import "encoding/json"

// Mind answers one request of a model's client. The simulated vendors translate their wire to and from it.
type Mind interface{ Answer(Request) Reply }

// Request is what a model is asked, without any vendor's shape.
type Request struct {
	System     string
	Turns      []Turn
	Tools      []Tool
	ToolChoice string          // "" or auto, none, any (a tool must be called)
	Schema     json.RawMessage // JSON schema of a structured answer; `{}` or {"type":"object"} asks for any JSON object
	Model      string
}

// Turn is one entry of the transcript. Role is user, assistant, tool or system.
type Turn struct {
	Role    string
	Text    string
	Calls   []Call   // assistant
	Results []Result // tool
	Sounds  []Sound  // user

	Pictures [][]byte // user; files as they came
}

// Tool is one function on offer. Schema describes its arguments; Google's upper-case type names are understood too.
type Tool struct {
	Name, Description string
	Schema            json.RawMessage
}

// Call is one tool call. ID is empty in a Mind's reply: the vendor gives it.
type Call struct {
	ID, Name string
	Args     json.RawMessage
}

// Result is what a tool returned. Output is usually JSON text.
type Result struct{ CallID, Name, Output string }

// Reply is text, or calls (with or without text), or a refusal.
type Reply struct {
	Text    string
	Calls   []Call
	Refusal string
}
