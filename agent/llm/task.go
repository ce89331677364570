package llm

// Task is what an answer is wanted for. Each task has a route of its own: the models to ask, in order.
type Task string

const (
	Triage     Task = "triage"     // does this need an answer at all?
	Reply      Task = "reply"      // the words for the client, with tools
	Transcribe Task = "transcribe" // the words in a sound, which is the question's only llms.BinaryContent
	Translate  Task = "translate"  // for people who read another language; nobody sends it as it is
	Look       Task = "look"       // what stands in a picture, which is the question's only llms.BinaryContent
	Caption    Task = "caption"    // a post for a restaurant's guests, with its photo
	Desk       Task = "desk"       // what a manager asks in plain words, with tools
	Rules      Task = "rules"      // somebody's words about pictures, as rules
	Choose     Task = "choose"     // which of these pictures
)

// Inaudible is what a model answers to [Transcribe] when it cannot make out a word.
const Inaudible = "[inaudible]"

// Effort is how long a model may think before it speaks. The zero value leaves it to the vendor.
type Effort string

const (
	Minimal Effort = "minimal"
	Low     Effort = "low"
	Medium  Effort = "medium"
	High    Effort = "high"
)
