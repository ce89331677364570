package console_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/console"
	"marketa/sandbox/console/consoletest"
	"marketa/sandbox/meta"
	"marketa/sandbox/planfix"
	"marketa/sandbox/props"
)

// around gives the bundle a restaurant with a feed, a payment that is awaited, and a task.
func (b *bundle) around() (crm *planfix.Sim, task int) {
	b.t.Helper()
	insta := meta.New(meta.Config{Clock: b.clock})
	b.t.Cleanup(insta.Close)
	insta.AddInstagram(meta.Instagram{ID: "17841", Username: "trattoria.uno"})
	for i, name := range []string{"cake.jpg", "pasta.jpg", "terrace.jpg", "wine.jpg"} {
		file, _ := props.File(name)
		if err := insta.AddPast("17841", "127.0.0.1:1", time.Duration(4-i)*24*time.Hour, file, "The "+name, "A photo of "+name); err != nil {
			b.t.Fatal(err)
		}
	}
	crm = planfix.New(planfix.Config{Clock: b.clock})
	b.t.Cleanup(crm.Close)
	task = crm.AddTask("Trattoria Uno – social media", nil)
	b.config.Outside = console.Outside{Meta: insta, Planfix: crm, Places: func(context.Context) ([]console.Place, error) {
		return []console.Place{{Name: "Café Nord", Stage: "lead"}, {Name: "Trattoria Uno", Stage: "first_approvals", Instagram: "17841", InstagramName: "trattoria.uno", Facebook: "4711", PageName: "Trattoria Uno",
			Connection: "active", Paying: "waits to be paid", PayAmount: "99.00 EUR a month", PayLink: "http://127.0.0.1:1/pay", Task: task}}, nil
	}}
	return crm, task
}

func TestTheWorldAroundTheChatsIsShownAndACRMTaskCanBeMovedAndWrittenUnder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	crm, task := b.around()
	p := b.show(consoletest.Laptop)
	p.Click("#outside")
	p.Waits("the feed", `document.querySelectorAll("[data-pane=outside] [data-post] img").length === 4 && [...document.querySelectorAll("[data-post] img")].every(i => i.naturalWidth > 0)`)
	p.Waits("the payment", `document.querySelector("[data-pay] a")?.target === "_blank"`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-outside.png"))

	p.Waits("the status moves", `(() => { const s = document.querySelector("[data-move]"); if (s.value === "1") { s.value = "2"; s.dispatchEvent(new Event("change")); } return document.querySelector("[data-crm]").textContent.includes("New → In work"); })()`)
	p.Waits("something typed", `(document.querySelector("[data-composer=planfix]").value = "Call <b>Anna</b> & ask", true)`)
	crmSays(t, crm, task, "") // what changes meanwhile leaves the typed words alone
	if err := crm.Write(task, "A colleague was faster"); err != nil {
		t.Fatal(err)
	}
	p.Waits("the colleague's words", `document.querySelector("[data-crm]").textContent.includes("was faster")`)
	p.Click("[data-send=planfix]")
	p.Waits("the comment", `document.querySelector("[data-crm]").textContent.includes("Call <b>Anna</b> & ask")`)
	crmSays(t, crm, task, "Call &lt;b&gt;Anna&lt;/b&gt; &amp; ask")

	p.WriteAs(jonas)
	p.Waits("the other restaurant", `document.querySelector("[data-crm]").textContent.includes("No task is linked")`)
	p.Click("#outside")
	p.Waits("the column to go", `document.querySelector("[data-pane=outside]").offsetParent === null`)
}

func crmSays(t *testing.T, crm *planfix.Sim, task int, words string) {
	t.Helper()
	v, _ := crm.Task(task)
	if v.Status != "In work" || words != "" && !strings.Contains(fmt.Sprint(v.Comments), words) {
		t.Errorf("the CRM has %+v", v)
	}
}

func TestPhonesHaveATabForTheWorldAroundTheChats(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.around()
	p := b.show(consoletest.Phone)
	p.Click("[data-tab-button=outside]")
	p.Waits("the feed", `[...document.querySelectorAll("[data-pane=outside] [data-post] img")].filter(i => i.naturalWidth > 0).length === 4`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "phone-outside.png"))
	p.Waits("nothing to stand out of the window", `document.documentElement.scrollWidth <= innerWidth`)
}
