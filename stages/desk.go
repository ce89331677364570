package stages

import (
	"errors"
	"time"
)

// DeskData is what the model is told about the manager who speaks to it.
type DeskData struct {
	Manager    string
	Decides    bool
	Restaurant string    // the topic's; empty: none
	Now        time.Time // in the agency's zone
	Zone       string
}

// Desk is the system text for a manager's question or wish.
func (p *Prompts) Desk(data DeskData) (string, error) { return p.execute("desk.md", data) }

func (p *Prompts) tryDesk() error {
	_, empty := p.Desk(DeskData{})
	_, full := p.Desk(DeskData{Manager: "Marta", Decides: true, Restaurant: "Trattoria Bella", Now: time.Unix(0, 0), Zone: "Europe/Rome"})
	return errors.Join(empty, full)
}

// DeskReads and DeskProposes are the tools of a manager's turn; whoever may not decide has the first only.
func DeskReads() []string {
	return []string{"desk_find_restaurant", "desk_show_restaurant", "desk_recent_chats", "desk_read_chat", "desk_waiting", "desk_who_waits", "desk_pace", "pay_prices", "desk_profile_read",
		"desk_crm_find_task", "desk_crm_show_task",
		"desk_rules_list", "desk_images_search", "desk_images_choose"}
}

func DeskProposes() []string {
	return []string{"desk_write", "desk_connect_link", "desk_move_stage", "desk_profile_propose", "desk_remind", "desk_payment_link", "desk_posts_write",
		"desk_crm_comment", "desk_crm_create_task", "desk_crm_link", "desk_crm_move_task",
		"desk_rules_propose", "desk_rules_retire"}
}
