package sandbox

import (
	"net/http"

	"marketa/sandbox/planfix"
)

// PlanfixField is the custom field of the simulated account that holds our reference.
const PlanfixField = 1201

// crm puts what every account has into the simulated CRM: whom the token acts as, and our field.
func (w *World) crm() {
	w.Planfix.AddToken(w.PlanfixToken)
	w.Planfix.AddField(planfix.Field{ID: PlanfixField, Name: "Platform id"})
}

// hookCRM is the scenario that an admin of the account has set up: it calls the platform about everything.
func (w *World) hookCRM(base string) {
	_ = w.Planfix.AddScenario(planfix.Scenario{Event: "*", URL: base + "/webhooks/planfix",
		Header: map[string]string{http.CanonicalHeaderKey("x-crm-token"): w.CRMToken, "Content-Type": "application/json"}})
}

// CRMTask is a restaurant's in the CRM, and what was said last under it. The zero value: it has none.
type CRMTask struct {
	ID, StatusID, Said int
	Name, Status       string
}

// tasks are the seeded restaurants' in the CRM, and one of a place that nobody here knows yet; by name.
func (w *World) tasks() map[string]CRMTask {
	const inWork = 2
	made := map[string]CRMTask{}
	for _, t := range []struct {
		name, words string
		status      int
	}{
		{"Trattoria Demo", "Three posts a week, the owner answers quickly.", inWork},
		{"Café Beispiel", "Instagram is disconnected since yesterday, wait for the owner.", inWork},
		{"Taberna Ejemplo", "Invoice 2026-014 is overdue.", inWork},
		{"Casa Prueba", "They have called from a fair and want an offer.", 1},
	} {
		id := w.Planfix.AddTask(t.name+" – social media", nil)
		_ = w.Planfix.Write(id, t.words)
		if t.status != 1 {
			_ = w.Planfix.Move(id, t.status)
		}
		task, _ := w.Planfix.Task(id)
		made[t.name] = CRMTask{ID: id, Name: task.Name, StatusID: task.StatusID, Status: task.Status, Said: task.Comments[len(task.Comments)-1].ID}
	}
	return made
}
