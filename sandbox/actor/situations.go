package actor

import (
	"regexp"
	"slices"
	"strings"
)

// situation is something that restaurants write about and that deserves words of its own, rather than words put together
// from act and topic.
type situation struct {
	name  string
	act   act            // what it counts as: decides whether a tool or the people are needed
	topic topic          // empty: as the words say
	heard *regexp.Regexp // in all languages at once
	grave bool           // nothing else is asked in the same breath
}

func heardAs(parts ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)` + strings.Join(parts, `|`))
}

// situations in order: the first that is heard counts.
var situations = []situation{
	{"hacked", complains, access, heardAs(`\bhack|hakk|gehackt|geklaut.*(insta|account|konto)|rubato.*(profilo|account|instagram)|robado.*(cuenta|perfil|instagram)|account.*stolen`), true},
	{"password", wishes, access, heardAs(`(password|passwort|contraseñ?n?a|clave)\S*\s*(is|ist|è|e'|es|:|=)\s*\S{4,}`), true},
	{"mourning", wishes, noTopic, heardAs(`\blutto\b|\bluto\b|trauerfall|verstorben|gestorben|è (morto|morta|mancato|mancata)|fallecid|ha muerto|passed away|in mourning`), true},
	{"wrong_post", complains, post, heardAs(`(post|story|storia|beitrag|publicaci[oó]n|caption|testo).{0,60}(non è vero|è sbagliat|c'è un errore|stimmt nicht|ist falsch|falsch|is wrong|not true|está mal|no es verdad|es falso|un error)`), false},
	{"take_down_child", wishes, photo, heardAs(`(togli|toglier|rimuov|cancell|lösch|löscht|entfern|nehmt|runter|quit|borr|eliminar|remove|take down|delete).{0,40}(bambin|minor|figli|kind\b|kinder|niñ|child|kid\b|kids)`), false},
	{"sold_out", wishes, menu, heardAs(`ran out of|sold out|ausverkauft|abbiamo finito|è finit[oa]|se nos ha acabado|agotad`), false},
	{"pause_posts", wishes, publishing, heardAs(`(nichts|nix|nada|niente|nothing|don't|do not|nicht|no) (bitte )?(posten|post\b|publi|pubblic|gepostet)|no publiqu[eé]is|non pubblicate`), false},
	{"examples", asks, noTopic, heardAs(`(esempi|referenze|references|referenzen|beispiele|ejemplos|referencias|examples).{0,50}(ristorant|client|lavor|restaurant|kunden|work|trabaj)|(altri|andere|otros|other) (ristoranti|restaurants|restaurantes).{0,25}(lavor|arbeit|trabaj|work)`), false},
	{"human", wishes, noTopic, heardAs(`person[a] (vera|reale|real|de verdad)|real (person|human)|echte[nm]? (mensch|person)|mit einem menschen|hablar con (alguien|una persona|\p{Lu}\p{L}+)|parlare con (qualcuno|\p{Lu}\p{L}+)|(speak|talk) (to|with) (someone|a person|a human|\p{Lu}\p{L}+)|sprechen mit \p{Lu}|mit \p{Lu}\p{L}+ sprechen`), true},
	{"no_reply", complains, noTopic, heardAs(`non mi avete (ancora )?risposto|keine antwort (bekommen|erhalten)|no me hab[eé]is (contestado|respondido)|nadie (me )?(contesta|responde)|haven'?t (answered|replied)|no (reply|answer) (yet|since)|nessuno (mi )?risponde|niemand antwortet`), true},
	{"reply_time", asks, noTopic, heardAs(`(quanto|cu[aá]nto|how (long|fast|quickly)|wie (lange|schnell)).{0,30}(rispond|respond|contest|antwort|reply|answer)`), false},
	{"referral", greets, noTopic, heardAs(`(nummer|numero|número|number|contatto|contact|kontakt).{0,25}(von|da|dalla?|de|from) \p{Lu}|(mi ha|me ha|hat (euch|sie)|recommended|empfohlen|consigliat|recomendad).{0,30}(consigliat|recomendad|empfohlen|parlato|by|dado)`), false},
	{"comments", wishes, reviews, heardAs(`(kommentare|commenti|comentarios|comments).{0,40}(beantwort|antwort|rispond|respond|contest|answer|reply)|(beantwort|rispond|respond|contest|answer|reply)\S*.{0,30}(kommentar|comment|comentari)`), false},
	{"blurry", complains, photo, heardAs(`unscharf|verschwommen|sfocat|sgranat|blurry|out of focus|pixelated|borros|desenfocad`), false},
	{"networks", asks, noTopic, heardAs(`\b(tik ?tok|youtube|linkedin|pinterest|threads)\b`), false},
	{"mail", asks, noTopic, heardAs(`(mail|e-mail|email|correo).{0,30}(bekommen|erhalten|ricevut|recibid|arrivat|llegad|got|receive)|(ricevut|recibid|received|got|arrivata).{0,20}(mail|correo)`), false},
	{"broken_link", complains, access, heardAs(`(link|enlace).{0,40}(nicht|non|no |not|doesn'?t|won'?t|kaputt|rotto|broken|error|fehler|scadut|abgelaufen|expired|caduc)`), true},
	{"contest", asks, noTopic, heardAs(`gewinnspiel|giveaway|concorso a premi|un concorso|contest|sorteo|raffle|verlosung`), false},
	{"bad_review", asks, reviews, heardAs(`(bewertung|recensione|reseña|review).{0,40}(schlecht|mies|furchtbar|brutta|pessima|negativ|mala|mal[ií]sima|terrible|bad|awful|1 s|una stell|ein(en)? stern|una estrella|one star)|(schlechte|miese|brutta|pessima|negativa|mala|bad|awful|terrible|one.star).{0,15}(bewertung|recensione|reseña|review)`), false},
	{"profile_photo", wishes, photo, heardAs(`(foto|immagine) (di|del) (profilo|perfil)|foto de perfil|profilbild|profile (picture|photo|pic)`), false},
	{"start", asks, noTopic, heardAs(`(cosa|che cosa|was|qu[eé]|what).{0,25}(serve|vi serve|braucht ihr|brauchen sie|necesit[aá]is|do you need).{0,25}(iniziare|cominciare|partire|anfangen|loszulegen|starten|empezar|start|begin)|come (iniziamo|cominciamo|si comincia)|wie fangen wir an|c[oó]mo empezamos|how do we (start|begin)`), false},
	{"tone", wishes, caption, heardAs(`(tono|tone|ton|testi|texte|captions?|textos).{0,50}(formal|förmlich|freddo|lungh|long|lang|corto|cort[oe]s|short|kürz|kurz|emoji|locker|simple|sempli)`), false},
	{"event_post", wishes, event, heardAs(`(live ?musi[ck]|musica dal vivo|m[uú]sica en (vivo|directo)|konzert|concert\b|concerto|concierto|\bjazz\b|dj.?set|degustazion|tasting|verkostung|weinprobe|brunch|karaoke|quiz|aperitivo|serata|fiesta|\bparty\b).{0,80}(post\b|storia|story|reel|beitrag|publica|pubblic|posten|historia)|(post\b|storia|story|reel|beitrag|historia).{0,60}(live ?musi[ck]|musica dal vivo|m[uú]sica en (vivo|directo)|konzert|concert\b|concerto|concierto|\bjazz\b|dj.?set|degustazion|tasting|verkostung|weinprobe|brunch|karaoke|aperitivo|serata|fiesta|\bparty\b)`), false},
	{"english", tells, noTopic, heardAs(`writing in english|write in english|scriv\S+ in inglese|auf englisch|en ingl[eé]s`), false},
	{"translate", wishes, menu, heardAs(`(translat|tradu[crz]|übersetz)\S*.{0,40}(menu|menü|carta|speisekarte|men[uú])`), false},
	{"move_post", wishes, publishing, heardAs(`(\bmove|spost|versch[io]eb|verleg|mover|cambiar|aplazar|posticip).{0,40}(post|story|beitrag|publicaci|reel).{0,60}`), false},
	{"agreed", asks, noTopic, heardAs(`(what|was|cosa|qu[eé]).{0,20}(agree|haben wir (ausgemacht|vereinbart|besprochen)|avevamo (detto|deciso|concordato)|eravamo rimasti|quedamos|acordamos|hab[ií]amos)`), false},
	{"never_mind", agrees, noTopic, heardAs(`^\W*(never ?mind|lascia(te)? (stare|perdere)|come non detto|egal|hat sich erledigt|schon gut|olv[ií]da(lo|dlo)|da igual|no importa|found it|trovato|gefunden)\b.{0,30}$`), false},
	{"new_person", wishes, post, heardAs(`(neue[nrs]?|nuov[oa]|new|nuev[oa]) (koch|köchin|küchenchef|chef|cuoc|cocinero|cocinera|kellner|barista|pizzaiolo|sous)`), false},
	{"later_photos", tells, photo, heardAs(`(foto|fotos|photo|photos|bild|bilder|picture|pictures|pic).{0,30}(kommt|kommen|gleich|später|luego|dopo|più tardi|later|soon|in a min)|(ti|vi|os|te|ich|we|i)('ll| will)? (mando|mandiamo|mandamos|schicke?n?|send|enviar[eé]).{0,25}(foto|photo|bild|pic).{0,25}(dopo|luego|später|gleich|later|soon|stasera|tonight|heute|domani|mañana|morgen|tomorrow)`), false},
	{"follow_numbers", asks, numbers, heardAs(`(follower|seguidores).{0,30}(gewonn|guadagn|ganad|gained|più|neu)|(wie viele|quanti|cu[aá]ntos|how many).{0,20}(follower|seguidores)`), false},
	{"laugh", gestures, noTopic, heardAs(`^\W*(ja|ha|he|je|ah){2,}\w{0,2}\W*(\p{L}+\W+){0,2}\p{L}*\W*$`), false},
}

// situationOf is what the words are heard as, if there are words for it in the language.
func situationOf(text string, l language) (situation, bool) {
	if len(text) > 400 {
		return situation{}, false
	}
	for _, s := range situations {
		if _, said := sayings[l][s.name]; (said || s.act.silent()) && s.heard.MatchString(text) {
			return s, true
		}
	}
	return situation{}, false
}

// silent: nothing is answered to it anyway.
func (a act) silent() bool { return a == gestures || a == agrees }

// situated is a message as one point, when all of it is a situation that we know.
func (v view) situated(text string) (point, bool) {
	s, ok := situationOf(text, v.style().language)
	if !ok {
		return point{}, false
	}
	if ws := words(text); len(ws) > 22 || s.act == tells && strings.Contains(text, "?") {
		return point{}, false // more is in it than that
	}
	p := point{act: s.act, topic: s.topic, text: strings.TrimSpace(text), details: details(text), scene: s.name, grave: s.grave}
	if s.topic == noTopic {
		p.topic = parse(text).topic
	}
	return p, true
}

// saying is what is said to a point's situation.
func (w *writer) saying(p point) (string, bool) {
	s, ok := sayings[w.style.language][p.scene]
	s = strings.ReplaceAll(s, "{words}", w.quote(p.text))
	return register(s, w.style.formal), ok && p.scene != "" && !w.style.bare
}

// sayings to all situations, once each.
func (w *writer) situations() {
	for _, p := range w.points {
		if s, ok := w.saying(p); ok && !slices.Contains(w.done, s) {
			w.done = append(w.done, s)
		}
	}
}

// allSituated: everything that was said has its own words.
func (w *writer) allSituated() bool {
	return len(w.points) > 0 && !slices.ContainsFunc(w.points, func(p point) bool { _, ok := w.saying(p); return !ok })
}
