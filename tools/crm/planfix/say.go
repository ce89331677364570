package planfix

import (
	"fmt"
	"net/http"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

// Say is what a manager reads, with what to do. It gives away nothing of what was sent.
func (e *Error) Say() string {
	switch {
	case e.invalid:
		return "This cannot go to Planfix as it is: a task number or a text is missing. Check the number and write it again."
	case e.foreign:
		return "Planfix answered with other tasks than the one we looked for, so no task was made. Check in the settings which Planfix field holds our reference."
	case e.Sent == rest.NotSent:
		return "Planfix cannot be reached; nothing was changed there. We try again by ourselves."
	}
	switch e.Outcome() {
	case Wait:
		return e.sayWait()
	case Blocked:
		return e.sayBlocked()
	case Carried:
		return "Planfix already has a contact with this e-mail. Search for it there and use that one."
	case Unknown:
		return "Planfix gave no clear answer, so it is not known whether this was done. Look into Planfix before doing it by hand."
	}
	return e.sayRefused()
}

func (e *Error) sayWait() string {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return "Planfix asks for a pause because of too many requests. Nothing was changed; we try again by ourselves."
	case e.coded && e.Code == 22:
		return "Today's limit of requests of the Planfix plan is used up. We try again every hour; a larger plan raises the limit."
	default:
		return "Planfix does not answer at the moment. Nothing was changed; we try again by ourselves."
	}
}

func (e *Error) sayBlocked() string {
	switch e.Code {
	case 1, 2:
		return "Planfix does not accept our token. Make a new one in Planfix (Account management, Integrations, REST API) and put it into the settings."
	case 5:
		return "The Planfix token lacks a right that is needed here. Give it the rights for tasks, contacts, comments and files in Planfix."
	case 6:
		return "The employee of the Planfix token may not do this or not see this task. Give them access in Planfix."
	case 10, 11:
		return "Planfix has locked the account. Ask the account's owner to write to Planfix's support."
	case 16:
		return "The employee of the Planfix token is switched off. Switch them on in Planfix or make a token for another one."
	case 20, 21:
		return "The Planfix account is unpaid or on the free plan, which has no access for programs. Ask the account's owner to pay for a plan."
	case 23:
		return "The Planfix plan has no room for more contacts. Remove some there or choose a larger plan."
	default:
		return "Planfix does not let us in. Check the address and the token of Planfix in the settings."
	}
}

func (e *Error) sayRefused() string {
	if id := e.RequiredField(); id > 0 {
		return fmt.Sprintf("Planfix wants its field %d filled before it takes a task. Ask the Planfix admin to make that field optional.", id)
	}
	switch e.Code {
	case 1000:
		return "Planfix does not have this task, or we may not see it. Check the task's number."
	case 2000:
		return "Planfix does not have this contact, or we may not see it. Check the contact's number."
	case 5000:
		return "This comment is not in Planfix any more."
	case 7000:
		return "This file is not in Planfix any more. Send it once more."
	case 7002:
		return "The file is too large for Planfix. Send a smaller one."
	case 2003, 2004:
		return "Planfix wants a valid e-mail for this contact. Check how it is written."
	case 2006:
		return "Planfix wants a name for this contact. Add one."
	}
	if e.Missing() {
		return "Planfix does not know what was asked for. Check the number and the address of Planfix in the settings."
	}
	return "Planfix refused this. Nothing was changed; the log has the reason."
}

func (e *Error) kind() fault.Kind {
	switch {
	case e.invalid:
		return fault.Invalid
	case e.Missing():
		return fault.NotFound
	case e.Status == http.StatusTooManyRequests, e.coded && e.Code == 22:
		return fault.RateLimited
	}
	switch e.Outcome() {
	case Wait, Unknown:
		return fault.Unavailable
	case Blocked:
		return fault.Denied
	case Carried:
		return fault.Conflict
	default:
		return fault.Invalid
	}
}
