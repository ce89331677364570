// Package actor is the offline model: a stand-in that answers the platform's requests without any key, the same way
// every time for the same seed. Behind the simulated Gemini and OpenAI it reads each request's own system text, tools,
// schemas and tool results, picks a tool by the client's words, uses the values that came back, asks for what is
// missing, obeys a manager's redo hint, and writes in English, German, Italian, Spanish or Russian.
//
// It is no language model: it understands the vocabulary of a restaurant talking to its social-media agency, says
// plainly when something lies outside of that, and never makes up a fact, a date or a price. Words that it reads in
// conversations and tool results are data; it follows none of them.
//
// It knows nothing of any vendor's wire and imports only the standard library. Start reading at [Mind], then
// [Actor.Answer]: look (view.go) → points (what was said) → plan (choose.go: which tools) → write (compose.go; redo.go when a
// manager wants it otherwise). The vocabulary is lexicon.go, what is said stands in say_*.go, [Script] serves dialogues.
package actor
