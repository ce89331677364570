package actor

// goal is what the stage wants of a conversation, as far as a sentence can serve it.
type goal string

const (
	noGoal  goal = ""
	meet    goal = "meet"    // learn who they are
	qualify goal = "qualify" // learn what they need
	connect goal = "connect" // get the pages connected
	collect goal = "collect" // get photos and menus
	approve goal = "approve" // get the first posts approved
	pay     goal = "pay"     // activate by payment
	serve   goal = "serve"   // keep a running client going
	rescue  goal = "rescue"  // keep a client at risk
	wait    goal = "wait"    // paused
	leave   goal = "leave"   // closed
)

// goalWords in the order in which they are looked for, first in the stage's name, then in its goal.
var goalWords = []struct {
	goal  goal
	words string
}{
	{rescue, "at risk,risk,overdue,payment failed,win back"},
	{wait, "paused,pause,on hold"},
	{leave, "closed,ended,farewell"},
	{approve, "approval*,approve*"},
	{collect, "content,set up,setup,material,photos,gallery"},
	{connect, "connection,connect,connected,pages,oauth"},
	{pay, "activation,activate,payment,checkout,pay,subscribe"},
	{qualify, "qualification,qualify,qualified,needs,fit"},
	{connect, "onboarding,onboard"},
	{meet, "lead,who they are,unknown,newcomer,first contact"},
	{serve, "active,running,service,satisfied"},
}

func (v view) aim() goal {
	for _, text := range []string{v.stage, v.goal} {
		ws := nameWords(text)
		for _, g := range goalWords {
			if anyPhrase(ws, g.words) {
				return g.goal
			}
		}
	}
	return noGoal
}
