package llm

// Task is what an answer is wanted for. Each task has a route of its own: the models to ask, in order.
type Task string

const (
	Triage Task = "triage" // does this need an answer at all?
	Reply  Task = "reply"  // the words for the client, with tools

	Translate Task = "translate" // for people who read another language; nobody sends it as it is
)

// Effort is how long a model may think before it speaks. The zero value leaves it to the vendor.
type Effort string

const (
	Minimal Effort = "minimal"
	Low     Effort = "low"
	Medium  Effort = "medium"
	High    Effort = "high"
)
