package stages

import "strings"

// GroupData is what a prompt says about a group. Names come from outside, like all values of a prompt.
type GroupData struct {
	Title  string
	Roster []string // who is in it beside us
	All    bool     // also words that are meant for nobody by name come to us
}

// Group is what is added to a reply's system text in a group.
func (p *Prompts) Group(data GroupData) (string, error) { return p.execute("group.md", data) }

// GroupTriage is what is added to triage in a group. The model returns {"answer": bool, "private": bool, "why": "…"}.
func (p *Prompts) GroupTriage(data GroupData) (string, error) {
	return p.execute("group_triage.md", data)
}

// Fits is the system text for the question whether a draft that waits is still good after what was said since. The model
// returns {"fits": bool, "why": "…"}.
func (p *Prompts) Fits() (string, error) { return p.execute("fits.md", nil) }

func (p *Prompts) tryGroup() (faults []error) {
	for _, data := range []GroupData{{}, {"Trattoria Bella", []string{"Anna", "Luca"}, true}} {
		_, replyErr := p.Group(data)
		_, triageErr := p.GroupTriage(data)
		faults = append(faults, replyErr, triageErr)
	}
	_, err := p.Fits()
	return append(faults, err)
}

// privateFields are parts of the names of facts that not everybody in a group may read.
var privateFields = []string{"invoice", "billing", "bank", "iban", "vat", "tax", "payment", "fee", "contract", "salary", "wage", "discount", "debt", "email", "birth", "private", "personal", "home",
	"fattur", "pagament", "contratt", "stipend", "rechnung", "zahlung", "vertrag", "gehalt", "factura", "pago", "contrato", "sueldo", "salario"}

// PrivateField says that a fact of this name never enters a group's prompt.
func PrivateField(name string) bool {
	name = strings.ToLower(name)
	for _, part := range privateFields {
		if strings.Contains(name, part) {
			return true
		}
	}
	return false
}
