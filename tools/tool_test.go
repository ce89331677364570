package tools_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/tools"
)

var update = flag.Bool("update", false, "rewrite testdata")

// booking has one argument of every shape that tools use.
type booking struct {
	Phone   string   `json:"phone" jsonschema:"phone in E.164 form"`
	Meal    meal     `json:"meal" jsonschema:"which meal"`
	Guests  int      `json:"guests,omitempty" jsonschema:"how many come"`
	Wishes  []string `json:"wishes,omitempty" jsonschema:"in the guest's words"`
	Deposit *float64 `json:"deposit,omitempty" jsonschema:"in euros"`
	Address *address `json:"address,omitempty" jsonschema:"where to send the bill"`
}

type meal string

func (meal) Choices() []string { return []string{"lunch", "dinner"} }

type address struct {
	Street string `json:"street" jsonschema:"street and number"`
	Town   string `json:"town,omitempty" jsonschema:"town"`
}

type booked struct {
	Got booking `json:"got"`
}

func echo() tools.Tool {
	return tools.DefineRead("echo", "Gives back what it was given.", func(_ context.Context, b booking) (booked, error) {
		return booked{b}, nil
	})
}

func TestSchemaIsTheStruct(t *testing.T) {
	var got bytes.Buffer
	if err := json.Indent(&got, echo().Schema, "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteString("\n")
	const file = "testdata/booking.schema.json"
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("%s differs (run with -update when that is meant):\n%s", file, got.String())
	}
}

func TestArgumentsThatFitArrive(t *testing.T) {
	tests := []struct{ name, args, want string }{
		{"All", `{"phone":"+39 1","meal":"lunch","guests":4,"wishes":["a","b"],"deposit":12.5,"address":{"street":"Via 1"}}`,
			`{"phone":"+39 1","meal":"lunch","guests":4,"wishes":["a","b"],"deposit":12.5,"address":{"street":"Via 1"}}`},
		{"OnlyTheRequired", `{"phone":"1","meal":"dinner"}`, `{"phone":"1","meal":"dinner"}`},
		{"NullForAbsent", `{"phone":"1","meal":"dinner","guests":null,"deposit":null,"address":{"street":"x","town":null}}`,
			`{"phone":"1","meal":"dinner","address":{"street":"x"}}`},
		{"AWholeNumberWithAPoint", `{"phone":"1","meal":"lunch","guests":3.0}`, `{"phone":"1","meal":"lunch","guests":3}`},
		{"ALargeNumberKeepsItsDigits", `{"phone":"1","meal":"lunch","guests":9007199254740993}`, `{"phone":"1","meal":"lunch","guests":9007199254740993}`},
		{"OfTwoTheLastAsAWhole", `{"phone":"1","meal":"lunch","address":{"street":"a","town":"b"},"address":{"street":"c"}}`,
			`{"phone":"1","meal":"lunch","address":{"street":"c"}}`},
		{"WordsThatLookLikeMarkup", `{"phone":"<b>&","meal":"lunch"}`, `{"phone":"<b>&","meal":"lunch"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := echo().Run(t.Context(), json.RawMessage(tt.args))
			if err != nil {
				t.Fatal(err)
			}
			if want := `{"got":` + tt.want + `}`; got.Output != want || got.Proposal != nil {
				t.Errorf("got  %s (%v)\nwant %s", got.Output, got.Proposal, want)
			}
		})
	}
}

func TestArgumentsThatDoNotFitComeBackInWords(t *testing.T) {
	tests := []struct {
		name, args string
		words      []string
	}{
		{"Misspelt", `{"phne":"+39 333","meal":"lunch"}`, []string{
			`unknown argument "phne"`, `argument "phone" is missing`,
			`Its arguments are: phone (string, required): phone in E.164 form, meal (one of lunch|dinner, required): which meal, guests (integer): how many come`}},
		{"OtherLetters", `{"Phone":"1","phone":"1","meal":"lunch"}`, []string{`unknown argument "Phone"`}},
		{"Empty", `{}`, []string{`"phone" is missing`, `"meal" is missing`}},
		{"Nothing", ``, []string{`"phone" is missing`}},
		{"Null", `null`, []string{`"phone" is missing`}},
		{"NullForARequired", `{"phone":null,"meal":"lunch"}`, []string{`"phone" must be string`}},
		{"WrongType", `{"phone":393331234567,"meal":"lunch"}`, []string{`"phone" must be string`}},
		{"TextForANumber", `{"phone":"1","meal":"lunch","guests":"4"}`, []string{`"guests" must be integer`}},
		{"Fraction", `{"phone":"1","meal":"lunch","guests":2.5}`, []string{`"guests" must be integer`}},
		{"NotOneOfTheChoices", `{"phone":"1","meal":"brunch"}`, []string{`"meal" must be one of lunch|dinner`}},
		{"NotAList", `{"phone":"1","meal":"lunch","wishes":"a"}`, []string{`"wishes" must be list of string`}},
		{"NullInAList", `{"phone":"1","meal":"lunch","wishes":[null]}`, []string{`"wishes" must be list of string`}},
		{"DeepInside", `{"phone":"1","meal":"lunch","address":{"street":"x","zip":"1"}}`, []string{`"address" must be object with street (string, required), town (string)`}},
		{"NumberTooLargeForTheField", `{"phone":"1","meal":"lunch","guests":1e30}`, []string{`"guests" holds a value`}},
		{"NumberTooLargeForAnything", `{"phone":"1","meal":"lunch","deposit":1e999}`, []string{"number is too large"}},
		{"AList", `["+39"]`, []string{"not a JSON object"}},
		{"AText", `"+39"`, []string{"not a JSON object"}},
		{"Broken", `{"phone":`, []string{"not a JSON object"}},
		{"Prose", `Sure! {"phone":"1"}`, []string{"not a JSON object"}},
		{"Two", `{"phone":"1","meal":"lunch"}{"phone":"2","meal":"lunch"}`, []string{"something follows"}},
		{"Endless", `{"phone":"` + strings.Repeat("1", 70_000) + `"}`, []string{"too long"}},
		{"Deep", strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000), []string{`unknown argument "a"`}},
		{"Bottomless", `{"wishes":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}", []string{"not a JSON object"}},
		{"ANameOfAnyLength", `{"` + strings.Repeat("n", 5000) + `":1,"phone":"1","meal":"lunch"}`, []string{"nnn…"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			called := false
			tool := tools.DefineRead("book", "Books.", func(context.Context, booking) (string, error) {
				called = true
				return "", nil
			})
			got, err := tool.Run(t.Context(), json.RawMessage(tt.args))
			var misfit *tools.ArgsError
			if !errors.As(err, &misfit) || !errors.Is(err, fault.Invalid) || called || got.Output != "" {
				t.Fatalf("got %+v, %v; called: %v", got, err, called)
			}
			if fault.Say(err) != misfit.Words() || len(misfit.Words()) > 2000 {
				t.Errorf("the model hears %q", fault.Say(err))
			}
			for _, want := range tt.words {
				if !strings.Contains(misfit.Words(), want) {
					t.Errorf("lacks %s\nin %s", want, misfit.Words())
				}
			}
		})
	}
}

// Whatever a model sends: the tool is called with what was judged, or the model hears why not; nothing breaks.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{`{"phone":"1","meal":"lunch","guests":3}`, `{"phone":1}`, `[]`, ``, `{"address":{"street":null}}`, `{"deposit":1e308}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, args []byte) {
		got, err := echo().Run(t.Context(), args)
		var misfit *tools.ArgsError
		if err != nil && !errors.As(err, &misfit) {
			t.Fatal(err)
		}
		if err == nil && !json.Valid([]byte(got.Output)) {
			t.Fatalf("%q gives %q", args, got.Output)
		}
		echo().Trace(args, []tools.Span{{Origin: tools.FromClient, Text: string(args)}})
	})
}

func TestErrorsForTheLogHoldNothingOfTheArguments(t *testing.T) {
	for _, args := range []string{`{"+393331234567":1}`, `{"phone":393331234567,"meal":"+393331234567"}`} {
		_, err := echo().Run(t.Context(), json.RawMessage(args))
		if err == nil || strings.Contains(err.Error(), "39333") {
			t.Error(err)
		}
	}
}

func TestAPanicIsAnErrorWithWords(t *testing.T) {
	tests := []struct {
		name, want string
		panics     func()
	}{
		{"OfTheRuntime", "index out of range", func() { _ = []int{}[len(os.Args)] }},
		{"OfAnything", "panic: string", func() { panic("call Anna +393331234567") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tool := tools.DefineRead("break", "Breaks.", func(context.Context, struct{}) (string, error) {
				tt.panics()
				return "fine", nil
			})
			got, err := tool.Run(t.Context(), nil)
			var broken *tools.PanicError
			if !errors.As(err, &broken) || !errors.Is(err, fault.Internal) || got.Output != "" {
				t.Fatalf("got %+v, %v", got, err)
			}
			if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "Anna") {
				t.Errorf("the log reads %q", err)
			}
			if !strings.Contains(fault.Say(err), "broke") || !strings.Contains(string(broken.Stack), "tool_test.go") {
				t.Errorf("says %q, stack %s", fault.Say(err), broken.Stack)
			}
		})
	}
}

func TestWhatAToolSaysReachesTheModel(t *testing.T) {
	tool := tools.DefineRead("find", "Finds.", func(context.Context, struct{}) (string, error) {
		return "", fault.New(fault.NotFound, "There is no such restaurant.")
	})
	_, err := tool.Run(t.Context(), json.RawMessage("{}"))
	if !errors.Is(err, fault.NotFound) || fault.Say(err) != "There is no such restaurant." {
		t.Errorf("got %v, says %q", err, fault.Say(err))
	}
}

func TestAProposalIsHandedOverAndNotDone(t *testing.T) {
	got, err := proposing(tools.NewProposal("profile_change", map[string]string{"hours": "12-15\n"}, "Hours:\n12-15 \u202eneeo\x07")).Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if p := got.Proposal; p == nil || p.Kind != "profile_change" || string(p.Payload) != `{"hours":"12-15\n"}` || p.Show != "Hours: 12-15 neeo" {
		t.Errorf("proposal %+v", p)
	}
	want := `{"proposed":"Hours: 12-15 neeo","state":"waits for a manager's approval, together with your reply; nothing is changed yet"}`
	if got.Output != want {
		t.Errorf("the model reads %s", got.Output)
	}
}

func TestAProposalNobodyCouldDecideIsRefused(t *testing.T) {
	tests := []struct {
		name string
		p    tools.Proposal
		kind fault.Kind
	}{
		{"NoKind", tools.Proposal{Payload: json.RawMessage(`{}`), Show: "x"}, fault.Internal},
		{"NoPayload", tools.Proposal{Kind: "k", Show: "x"}, fault.Internal},
		{"APayloadThatIsNoObject", tools.Proposal{Kind: "k", Payload: json.RawMessage(` ["a"]`), Show: "x"}, fault.Internal},
		{"BrokenPayload", tools.Proposal{Kind: "k", Payload: json.RawMessage(`{"a"`), Show: "x"}, fault.Internal},
		{"NothingToShow", tools.Proposal{Kind: "k", Payload: json.RawMessage(`{}`), Show: " \n\u200e"}, fault.Internal},
		{"TooLongToShow", tools.Proposal{Kind: "k", Payload: json.RawMessage(`{}`), Show: strings.Repeat("é", 1001)}, fault.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := proposing(tt.p, nil).Run(t.Context(), nil)
			if err == nil || fault.KindOf(err) != tt.kind || got.Proposal != nil {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func proposing(p tools.Proposal, err error) tools.Tool {
	return tools.DefinePropose("propose", "Proposes.", func(context.Context, struct{}) (tools.Proposal, error) { return p, err })
}

func TestAToolThatCannotBeMadeIsNotRun(t *testing.T) {
	type hidden struct{ Inner []*struct{ P tools.Proposal } }
	tests := []struct {
		name, want string
		tool       tools.Tool
	}{
		{"OnlyALiteral", "make it with", tools.Tool{Name: "x", Description: "x", Effect: tools.Read}},
		{"AReadThatProposes", "use DefinePropose", tools.DefineRead("x", "x", func(context.Context, struct{}) (tools.Proposal, error) { return tools.Proposal{}, nil })},
		{"AReadThatProposesDeepInside", "use DefinePropose", tools.DefineRead("x", "x", func(context.Context, struct{}) (hidden, error) { return hidden{}, nil })},
		{"ArgumentsThatAreNoStruct", "not a struct", tools.DefineRead("x", "x", func(context.Context, string) (string, error) { return "", nil })},
		{"ArgumentsThatAreNoJSON", "schema", tools.DefineRead("x", "x", func(context.Context, struct{ F func() }) (string, error) { return "", nil })},
		{"AnArgumentWithoutWords", `"name" has no description`, tools.DefineRead("x", "x", func(context.Context, struct {
			Name string `json:"name"`
		}) (string, error) {
			return "", nil
		})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := tt.tool.Run(t.Context(), json.RawMessage(`{}`)); err == nil {
				t.Errorf("ran: %+v", got)
			}
			if _, err := tools.NewRegistry(tt.tool); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the registry says %v", err)
			}
		})
	}
}

func TestRegistryNamesEveryFault(t *testing.T) {
	named := func(name, description string) tools.Tool {
		return tools.DefineRead(name, description, func(context.Context, struct{}) (string, error) { return "", nil })
	}
	third := named("third", "x")
	third.Effect = "send"
	_, err := tools.NewRegistry(named("a", "x"), named("a", "y"), named("B-1", " "), named(strings.Repeat("n", 65), "x"), named("", "x"), third)
	if err == nil {
		t.Fatal("taken for sound")
	}
	for _, want := range []string{`two are called "a"`, `"B-1": its name`, `"B-1": it has no description`, `nnn": its name`, `"": its name`, `its effect is "send"; there are only read and propose`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not named: %s\n%v", want, err)
		}
	}
}

func TestRegistryPicksByName(t *testing.T) {
	r, err := tools.NewRegistry(echo(), proposing(tools.Proposal{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	picked, err := r.Pick([]string{"propose", "echo"})
	if err != nil || len(picked) != 2 || picked[0].Name != "propose" || picked[1].Name != "echo" {
		t.Errorf("picked %v, %v", picked, err)
	}
	if _, err = r.Pick([]string{"echo", "send", "publish"}); err == nil || err.Error() != "tools: no send, publish; there are: echo, propose" {
		t.Errorf("got %v", err)
	}
	if got := r.Missing([]string{"echo", "send"}); !slices.Equal(got, []string{"send"}) {
		t.Errorf("missing %v", got)
	}
}
