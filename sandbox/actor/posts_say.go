package actor

import "regexp"

// dish is something that a restaurant shows, under its names. The names carry their article, as they stand in a sentence.
type dish struct {
	heard *regexp.Regexp
	names map[language]string
	tags  map[language][]string
	sign  string
}

func ofDish(heard, sign, en, de, it, es string, tags ...[]string) dish {
	d := dish{heard: regexp.MustCompile(`(?i)` + heard), sign: sign, names: map[language]string{english: en, german: de, italian: it, spanish: es}, tags: map[language][]string{}}
	for i, l := range []language{english, german, italian, spanish} {
		d.tags[l] = tags[i]
	}
	return d
}

var postDishes = []dish{
	ofDish(`lemon (?:cake|tart)|zitronen(?:kuchen|tarte)|torta al limone|(?:tarta|pastel) de lim[oó]n`, "🍋", "our lemon cake", "unser Zitronenkuchen", "la nostra torta al limone", "nuestra tarta de limón",
		[]string{"lemoncake", "homemade", "dessert"}, []string{"zitronenkuchen", "dessert"}, []string{"tortaallimone", "dolci"}, []string{"tartadelimon", "postre"}),
	ofDish(`tiramis`, "☕", "our tiramisù", "unser Tiramisù", "il nostro tiramisù", "nuestro tiramisú", []string{"tiramisu", "dessert"}, []string{"tiramisu", "dessert"}, []string{"tiramisu", "dolci"}, []string{"tiramisu", "postre"}),
	ofDish(`pizza|margherita`, "🍕", "our pizza", "unsere Pizza", "la nostra pizza", "nuestra pizza", []string{"pizza", "pizzalover"}, []string{"pizza", "pizzaliebe"}, []string{"pizza", "pizzeria"}, []string{"pizza", "pizzeria"}),
	ofDish(`risotto`, "🍚", "our risotto", "unser Risotto", "il nostro risotto", "nuestro risotto", []string{"risotto"}, []string{"risotto"}, []string{"risotto"}, []string{"risotto"}),
	ofDish(`pasta|spaghetti|tagliatelle|lasagn|gnocchi|ravioli|carbonara`, "🍝", "our pasta", "unsere Pasta", "la nostra pasta", "nuestra pasta", []string{"pasta", "freshpasta"}, []string{"pasta"}, []string{"pasta", "primipiatti"}, []string{"pasta"}),
	ofDish(`ice cream|gelato|eis\b|helado`, "🍨", "our ice cream", "unser Eis", "il nostro gelato", "nuestro helado", []string{"icecream"}, []string{"eis"}, []string{"gelato"}, []string{"helado"}),
	ofDish(`cake|kuchen|torta|tarta|dessert|dolc[ei]|nachtisch|postre`, "🍰", "our cake", "unser Kuchen", "la nostra torta", "nuestra tarta", []string{"cake", "dessert"}, []string{"kuchen", "dessert"}, []string{"torta", "dolci"}, []string{"tarta", "postre"}),
	ofDish(`fish|fisch|pesce|pescado|seafood|meeresfr`, "🐟", "our fish", "unser Fisch", "il nostro pesce", "nuestro pescado", []string{"fish", "seafood"}, []string{"fisch"}, []string{"pesce"}, []string{"pescado"}),
	ofDish(`steak|meat|fleisch|carne|bistecca|grill`, "🥩", "our meat from the grill", "unser Fleisch vom Grill", "la nostra carne alla griglia", "nuestra carne a la parrilla", []string{"steak"}, []string{"steak"}, []string{"carne"}, []string{"carne"}),
	ofDish(`salad|salat|insalata|ensalada`, "🥗", "our salad", "unser Salat", "la nostra insalata", "nuestra ensalada", []string{"salad"}, []string{"salat"}, []string{"insalata"}, []string{"ensalada"}),
	ofDish(`wine|wein|vino`, "🍷", "our wine list", "unsere Weinkarte", "la nostra carta dei vini", "nuestra carta de vinos", []string{"wine"}, []string{"wein"}, []string{"vino"}, []string{"vino"}),
	ofDish(`cocktail|aperiti|spritz`, "🍹", "our aperitivo", "unser Aperitivo", "il nostro aperitivo", "nuestro aperitivo", []string{"aperitivo"}, []string{"aperitivo"}, []string{"aperitivo"}, []string{"aperitivo"}),
	ofDish(`coffee|kaffee|caff[eè]|caf[eé]|espresso|cappuccino`, "☕", "our coffee", "unser Kaffee", "il nostro caffè", "nuestro café", []string{"coffee"}, []string{"kaffee"}, []string{"caffe"}, []string{"cafe"}),
	ofDish(`breakfast|brunch|frühstück|colazione|desayuno`, "🥐", "our breakfast", "unser Frühstück", "la nostra colazione", "nuestro desayuno", []string{"breakfast"}, []string{"fruehstueck"}, []string{"colazione"}, []string{"desayuno"}),
	ofDish(`terrace|terrasse|terrazza|terraza|garden|garten|giardino`, "🌿", "our terrace", "unsere Terrasse", "la nostra terrazza", "nuestra terraza", []string{"terrace", "outdoordining"}, []string{"terrasse"}, []string{"terrazza", "allaperto"}, []string{"terraza"}),
	ofDish(`team|kitchen crew|chef|koch|köch|cuoc|cociner|staff|squadra|equipo`, "👩‍🍳", "our team", "unser Team", "la nostra squadra", "nuestro equipo", []string{"team"}, []string{"team"}, []string{"team"}, []string{"equipo"}),
	ofDish(`new menu|neue karte|nuovo men|nueva carta|menu|menü|men[uù]`, "📖", "our menu", "unsere Karte", "il nostro menù", "nuestra carta", []string{"menu"}, []string{"speisekarte"}, []string{"menu"}, []string{"carta"}),
}

// served says that it comes on a plate or in a glass.
func (d dish) served() bool { return d.sign != "🌿" && d.sign != "👩‍🍳" && d.sign != "📖" }

// postWordsIn are the sentences around a subject. None of them states anything that could be wrong.
type postWordsIn struct {
	hooks, plainHooks, formalHooks []string
	meet                           string // of what nobody eats
	closings, formalClosings       []string
	us, warm, more, joke, question string
	book, from, tiny               string
	alt, plainAlt                  string
	tags, moreTags                 []string
}

var postWords = map[language]postWordsIn{
	english: {
		hooks:       []string{"Say hello to %s.", "Have you met %s yet?", "Today on the table: %s."},
		meet:        "Say hello to %s.",
		plainHooks:  []string{"Something lovely for you today.", "A little moment from our place.", "Today, just for you."},
		formalHooks: []string{"We are pleased to present %s.", "May we introduce %s."}, formalClosings: []string{"We look forward to welcoming you.", "It will be our pleasure to welcome you."},
		closings: []string{"Come and see us!", "See you soon at %n!", "Your table is waiting."},
		us:       "our place", warm: "We can't wait to have you here with us.", more: "Bring somebody you like, take your time and stay a while.", joke: "Warning: sharing is possible, but not easy.",
		question: "Who would you bring along?", book: "Reserve your table, we'll keep it for you.", from: "From all of us at %n.", tiny: "For you.",
		alt: "The photo shows %s.", plainAlt: "A photo from the restaurant.", tags: []string{"restaurant", "foodlovers", "goodfood"}, moreTags: []string{"dinner", "eatingout", "tasty", "foodphotography"}},
	german: {
		hooks:       []string{"Heute auf dem Tisch: %s.", "Schon probiert? %s.", "Darf ich vorstellen: %s."},
		meet:        "Darf ich vorstellen: %s.",
		plainHooks:  []string{"Heute etwas Schönes für euch.", "Ein kleiner Moment von uns.", "Heute nur für euch."},
		formalHooks: []string{"Wir freuen uns, Ihnen das zu zeigen: %s."}, formalClosings: []string{"Wir freuen uns auf Ihren Besuch.", "Es ist uns eine Freude, Sie zu empfangen."},
		closings: []string{"Kommt vorbei!", "Bis bald bei %n!", "Euer Tisch wartet."},
		us:       "uns", warm: "Wir freuen uns sehr auf euch.", more: "Bringt jemanden mit, den ihr mögt, und nehmt euch Zeit.", joke: "Vorsicht: Teilen ist möglich, aber nicht leicht.",
		question: "Wen bringt ihr mit?", book: "Reserviert euren Tisch, wir halten ihn frei.", from: "Euer Team von %n.", tiny: "Für euch.",
		alt: "Das Foto zeigt: %s.", plainAlt: "Ein Foto aus dem Restaurant.", tags: []string{"restaurant", "essenmitfreunden", "genuss"}, moreTags: []string{"lecker", "abendessen", "foodliebe", "genussmoment"}},
	italian: {
		hooks:       []string{"Oggi in tavola: %s.", "Avete già assaggiato %s?", "Ecco a voi %s."},
		meet:        "Ecco a voi %s.",
		plainHooks:  []string{"Oggi qualcosa di bello per voi.", "Un piccolo momento da noi.", "Oggi, solo per voi."},
		formalHooks: []string{"Siamo lieti di presentarvi %s.", "Vi presentiamo %s."}, formalClosings: []string{"Saremo lieti di accogliervi.", "Sarà un piacere ricevervi."},
		closings: []string{"Vi aspettiamo!", "A presto da %n!", "Il vostro tavolo vi aspetta."},
		us:       "noi", warm: "Non vediamo l'ora di avervi qui con noi.", more: "Portate chi volete bene e prendetevi il vostro tempo.", joke: "Attenzione: dividerla si può, ma non è facile.",
		question: "Con chi verrete?", book: "Prenotate il vostro tavolo, lo teniamo per voi.", from: "Da tutti noi di %n.", tiny: "Per voi.",
		alt: "Nella foto si vede %s.", plainAlt: "Una foto del ristorante.", tags: []string{"ristorante", "buonappetito", "cucinaitaliana"}, moreTags: []string{"cena", "foodlovers", "mangiarebene", "instafood"}},
	spanish: {
		hooks:       []string{"Hoy en la mesa: %s.", "¿Ya habéis probado %s?", "Os presentamos %s."},
		meet:        "Os presentamos %s.",
		plainHooks:  []string{"Hoy, algo bonito para vosotros.", "Un pequeño momento de nuestra casa.", "Hoy, solo para vosotros."},
		formalHooks: []string{"Tenemos el placer de presentarles %s."}, formalClosings: []string{"Será un placer recibirles.", "Esperamos darles la bienvenida."},
		closings: []string{"¡Os esperamos!", "¡Hasta pronto en %n!", "Vuestra mesa os espera."},
		us:       "nuestra casa", warm: "Tenemos muchas ganas de veros aquí.", more: "Venid con quien más queráis y tomaos vuestro tiempo.", joke: "Aviso: se puede compartir, pero no es fácil.",
		question: "¿Con quién vendríais?", book: "Reservad vuestra mesa, os la guardamos.", from: "De todo el equipo de %n.", tiny: "Para vosotros.",
		alt: "En la foto se ve %s.", plainAlt: "Una foto del restaurante.", tags: []string{"restaurante", "buenprovecho", "comidarica"}, moreTags: []string{"cena", "foodlovers", "gastronomia", "instafood"}},
}
