package main_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// floors says which floor a package stands on; it imports only floors below its own. A star stands for every folder in
// its place that has no line of its own. A new package gets its line here, with what it knows.
var floors = map[string]float64{
	".": 7, // how the parts fit

	"webhooks":       6,   // routes, signatures, limits
	"webhooks/pages": 5.5, // what the few pages look like

	"agent":         5, // one turn
	"bots/whatsapp": 5, // the client's chat
	"bots/telegram": 5, // the managers' chat

	"tools/*": 4, // one capability each

	"tools/images/gallery": 4,   // what stands in a restaurant's pictures
	"tools/images/rules":   4,   // what may be shown
	"tools/images/choose":  3.7, // the one picture for a post
	"tools/images/search":  3.5, // finding pictures

	"tools":           3, // what a tool is
	"store/storetest": 3, // a clean database per test
	"sandbox":         3, // starting the simulators

	"agent/llm/llmtest":           3, // the suite that every adapter runs
	"sandbox/console/consoletest": 3, // the console in a real browser
	"tools/toolstest":             4, // an agent without every capability

	"sandbox/console": 2.5, // the browser view of the simulated chats

	"store":               2, // nouns and SQL
	"agent/llm/openai":    2, // one vendor's wire each
	"agent/llm/gemini":    2,
	"bots/whatsapp/whapi": 2,
	"tools/publish/meta":  2,
	"tools/images/vertex": 2,
	"tools/crm/planfix":   2,

	"stages":           1, // lifecycle and policy
	"agent/llm":        1, // the model contract
	"internal/rest":    1, // HTTP calls
	"internal/files":   1, // where bytes lie
	"internal/render":  1, // the picture that is published
	"internal/seal":    1, // secrets at rest
	"store/migrations": 1,
	"store/embedded":   1, // a private server
	"sandbox/*":        1, // one vendor simulated each

	"tools/payments/stripe": 2, // one vendor's wire

	"internal/fault":    0, // errors
	"internal/opening":  0, // when a place is open
	"internal/language": 0, // which language a text is in
	"sandbox/wire":      0, // what simulators share
	"sandbox/props":     0, // what people in the sandbox send
	"sandbox/actor":     0, // the offline model
}

const module = "marketa"

func TestImportsPointDownward(t *testing.T) {
	for _, fault := range brokenFloors(t, os.DirFS(".")) {
		t.Error(fault)
	}
}

func TestBrokenFloorsAreSeen(t *testing.T) {
	tests := []struct{ name, file, imports, want string }{
		{"Down", "agent/turn.go", "marketa/store", ""},
		{"FromTheTopToTheBottom", "app.go", "marketa/internal/fault", ""},
		{"Up", "store/chat.go", "marketa/agent", "store (floor 2) imports agent (floor 5)"},
		{"Sideways", "bots/telegram/card.go", "marketa/bots/whatsapp", "bots/telegram (floor 5) imports bots/whatsapp (floor 5)"},
		{"ToASiblingCapability", "tools/crm/find.go", "marketa/tools/profile", "tools/crm (floor 4) imports tools/profile (floor 4)"},
		{"ToASiblingSimulator", "sandbox/whapi/send.go", "marketa/sandbox/telegram", "sandbox/whapi (floor 1) imports sandbox/telegram (floor 1)"},
		{"ToTheRoot", "agent/turn.go", "marketa", "agent (floor 5) imports . (floor 7)"},
		{"UnderABuildTag", "store/chat_windows.go", "marketa/agent", "store (floor 2) imports agent"},
		{"UpInATest", "store/chat_test.go", "marketa/agent", ""},
		{"UpInAPackageForTests", "store/storetest/new.go", "marketa/agent", ""},
		{"ATestPackageInTheProduct", "agent/turn.go", "marketa/store/storetest", "only tests and packages for tests import store/storetest"},
		{"ATestPackageInATest", "agent/turn_test.go", "marketa/store/storetest", ""},
		{"ASimulatorInTheProduct", "bots/whatsapp/deliver.go", "marketa/sandbox/whapi", "only main and tests import sandbox/whapi"},
		{"ASimulatorInATest", "bots/whatsapp/deliver_test.go", "marketa/sandbox/whapi", ""},
		{"ASimulatorInMain", "app.go", "marketa/sandbox", ""},
		{"ASimulatorThatLearnsFromTheClient", "sandbox/start.go", "marketa/bots/whatsapp/whapi", "sandbox imports bots/whatsapp/whapi: a simulator shares nothing with the product"},
		{"ASimulatorOnItsTools", "sandbox/console/page.go", "marketa/sandbox/wire", ""},
		{"ASimulatorWithOurErrors", "sandbox/whapi/send.go", "marketa/internal/fault", ""},
		{"AnUnknownPackage", "utils/strings.go", "fmt", `utils stands on no floor: give it a line in "floors"`},
		{"AnUnknownPackageBelowAKnownOne", "tools/crm/nobody/task.go", "fmt", "tools/crm/nobody stands on no floor"},
		{"AnUnknownPackageOfTests", "dialogues/run_test.go", "marketa/agent", "dialogues stands on no floor"},
		{"AnImportOfNothing", "agent/turn.go", "marketa/memory", "agent imports memory, which stands on no floor"},
		{"AnotherModule", "agent/turn.go", "marketant/agent", ""},
		{"TestdataIsNotOurs", "agent/testdata/x.go", "marketa/nowhere", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := fmt.Sprintf("//go:build never\n\npackage x\n\nimport _ %q\n", tt.imports)
			expect(t, brokenFloors(t, fstest.MapFS{tt.file: {Data: []byte(source)}}), tt.want)
		})
	}
}

func TestInitIsSeen(t *testing.T) {
	tests := []struct{ name, file, body, want string }{
		{"InTheProduct", "agent/turn.go", "func init() {}", "agent/turn.go:3 has an init()"},
		{"InATest", "agent/turn_test.go", "func init() {}", ""},
		{"AMethodOfThatName", "agent/turn.go", "type t int\n\nfunc (t) init() {}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			source := "package x\n\n" + tt.body + "\n"
			expect(t, brokenFloors(t, fstest.MapFS{tt.file: {Data: []byte(source)}}), tt.want)
		})
	}
}

func expect(t *testing.T, faults []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("refused: %v", faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0], want)):
		t.Errorf("got %q, want one with %q", faults, want)
	}
}

// brokenFloors names everything in a tree that breaks the floors. It reads the files itself: the answer of go list is
// kept by the test cache and leaves out what other build tags bring.
func brokenFloors(t *testing.T, tree fs.FS) []string {
	t.Helper()
	var faults []string
	unplaced := map[string]bool{}
	err := fs.WalkDir(tree, ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && notOurs(file):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(file) != ".go":
			return nil
		}
		pkg := path.Dir(file)
		if _, placed := floorOf(pkg); !placed {
			if !unplaced[pkg] {
				faults = append(faults, pkg+` stands on no floor: give it a line in "floors" (floors_test.go)`)
			}
			unplaced[pkg] = true
			return nil
		}
		broken, err := brokenFile(tree, file)
		faults = append(faults, broken...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return faults
}

func notOurs(folder string) bool {
	base := path.Base(folder)
	return base == "testdata" || folder != "." && strings.HasPrefix(base, ".")
}

func brokenFile(tree fs.FS, file string) ([]string, error) {
	source, err := fs.ReadFile(tree, file)
	if err != nil {
		return nil, err
	}
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var faults []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, err
		}
		if to, ours := within(imported); ours {
			faults = append(faults, brokenArrow(file, to)...)
		}
	}
	for _, decl := range parsed.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" && !forTests(file) {
			faults = append(faults, fmt.Sprintf("%s:%d has an init(): build it in app.go, where the order can be read",
				file, positions.Position(f.Pos()).Line))
		}
	}
	return faults, nil
}

// brokenArrow says why this file must not import that package.
func brokenArrow(file, to string) []string {
	from := path.Dir(file)
	below, placed := floorOf(to)
	above, _ := floorOf(from)
	switch {
	case !placed:
		return []string{fmt.Sprintf(`%s: %s imports %s, which stands on no floor: give it a line in "floors" (floors_test.go)`, file, from, to)}
	case forTests(file):
		return nil
	case forTests(to + "/"):
		return []string{fmt.Sprintf("%s: only tests and packages for tests import %s: it brings what production must not have", file, to)}
	case simulated(to) && !simulated(from) && from != ".":
		return []string{fmt.Sprintf("%s: only main and tests import %s: the product must not know that its vendors may be simulated", file, to)}
	case simulated(from) && !simulated(to) && to != "internal/fault":
		return []string{fmt.Sprintf("%s: %s imports %s: a simulator shares nothing with the product, or one misreading of a vendor would hide in both", file, from, to)}
	case below >= above:
		return []string{fmt.Sprintf("%s: %s (floor %v) imports %s (floor %v): imports point down only; siblings meet in rows and jobs, "+
			"or what both need moves to a floor below", file, from, above, to, below)}
	}
	return nil
}

func within(imported string) (pkg string, ours bool) {
	if imported == module {
		return ".", true
	}
	return strings.CutPrefix(imported, module+"/")
}

func floorOf(pkg string) (float64, bool) {
	if floor, ok := floors[pkg]; ok {
		return floor, true
	}
	floor, ok := floors[path.Dir(pkg)+"/*"]
	return floor, ok
}

// forTests says that a file belongs to tests or to a package for tests (storetest).
func forTests(file string) bool {
	return strings.HasSuffix(file, "_test.go") || strings.HasSuffix(path.Dir(file), "test")
}

func simulated(pkg string) bool { return pkg == "sandbox" || strings.HasPrefix(pkg, "sandbox/") }
