package telegram

import (
	"fmt"
	"regexp"
	"slices"
)

// Command is one entry of the menu behind the "/".
type Command struct {
	Command     string `json:"command"`
	Description string `json:"description"`
}

type commandSet struct {
	scope    commandScope
	language string
	commands []Command
}

// commandScope: https://core.telegram.org/bots/api#botcommandscope
type commandScope struct {
	Type   string `json:"type"`
	ChatID int64  `json:"chat_id"`
	UserID int64  `json:"user_id"`
}

// Commands lists every command that setMyCommands announced, in any scope and language, each once.
func (s *Sim) Commands() []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Command
	for _, set := range s.commands {
		for _, c := range set.commands {
			if !slices.ContainsFunc(out, func(o Command) bool { return o.Command == c.Command }) {
				out = append(out, c)
			}
		}
	}
	return out
}

// CommandsFor lists what the menu shows this person in this chat: the narrowest scope that has commands, in the
// person's language or else in none. https://core.telegram.org/bots/api#determining-list-of-commands
func (s *Sim) CommandsFor(userID, chatID int64) []Command {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, p := s.chats[chatID], s.users[userID]
	if c == nil || p == nil {
		return nil
	}
	for _, scope := range scopesFor(c, userID) {
		for _, language := range []string{p.Language[:min(2, len(p.Language))], ""} {
			if set := s.lockedSet(scope, language); set != nil {
				return slices.Clone(set.commands)
			}
		}
	}
	return nil
}

func scopesFor(c *chat, userID int64) []commandScope {
	if c.kind == "private" {
		return []commandScope{{Type: "chat", ChatID: c.id}, {Type: "all_private_chats"}, {Type: "default"}}
	}
	scopes := []commandScope{{Type: "chat_member", ChatID: c.id, UserID: userID}}
	owner := len(c.members) > 0 && c.members[0] == userID
	if owner {
		scopes = append(scopes, commandScope{Type: "chat_administrators", ChatID: c.id})
	}
	scopes = append(scopes, commandScope{Type: "chat", ChatID: c.id})
	if owner {
		scopes = append(scopes, commandScope{Type: "all_chat_administrators"})
	}
	return append(scopes, commandScope{Type: "all_group_chats"}, commandScope{Type: "default"})
}

func (s *Sim) lockedSet(scope commandScope, language string) *commandSet {
	for i := range s.commands {
		if s.commands[i].scope == scope && s.commands[i].language == language {
			return &s.commands[i]
		}
	}
	return nil
}

var commandName = regexp.MustCompile(`^/?[a-z0-9_]+$`)

// setMyCommands: https://core.telegram.org/bots/api#setmycommands. An empty list deletes the scope's commands.
func (s *Sim) setMyCommands(p params) (any, error) {
	var all []Command
	if raw := p.text("commands"); raw != "" && decode(raw, &all) != nil {
		return nil, bad("can't parse commands JSON object")
	}
	scope, err := s.lockedScope(p)
	if err != nil {
		return nil, err
	}
	if len(all) > 100 {
		return nil, bad("BOT_COMMANDS_TOO_MUCH")
	}
	for i := range all {
		if err := all[i].check(); err != nil {
			return nil, err
		}
	}
	s.lockedForget(scope, p.text("language_code"))
	if len(all) > 0 {
		s.commands = append(s.commands, commandSet{scope, p.text("language_code"), all})
	}
	s.lockedChanged()
	return true, nil
}

func (c *Command) check() error {
	if c.Command != "" && c.Command[0] == '/' {
		c.Command = c.Command[1:]
	}
	switch {
	case c.Command == "":
		return bad("command must be non-empty")
	case len(c.Command) > 32:
		return bad("command length must not exceed 32")
	case !commandName.MatchString(c.Command):
		return bad("BOT_COMMAND_INVALID")
	case c.Description == "":
		return bad("command description must be non-empty")
	case length(c.Description) > 256:
		return bad("command description length must not exceed 256")
	}
	return nil
}

// lockedScope reads a scope; one that names a chat needs a chat in which the bot is.
func (s *Sim) lockedScope(p params) (commandScope, error) {
	raw := p.text("scope")
	if raw == "" {
		return commandScope{Type: "default"}, nil
	}
	var scope commandScope
	if decode(raw, &scope) != nil {
		return scope, bad("can't parse BotCommandScope JSON object")
	}
	switch scope.Type {
	case "default", "all_private_chats", "all_group_chats", "all_chat_administrators":
		return commandScope{Type: scope.Type}, nil
	case "chat", "chat_administrators", "chat_member":
		where := params{values: map[string]string{"chat_id": fmt.Sprint(scope.ChatID)}}
		_, err := s.lockedChat(where, toRead)
		return scope, err
	}
	return scope, bad("can't parse BotCommandScope: Unsupported type specified")
}

func (s *Sim) lockedForget(scope commandScope, language string) {
	s.commands = slices.DeleteFunc(s.commands, func(c commandSet) bool { return c.scope == scope && c.language == language })
}

// getMyCommands: https://core.telegram.org/bots/api#getmycommands
func (s *Sim) getMyCommands(p params) (any, error) {
	scope, err := s.lockedScope(p)
	if err != nil {
		return nil, err
	}
	if set := s.lockedSet(scope, p.text("language_code")); set != nil {
		return set.commands, nil
	}
	return []Command{}, nil
}

// deleteMyCommands: https://core.telegram.org/bots/api#deletemycommands
func (s *Sim) deleteMyCommands(p params) (any, error) {
	scope, err := s.lockedScope(p)
	if err != nil {
		return nil, err
	}
	s.lockedForget(scope, p.text("language_code"))
	s.lockedChanged()
	return true, nil
}
