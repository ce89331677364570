package pages

import (
	"fmt"
	"strings"

	"marketa/tools/connect"
)

// words are what the buttons and scenes of connecting say in one language. %[1]s is the restaurant, %[2]s the page, %[3]s the
// Instagram account, %[4]s the last day of the link.
type words struct {
	goOn, again, look, facebookOnly, choose, noInstagram string

	scenes map[connect.Scene]said
	scopes map[string]string
	other  string // a permission without words of its own
}

type said struct {
	mark, title   string
	lines, points []string
	after         []string
}

// sheetOf is a scene in the client's language.
func sheetOf(v connect.View) Sheet {
	w := wordsOf(v.Language)
	x := w.scenes[v.Scene]
	if v.Scene == connect.Done && v.Instagram == "" {
		x = w.scenes[doneWithoutIG]
	}
	if v.Scene == connect.Used && v.Page == "" {
		x = w.scenes[usedUp]
	}
	fill := func(all []string) (out []string) {
		for _, s := range all {
			out = append(out, filled(s, v))
		}
		return out
	}
	s := Sheet{Language: v.Language, Mark: x.mark, Title: filled(x.title, v), Lines: fill(x.lines), Points: fill(x.points), After: fill(x.after)}
	if v.Scene == connect.Declined {
		for _, scope := range v.Missing {
			what, known := w.scopes[scope]
			if !known {
				what = w.other
			}
			s.Points = append(s.Points, what)
		}
	}
	return s
}

const (
	doneWithoutIG connect.Scene = "done_without_instagram"
	usedUp        connect.Scene = "used_up" // and what it connected is gone
)

func filled(s string, v connect.View) string {
	if !strings.Contains(s, "%") {
		return s
	}
	return fmt.Sprintf(s, v.Restaurant, v.Page, v.Instagram, v.Until)
}

func wordsOf(code string) words {
	switch Known(code) {
	case "it":
		return italian()
	case "de":
		return german()
	case "es":
		return spanish()
	}
	return english()
}

func english() words {
	return words{goOn: "Continue to Facebook", again: "Try again", look: "I have done that: look again", facebookOnly: "Go on with Facebook only", choose: "Connect this page", noInstagram: "no Instagram account",
		other: "a permission that we need",
		scopes: map[string]string{"pages_show_list": "Show the list of your pages", "pages_read_engagement": "Read the content of your page", "pages_manage_posts": "Create and manage content on your page",
			"instagram_basic": "Access the profile and posts of your Instagram account", "instagram_content_publish": "Publish on your Instagram account"},
		scenes: map[connect.Scene]said{
			connect.Ask: {"🔗", "Connect %[1]s with Facebook and Instagram", []string{"Marketa looks after the social media of %[1]s and asks for your permission. Facebook opens next: log in with the account that manages your page, and leave all the boxes ticked."},
				[]string{"We see your Facebook page and its Instagram account, and how many people your posts reach.", "We publish posts and answer comments there. You see every post in WhatsApp first.", "We never see your password or your private messages, and we spend no money."},
				[]string{"You can take the permission back at any time, in Facebook's settings under “Business integrations”.", "This link is personal: please do not pass it on. It works until %[4]s."}},
			connect.Choose:      {"🔗", "Which page belongs to %[1]s?", []string{"You manage several pages. Please choose the one that we look after."}, nil, nil},
			connect.Done:        {"✅", "Done. Thank you!", []string{"%[1]s is connected: the Facebook page “%[2]s” and @%[3]s on Instagram.", "You can close this page and go back to WhatsApp."}, nil, nil},
			doneWithoutIG:       {"✅", "Done. Thank you!", []string{"%[1]s is connected: the Facebook page “%[2]s”. It has no Instagram account, so we publish on Facebook only.", "You can close this page and go back to WhatsApp."}, nil, nil},
			connect.Used:        {"✅", "This link has done its work", []string{"%[1]s is connected: the Facebook page “%[2]s”. There is nothing left to do here.", "Did you want to connect another page? Write to us in WhatsApp and we send you a new link."}, nil, nil},
			usedUp:              {"🔗", "This link was used already", []string{"Every link works once. Write to us in WhatsApp and we send you a new one."}, nil, nil},
			connect.Expired:     {"⌛", "This link is too old", []string{"For your safety our links work for a few days only. Write to us in WhatsApp and we send you a new one."}, nil, nil},
			connect.Late:        {"⌛", "That took too long", []string{"For your safety the way to Facebook is open for a few minutes only. Please open the link in WhatsApp once more."}, nil, nil},
			connect.Replayed:    {"🔗", "This step is behind you already", []string{"The page was opened a second time. If you did not get to “Done”, please open the link in WhatsApp once more."}, nil, nil},
			connect.Elsewhere:   {"🔗", "Please stay in one browser", []string{"You came back in another browser than the one you began in, so we stopped, for your safety. Nothing was connected.", "Please open the link in WhatsApp once more. If Facebook's app opens, log in at facebook.com in the same browser first."}, nil, nil},
			connect.Often:       {"⚠️", "Too many tries", []string{"This link was tried very often. Write to us in WhatsApp: we send you a new one and help you."}, nil, nil},
			connect.Cancelled:   {"🔗", "Nothing was connected", []string{"Cancel was pressed at Facebook. You can try again whenever you like; ask us in WhatsApp if anything is unclear."}, nil, nil},
			connect.Lost:        {"⚠️", "Facebook did not finish", []string{"The connection broke off on the way back from Facebook. Nothing was changed. Please try again."}, nil, nil},
			connect.Away:        {"⏳", "Facebook does not answer right now", []string{"Nothing was changed. Please try again in a few minutes."}, nil, nil},
			connect.Declined:    {"⚠️", "Something was left out", []string{"Without these permissions we cannot publish for %[1]s. Please try again and leave them ticked:"}, nil, nil},
			connect.NoPages:     {"⚠️", "We see no Facebook page", []string{"No page was shared with us. One of these helps:"}, []string{"At Facebook, tick the page of %[1]s (“Select all”), and try again.", "Log in with the account that manages the page. Is that somebody else? Pass the link on to them.", "Is there no page yet? Create one at facebook.com/pages/create, then open the link once more."}, nil},
			connect.NoInstagram: {"⚠️", "“%[2]s” has no Instagram account", []string{"Your page and your Instagram account are not linked with each other yet. Here is how:"}, []string{"In the Instagram app: your profile, Edit profile, Page, Connect an existing page, “%[2]s”.", "It must be a business or creator account: Settings, Account type.", "Then come back here."}, nil},
			connect.Personal:    {"⚠️", "Your Instagram account is a private one", []string{"Instagram lets us publish on business and creator accounts only. It is free and takes a minute:"}, []string{"In the Instagram app: Settings, Account type, Switch to professional account, Business.", "Link it with the page “%[2]s”.", "Then come back here."}, nil},
			connect.NoRole:      {"⚠️", "You may not publish on “%[2]s”", []string{"Your Facebook account has a role on this page that does not include publishing. Connecting again does not help by itself:"}, []string{"Whoever has full control of the page gives you that right: page settings, Page access.", "Or that person opens the link and connects the page."}, nil},
		}}
}

func italian() words {
	return words{goOn: "Continua su Facebook", again: "Riprova", look: "Fatto: controlla di nuovo", facebookOnly: "Continua solo con Facebook", choose: "Collega questa pagina", noInstagram: "nessun account Instagram",
		other: "un permesso che ci serve",
		scopes: map[string]string{"pages_show_list": "Mostrare l'elenco delle tue pagine", "pages_read_engagement": "Leggere i contenuti della tua pagina", "pages_manage_posts": "Creare e gestire contenuti sulla tua pagina",
			"instagram_basic": "Accedere al profilo e ai post del tuo account Instagram", "instagram_content_publish": "Pubblicare sul tuo account Instagram"},
		scenes: map[connect.Scene]said{
			connect.Ask: {"🔗", "Collega %[1]s con Facebook e Instagram", []string{"Marketa cura i social di %[1]s e ti chiede il permesso. Ora si apre Facebook: accedi con l'account che gestisce la pagina e lascia tutte le caselle selezionate."},
				[]string{"Vediamo la tua pagina Facebook, il suo account Instagram e quante persone raggiungono i post.", "Pubblichiamo i post e rispondiamo ai commenti. Ogni post lo vedi prima su WhatsApp.", "Non vediamo mai la tua password né i messaggi privati, e non spendiamo soldi."},
				[]string{"Puoi togliere il permesso quando vuoi, nelle impostazioni di Facebook alla voce «Integrazioni aziendali».", "Questo link è personale: non inoltrarlo. Vale fino al %[4]s."}},
			connect.Choose:      {"🔗", "Qual è la pagina di %[1]s?", []string{"Gestisci più pagine. Scegli quella che curiamo noi."}, nil, nil},
			connect.Done:        {"✅", "Fatto. Grazie!", []string{"%[1]s è collegato: la pagina Facebook «%[2]s» e @%[3]s su Instagram.", "Puoi chiudere questa pagina e tornare su WhatsApp."}, nil, nil},
			doneWithoutIG:       {"✅", "Fatto. Grazie!", []string{"%[1]s è collegato: la pagina Facebook «%[2]s». Non ha un account Instagram, quindi pubblichiamo solo su Facebook.", "Puoi chiudere questa pagina e tornare su WhatsApp."}, nil, nil},
			connect.Used:        {"✅", "Questo link ha già fatto il suo lavoro", []string{"%[1]s è collegato: la pagina Facebook «%[2]s». Qui non c'è altro da fare.", "Volevi collegare un'altra pagina? Scrivici su WhatsApp e ti mandiamo un nuovo link."}, nil, nil},
			usedUp:              {"🔗", "Questo link è già stato usato", []string{"Ogni link vale una volta. Scrivici su WhatsApp e te ne mandiamo uno nuovo."}, nil, nil},
			connect.Expired:     {"⌛", "Questo link è scaduto", []string{"Per la tua sicurezza i nostri link valgono solo pochi giorni. Scrivici su WhatsApp e te ne mandiamo uno nuovo."}, nil, nil},
			connect.Late:        {"⌛", "È passato troppo tempo", []string{"Per la tua sicurezza la strada verso Facebook resta aperta solo pochi minuti. Apri di nuovo il link su WhatsApp."}, nil, nil},
			connect.Replayed:    {"🔗", "Questo passo è già fatto", []string{"La pagina è stata aperta una seconda volta. Se non sei arrivato a «Fatto», apri di nuovo il link su WhatsApp."}, nil, nil},
			connect.Elsewhere:   {"🔗", "Resta nello stesso browser", []string{"Sei tornato in un browser diverso da quello in cui hai iniziato, quindi per sicurezza ci siamo fermati. Non è stato collegato nulla.", "Apri di nuovo il link su WhatsApp. Se si apre l'app di Facebook, accedi prima a facebook.com nello stesso browser."}, nil, nil},
			connect.Often:       {"⚠️", "Troppi tentativi", []string{"Questo link è stato provato molte volte. Scrivici su WhatsApp: te ne mandiamo uno nuovo e ti aiutiamo."}, nil, nil},
			connect.Cancelled:   {"🔗", "Non è stato collegato nulla", []string{"Su Facebook è stato premuto Annulla. Puoi riprovare quando vuoi; se qualcosa non è chiaro, chiedici su WhatsApp."}, nil, nil},
			connect.Lost:        {"⚠️", "Facebook non ha finito", []string{"Il collegamento si è interrotto al ritorno da Facebook. Non è cambiato nulla. Riprova."}, nil, nil},
			connect.Away:        {"⏳", "Facebook in questo momento non risponde", []string{"Non è cambiato nulla. Riprova tra qualche minuto."}, nil, nil},
			connect.Declined:    {"⚠️", "Manca qualcosa", []string{"Senza questi permessi non possiamo pubblicare per %[1]s. Riprova e lasciali selezionati:"}, nil, nil},
			connect.NoPages:     {"⚠️", "Non vediamo nessuna pagina Facebook", []string{"Nessuna pagina è stata condivisa con noi. Prova così:"}, []string{"Su Facebook seleziona la pagina di %[1]s («Seleziona tutto») e riprova.", "Accedi con l'account che gestisce la pagina. È un'altra persona? Passale il link.", "La pagina non esiste ancora? Creala su facebook.com/pages/create, poi apri di nuovo il link."}, nil},
			connect.NoInstagram: {"⚠️", "«%[2]s» non ha un account Instagram", []string{"La tua pagina e il tuo account Instagram non sono ancora collegati tra loro. Si fa così:"}, []string{"Nell'app di Instagram: il tuo profilo, Modifica profilo, Pagina, Collega una pagina esistente, «%[2]s».", "Deve essere un account business o creator: Impostazioni, Tipo di account.", "Poi torna qui."}, nil},
			connect.Personal:    {"⚠️", "Il tuo account Instagram è personale", []string{"Instagram ci lascia pubblicare solo su account business e creator. È gratis e ci vuole un minuto:"}, []string{"Nell'app di Instagram: Impostazioni, Tipo di account, Passa a un account professionale, Business.", "Collegalo con la pagina «%[2]s».", "Poi torna qui."}, nil},
			connect.NoRole:      {"⚠️", "Non puoi pubblicare su «%[2]s»", []string{"Il tuo account Facebook ha su questa pagina un ruolo che non comprende la pubblicazione. Ricollegarsi da solo non basta:"}, []string{"Chi ha il controllo completo della pagina ti dà questo diritto: impostazioni della pagina, Accesso alla Pagina.", "Oppure quella persona apre il link e collega la pagina."}, nil},
		}}
}

func german() words {
	return words{goOn: "Weiter zu Facebook", again: "Noch einmal versuchen", look: "Erledigt: noch einmal nachsehen", facebookOnly: "Nur mit Facebook weitermachen", choose: "Diese Seite verbinden", noInstagram: "kein Instagram-Konto",
		other: "eine Berechtigung, die wir brauchen",
		scopes: map[string]string{"pages_show_list": "Die Liste deiner Seiten anzeigen", "pages_read_engagement": "Die Inhalte deiner Seite lesen", "pages_manage_posts": "Inhalte auf deiner Seite erstellen und verwalten",
			"instagram_basic": "Auf Profil und Beiträge deines Instagram-Kontos zugreifen", "instagram_content_publish": "Auf deinem Instagram-Konto veröffentlichen"},
		scenes: map[connect.Scene]said{
			connect.Ask: {"🔗", "%[1]s mit Facebook und Instagram verbinden", []string{"Marketa betreut die sozialen Medien von %[1]s und bittet dich um die Erlaubnis. Als Nächstes öffnet sich Facebook: Melde dich mit dem Konto an, das eure Seite verwaltet, und lass alle Häkchen gesetzt."},
				[]string{"Wir sehen eure Facebook-Seite und ihr Instagram-Konto und wie viele Menschen die Beiträge erreichen.", "Wir veröffentlichen Beiträge und beantworten Kommentare. Jeden Beitrag seht ihr vorher in WhatsApp.", "Wir sehen nie dein Passwort oder private Nachrichten, und wir geben kein Geld aus."},
				[]string{"Du kannst die Erlaubnis jederzeit zurücknehmen, in den Einstellungen von Facebook unter „Business-Integrationen“.", "Dieser Link ist persönlich: bitte nicht weitergeben. Er gilt bis %[4]s."}},
			connect.Choose:      {"🔗", "Welche Seite gehört zu %[1]s?", []string{"Du verwaltest mehrere Seiten. Bitte wähle die aus, die wir betreuen."}, nil, nil},
			connect.Done:        {"✅", "Fertig. Danke!", []string{"%[1]s ist verbunden: die Facebook-Seite „%[2]s“ und @%[3]s auf Instagram.", "Du kannst diese Seite schließen und zu WhatsApp zurückgehen."}, nil, nil},
			doneWithoutIG:       {"✅", "Fertig. Danke!", []string{"%[1]s ist verbunden: die Facebook-Seite „%[2]s“. Sie hat kein Instagram-Konto, also veröffentlichen wir nur auf Facebook.", "Du kannst diese Seite schließen und zu WhatsApp zurückgehen."}, nil, nil},
			connect.Used:        {"✅", "Dieser Link hat seine Arbeit getan", []string{"%[1]s ist verbunden: die Facebook-Seite „%[2]s“. Hier ist nichts mehr zu tun.", "Wolltest du eine andere Seite verbinden? Schreib uns in WhatsApp, dann schicken wir dir einen neuen Link."}, nil, nil},
			usedUp:              {"🔗", "Dieser Link wurde schon benutzt", []string{"Jeder Link gilt einmal. Schreib uns in WhatsApp, dann schicken wir dir einen neuen."}, nil, nil},
			connect.Expired:     {"⌛", "Dieser Link ist zu alt", []string{"Zu deiner Sicherheit gelten unsere Links nur ein paar Tage. Schreib uns in WhatsApp, dann schicken wir dir einen neuen."}, nil, nil},
			connect.Late:        {"⌛", "Das hat zu lange gedauert", []string{"Zu deiner Sicherheit ist der Weg zu Facebook nur ein paar Minuten offen. Bitte öffne den Link in WhatsApp noch einmal."}, nil, nil},
			connect.Replayed:    {"🔗", "Dieser Schritt liegt schon hinter dir", []string{"Die Seite wurde ein zweites Mal geöffnet. Falls du nicht bis „Fertig“ gekommen bist, öffne den Link in WhatsApp noch einmal."}, nil, nil},
			connect.Elsewhere:   {"🔗", "Bitte bleib in einem Browser", []string{"Du bist in einem anderen Browser zurückgekommen, als du angefangen hast. Zu deiner Sicherheit haben wir angehalten; es wurde nichts verbunden.", "Bitte öffne den Link in WhatsApp noch einmal. Wenn sich die Facebook-App öffnet, melde dich zuerst im selben Browser auf facebook.com an."}, nil, nil},
			connect.Often:       {"⚠️", "Zu viele Versuche", []string{"Dieser Link wurde sehr oft versucht. Schreib uns in WhatsApp: Wir schicken dir einen neuen und helfen dir."}, nil, nil},
			connect.Cancelled:   {"🔗", "Es wurde nichts verbunden", []string{"Bei Facebook wurde Abbrechen gedrückt. Du kannst es jederzeit noch einmal versuchen; frag uns in WhatsApp, wenn etwas unklar ist."}, nil, nil},
			connect.Lost:        {"⚠️", "Facebook ist nicht fertig geworden", []string{"Die Verbindung ist auf dem Rückweg von Facebook abgebrochen. Es wurde nichts geändert. Bitte versuch es noch einmal."}, nil, nil},
			connect.Away:        {"⏳", "Facebook antwortet gerade nicht", []string{"Es wurde nichts geändert. Bitte versuch es in ein paar Minuten noch einmal."}, nil, nil},
			connect.Declined:    {"⚠️", "Es fehlt noch etwas", []string{"Ohne diese Berechtigungen können wir für %[1]s nichts veröffentlichen. Bitte versuch es noch einmal und lass sie angehakt:"}, nil, nil},
			connect.NoPages:     {"⚠️", "Wir sehen keine Facebook-Seite", []string{"Es wurde keine Seite mit uns geteilt. Eines davon hilft:"}, []string{"Setze bei Facebook das Häkchen bei der Seite von %[1]s („Alle auswählen“) und versuch es noch einmal.", "Melde dich mit dem Konto an, das die Seite verwaltet. Ist das jemand anderes? Gib den Link an diese Person weiter.", "Gibt es noch keine Seite? Erstelle eine auf facebook.com/pages/create und öffne dann den Link noch einmal."}, nil},
			connect.NoInstagram: {"⚠️", "„%[2]s“ hat kein Instagram-Konto", []string{"Deine Seite und dein Instagram-Konto sind noch nicht miteinander verknüpft. So geht es:"}, []string{"In der Instagram-App: dein Profil, Profil bearbeiten, Seite, Bestehende Seite verbinden, „%[2]s“.", "Es muss ein Business- oder Creator-Konto sein: Einstellungen, Kontotyp.", "Dann komm hierher zurück."}, nil},
			connect.Personal:    {"⚠️", "Dein Instagram-Konto ist ein privates", []string{"Instagram lässt uns nur auf Business- und Creator-Konten veröffentlichen. Das kostet nichts und dauert eine Minute:"}, []string{"In der Instagram-App: Einstellungen, Kontotyp, Zu professionellem Konto wechseln, Business.", "Verknüpfe es mit der Seite „%[2]s“.", "Dann komm hierher zurück."}, nil},
			connect.NoRole:      {"⚠️", "Du darfst auf „%[2]s“ nicht veröffentlichen", []string{"Dein Facebook-Konto hat auf dieser Seite eine Rolle, zu der das Veröffentlichen nicht gehört. Neu verbinden allein hilft nicht:"}, []string{"Wer die volle Kontrolle über die Seite hat, gibt dir dieses Recht: Seiteneinstellungen, Seitenzugriff.", "Oder diese Person öffnet den Link und verbindet die Seite."}, nil},
		}}
}

func spanish() words {
	return words{goOn: "Continuar a Facebook", again: "Intentar de nuevo", look: "Hecho: comprobar de nuevo", facebookOnly: "Seguir solo con Facebook", choose: "Conectar esta página", noInstagram: "sin cuenta de Instagram",
		other: "un permiso que necesitamos",
		scopes: map[string]string{"pages_show_list": "Mostrar la lista de tus páginas", "pages_read_engagement": "Leer el contenido de tu página", "pages_manage_posts": "Crear y administrar contenido en tu página",
			"instagram_basic": "Acceder al perfil y a las publicaciones de tu cuenta de Instagram", "instagram_content_publish": "Publicar en tu cuenta de Instagram"},
		scenes: map[connect.Scene]said{
			connect.Ask: {"🔗", "Conectar %[1]s con Facebook e Instagram", []string{"Marketa cuida las redes sociales de %[1]s y te pide permiso. Ahora se abre Facebook: entra con la cuenta que administra la página y deja todas las casillas marcadas."},
				[]string{"Vemos tu página de Facebook, su cuenta de Instagram y a cuántas personas llegan las publicaciones.", "Publicamos y respondemos a los comentarios. Cada publicación la ves antes en WhatsApp.", "Nunca vemos tu contraseña ni tus mensajes privados, y no gastamos dinero."},
				[]string{"Puedes retirar el permiso cuando quieras, en los ajustes de Facebook, en «Integraciones comerciales».", "Este enlace es personal: no lo reenvíes. Sirve hasta el %[4]s."}},
			connect.Choose:      {"🔗", "¿Cuál es la página de %[1]s?", []string{"Administras varias páginas. Elige la que cuidamos nosotros."}, nil, nil},
			connect.Done:        {"✅", "Listo. ¡Gracias!", []string{"%[1]s está conectado: la página de Facebook «%[2]s» y @%[3]s en Instagram.", "Puedes cerrar esta página y volver a WhatsApp."}, nil, nil},
			doneWithoutIG:       {"✅", "Listo. ¡Gracias!", []string{"%[1]s está conectado: la página de Facebook «%[2]s». No tiene cuenta de Instagram, así que publicamos solo en Facebook.", "Puedes cerrar esta página y volver a WhatsApp."}, nil, nil},
			connect.Used:        {"✅", "Este enlace ya ha hecho su trabajo", []string{"%[1]s está conectado: la página de Facebook «%[2]s». Aquí no queda nada por hacer.", "¿Querías conectar otra página? Escríbenos por WhatsApp y te mandamos un enlace nuevo."}, nil, nil},
			usedUp:              {"🔗", "Este enlace ya se ha usado", []string{"Cada enlace sirve una vez. Escríbenos por WhatsApp y te mandamos uno nuevo."}, nil, nil},
			connect.Expired:     {"⌛", "Este enlace ha caducado", []string{"Por tu seguridad, nuestros enlaces sirven solo unos días. Escríbenos por WhatsApp y te mandamos uno nuevo."}, nil, nil},
			connect.Late:        {"⌛", "Ha pasado demasiado tiempo", []string{"Por tu seguridad, el camino a Facebook está abierto solo unos minutos. Abre otra vez el enlace en WhatsApp."}, nil, nil},
			connect.Replayed:    {"🔗", "Este paso ya está hecho", []string{"La página se ha abierto por segunda vez. Si no llegaste a «Listo», abre otra vez el enlace en WhatsApp."}, nil, nil},
			connect.Elsewhere:   {"🔗", "Quédate en el mismo navegador", []string{"Has vuelto en un navegador distinto de aquel en el que empezaste, así que por seguridad hemos parado. No se ha conectado nada.", "Abre otra vez el enlace en WhatsApp. Si se abre la app de Facebook, entra primero en facebook.com en el mismo navegador."}, nil, nil},
			connect.Often:       {"⚠️", "Demasiados intentos", []string{"Este enlace se ha intentado muchas veces. Escríbenos por WhatsApp: te mandamos uno nuevo y te ayudamos."}, nil, nil},
			connect.Cancelled:   {"🔗", "No se ha conectado nada", []string{"En Facebook se pulsó Cancelar. Puedes intentarlo de nuevo cuando quieras; si algo no está claro, pregúntanos por WhatsApp."}, nil, nil},
			connect.Lost:        {"⚠️", "Facebook no ha terminado", []string{"La conexión se cortó al volver de Facebook. No ha cambiado nada. Inténtalo de nuevo."}, nil, nil},
			connect.Away:        {"⏳", "Facebook no responde en este momento", []string{"No ha cambiado nada. Inténtalo de nuevo dentro de unos minutos."}, nil, nil},
			connect.Declined:    {"⚠️", "Falta algo", []string{"Sin estos permisos no podemos publicar para %[1]s. Inténtalo de nuevo y déjalos marcados:"}, nil, nil},
			connect.NoPages:     {"⚠️", "No vemos ninguna página de Facebook", []string{"No se ha compartido ninguna página con nosotros. Prueba así:"}, []string{"En Facebook, marca la página de %[1]s («Seleccionar todo») e inténtalo de nuevo.", "Entra con la cuenta que administra la página. ¿Es otra persona? Pásale el enlace.", "¿Todavía no hay página? Créala en facebook.com/pages/create y abre otra vez el enlace."}, nil},
			connect.NoInstagram: {"⚠️", "«%[2]s» no tiene cuenta de Instagram", []string{"Tu página y tu cuenta de Instagram todavía no están vinculadas. Se hace así:"}, []string{"En la app de Instagram: tu perfil, Editar perfil, Página, Conectar una página existente, «%[2]s».", "Tiene que ser una cuenta de empresa o de creador: Configuración, Tipo de cuenta.", "Después vuelve aquí."}, nil},
			connect.Personal:    {"⚠️", "Tu cuenta de Instagram es personal", []string{"Instagram solo nos deja publicar en cuentas de empresa o de creador. Es gratis y se tarda un minuto:"}, []string{"En la app de Instagram: Configuración, Tipo de cuenta, Cambiar a cuenta profesional, Empresa.", "Vincúlala con la página «%[2]s».", "Después vuelve aquí."}, nil},
			connect.NoRole:      {"⚠️", "No puedes publicar en «%[2]s»", []string{"Tu cuenta de Facebook tiene en esta página un rol que no incluye publicar. Conectar otra vez no basta:"}, []string{"Quien tiene el control total de la página te da ese derecho: configuración de la página, Acceso a la página.", "O esa persona abre el enlace y conecta la página."}, nil},
		}}
}
