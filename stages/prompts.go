package stages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"time"
	"unicode"
)

//go:embed prompts/*.md
var promptFiles embed.FS

// Prompts are the texts for the model, parsed and tried.
type Prompts struct {
	templates *template.Template
	version   string
}

// ReplyData is what the model is told about the restaurant it writes to. Values may come from outside: each is put on
// one line and cut, so that none can open a section of its own.
type ReplyData struct {
	Stage     Stage
	Name      string
	Languages []string  // as the record has them (it, en); empty: not known yet
	Now       time.Time // in the restaurant's zone; zero: not told
	Facts     []Fact
	Missing   []Need // what the stage still waits for
}

// Asks are those of Missing that a client can be asked for, by key.
func (d ReplyData) Asks() (out []Fact) {
	for _, n := range d.Missing {
		if n.Ask != "" {
			out = append(out, Fact{n.Key, n.Ask})
		}
	}
	return out
}

// Fact is one line of the restaurant's profile.
type Fact struct{ Field, Value string }

// TriageData is what the question "does this need an answer at all?" depends on.
type TriageData struct {
	Stage     Stage
	Name      string
	Languages []string
}

// TranslateData names the language to translate into: its English name and its code (German, de).
type TranslateData struct{ Name, Code string }

// Load parses every prompt and executes it once for every stage, with full and with empty data; it checks the lives and
// the policies, too. A bad text or table fails at start, with every fault named, and not in front of a client.
func Load() (*Prompts, error) {
	files, err := fs.Sub(promptFiles, "prompts")
	if err != nil {
		return nil, fmt.Errorf("stages: prompts: %w", err)
	}
	faults := []error{checkPolicies(Policies())}
	for _, l := range lives() {
		faults = append(faults, l.check())
	}
	prompts, err := load(files)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return prompts, nil
}

// Reply is the system text for a reply to the client. It fails for a stage that nobody knows.
func (p *Prompts) Reply(data ReplyData) (string, error) {
	policy, err := PolicyFor(data.Stage)
	if err != nil {
		return "", err
	}
	guidance, err := p.execute(goalFile(data.Stage), data)
	if err != nil {
		return "", err
	}
	return p.execute("reply.md", struct {
		ReplyData
		Goal, Guidance string
	}{data, policy.Goal, guidance})
}

// Triage is the system text for deciding whether an answer is needed. The model returns {"answer": bool, "why": "…"}.
func (p *Prompts) Triage(data TriageData) (string, error) {
	policy, err := PolicyFor(data.Stage)
	if err != nil {
		return "", err
	}
	return p.execute("triage.md", struct {
		TriageData
		Goal string
	}{data, policy.Goal})
}

// Translate is the system text for a translation. The model returns {"client": ["…"], "draft": "…"}.
func (p *Prompts) Translate(data TranslateData) (string, error) {
	return p.execute("translate.md", data)
}

// Transcribe is the system text for writing down what is said in a sound.
func (p *Prompts) Transcribe() (string, error) { return p.execute("transcribe.md", nil) }

// Look is the system text for writing down what stands in a picture.
func (p *Prompts) Look() (string, error) { return p.execute("look.md", nil) }

// Version names the prompt texts, so that what managers did to drafts can be compared between versions.
func (p *Prompts) Version() string { return p.version }

func goalFile(s Stage) string { return "goal_" + string(s) + ".md" }

func load(files fs.FS) (*Prompts, error) {
	parsed, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"line": line, "field": field, "list": list, "when": when,
	}).ParseFS(files, "*.md")
	if err != nil {
		return nil, fmt.Errorf("stages: prompts: %w", err)
	}
	version, err := versionOf(files)
	if err != nil {
		return nil, fmt.Errorf("stages: prompts: %w", err)
	}
	p := &Prompts{templates: parsed, version: version}
	return p, errors.Join(p.strays(), p.try())
}

// try executes everything that can be asked for later.
func (p *Prompts) try() error {
	_, err := p.Translate(TranslateData{"German", "de"})
	_, deaf := p.Transcribe()
	_, blind := p.Look()
	faults := append(p.tryGroup(), err, deaf, blind, p.tryDesk(), p.tryPhotoRules(), p.tryCaption())
	for _, stage := range Client.States() {
		full := ReplyData{stage, "Trattoria Bella", []string{"it", "en"}, time.Unix(0, 0), []Fact{{"hours", "12-15"}}, []Need{{Key: "languages", Ask: "the languages of their guests"}}}
		for _, data := range []ReplyData{{Stage: stage}, full} {
			_, replyErr := p.Reply(data)
			_, triageErr := p.Triage(TriageData{data.Stage, data.Name, data.Languages})
			faults = append(faults, replyErr, triageErr)
		}
	}
	return errors.Join(faults...)
}

// strays are goals of stages that do not exist: most likely a misspelt one.
func (p *Prompts) strays() error {
	known := map[string]bool{"reply.md": true, "triage.md": true, "translate.md": true, "desk.md": true, "transcribe.md": true, "look.md": true, "group.md": true, "group_triage.md": true, "fits.md": true, "photo_rules.md": true, "photo_choice.md": true, "photo_query.md": true, "caption.md": true}
	for _, s := range Client.States() {
		known[goalFile(s)] = true
	}
	var faults []error
	for _, t := range p.templates.Templates() {
		if !known[t.Name()] {
			faults = append(faults, fmt.Errorf("stages: prompts: %s belongs to no stage", t.Name()))
		}
	}
	return errors.Join(faults...)
}

func (p *Prompts) execute(name string, data any) (string, error) {
	var out strings.Builder
	if err := p.templates.ExecuteTemplate(&out, name, data); err != nil {
		return "", fmt.Errorf("stages: prompts: %w", err)
	}
	text := strings.TrimSpace(out.String())
	if text == "" {
		return "", fmt.Errorf("stages: prompts: %s is empty", name)
	}
	return text, nil
}

func versionOf(files fs.FS) (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		fmt.Fprintf(hash, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)[:6]), err
}

const longestValue = 600 // characters of one value in a prompt

// line puts a value from outside on one line: no line break, no control or invisible character survives.
func line(value string) string {
	value = strings.Join(strings.FieldsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	}), " ")
	if runes := []rune(value); len(runes) > longestValue {
		return string(runes[:longestValue]) + "…"
	}
	return value
}

// field is the name of a fact, one word; it cannot pass for one of the lines that we write ourselves.
func field(name string) string {
	name = strings.ReplaceAll(strings.ReplaceAll(line(name), " ", "_"), ":", "_")
	switch name {
	case "name", "stage", "languages", "now":
		return "profile_" + name
	}
	return name
}

func list(values []string) string {
	if len(values) == 0 {
		return "not known yet"
	}
	return line(strings.Join(values, ", "))
}

func when(t time.Time) string { return t.Format("Monday 2 January 2006, 15:04") }
