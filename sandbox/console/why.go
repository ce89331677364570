package console

import (
	"net/http"
	"strconv"
)

// Why is what stands behind a card: what the platform did before it, as its own records say. The console only shows it.
type Why struct {
	Title    string    `json:"title"`
	Rows     []WhyRow  `json:"rows"`     // one line each: the model, the cost, the watermark
	Steps    []WhyRow  `json:"steps"`    // in order, with how long each took
	Tools    []WhyTool `json:"tools"`    // what the agent looked up or proposed
	Warnings []string  `json:"warnings"` // what the guard has to say
	Evidence []string  `json:"evidence"` // where it is from
	Note     string    `json:"note"`     // where there is nothing else to say
}

// WhyRow is a name with a value.
type WhyRow struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// WhyTool is one call of a tool.
type WhyTool struct {
	Name   string   `json:"name"`
	Args   []WhyArg `json:"args"`
	Result string   `json:"result"`
}

// WhyArg is one argument, and where its value came from.
type WhyArg struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Origin string `json:"origin"`
}

func (c *generation) why(w http.ResponseWriter, r *http.Request) {
	chat, _ := strconv.ParseInt(r.URL.Query().Get("chat"), 10, 64)
	message, _ := strconv.Atoi(r.URL.Query().Get("message"))
	if c.Why == nil {
		answer(w, http.StatusNotFound, problem("This sandbox keeps no records to look into."))
		return
	}
	v, ok, err := c.Why(r.Context(), chat, message)
	switch {
	case err != nil:
		answer(w, http.StatusBadRequest, problem(sentence(err)))
	case !ok:
		answer(w, http.StatusNotFound, problem("Nothing stands behind this message."))
	default:
		answer(w, http.StatusOK, v)
	}
}
