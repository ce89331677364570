package actor

import (
	"fmt"
	"strings"
)

// connectionLink is heard when a manager wants a client to get the link for connecting their pages.
var connectionLink = wanted(`\b(?:send|give|schick\w*|gib|manda\w*|invia\w*|env[ií]a\w*|m[aá]nda\w*)\s+(?P<who>(?:an |a |ad |to )?[^,:?]{1,40}?)\s+(?:the |a |den |einen |il |un |el |the new |a new |den neuen |il nuovo |el nuevo )?(?:(?:link|enlace)\s+(?:to connect|for connecting|for the connection|zum verbinden|per (?:collegar\w*|il collegamento)|para conectar\w*|de conexi[oó]n)|(?:connection|connect|facebook|instagram|verbindungs)[- ]?link)`)

// connectionLink reads the chat first, for the language, and then proposes the link with a few words around it.
func (a *assistant) connectionLink(said map[string]string) Reply {
	who := a.who(said)
	switch {
	case who == "":
		return a.say("who")
	case !a.has("desk_connect_link"):
		return a.say("may_not")
	}
	return a.use("desk_read_chat", map[string]any{"who": who}, func(chat map[string]any) Reply {
		first, _, _ := strings.Cut(str(chat, "who"), " ")
		text := fmt.Sprintf(map[language]string{
			english: "Hi %s, with this link you connect your Facebook page and your Instagram account with us. It takes two minutes; log in with the account that manages the page, and leave all the boxes ticked.",
			german:  "Hallo %s, mit diesem Link verbindest du eure Facebook-Seite und euer Instagram-Konto mit uns. Es dauert zwei Minuten; melde dich mit dem Konto an, das die Seite verwaltet, und lass alle Häkchen gesetzt.",
			italian: "Ciao %s, con questo link colleghi la pagina Facebook e l'account Instagram con noi. Ci vogliono due minuti: accedi con l'account che gestisce la pagina e lascia tutte le caselle selezionate.",
			spanish: "Hola %s, con este enlace conectas la página de Facebook y la cuenta de Instagram con nosotros. Son dos minutos: entra con la cuenta que administra la página y deja todas las casillas marcadas.",
			russian: "Здравствуйте, %s! По этой ссылке вы подключаете страницу Facebook и аккаунт Instagram. Это займёт две минуты; войдите в аккаунт, который управляет страницей, и оставьте все галочки.",
		}[a.tongueOf(chat)], first)
		return a.use("desk_connect_link", map[string]any{"to": who, "text": text}, func(map[string]any) Reply { return a.say("proposed") })
	})
}
