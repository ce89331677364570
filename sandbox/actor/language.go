package actor

import (
	"strings"
	"unicode"
)

// language is one of the five that the actor writes.
type language string

const (
	english language = "en"
	german  language = "de"
	italian language = "it"
	spanish language = "es"
	russian language = "ru"
)

var languages = []language{english, german, italian, spanish, russian}

// common are folded words that give a language away. What two languages share stands in both.
var common = map[language]string{
	english: `the you your we our is are was be it this that what when where who how why can could would please hi hello hey thx thanks thank and of to for on at with have has do does did not i my me an
		will just any some there they today tomorrow sunday monday tuesday wednesday thursday friday saturday morning evening yes sorry good need want open closed still again more much many if or but by from about out up
		photo photos picture pictures price invoice great cool bye which new hours every should know previous message ignore get got send sent new don isn`,
	german: `der die das den dem ein eine einen und ist sind war wir ihr euch du dich dir sie ich mich mir uns nicht kein keine auf mit fur von zum zur im am bei aus was wann wo wer wie warum kann konnt konnen bitte
		hallo guten danke servus moin gruss heute morgen sonntag montag dienstag mittwoch donnerstag freitag samstag abend ja nein oder aber wenn noch schon mal auch haben habt hat habe gut offnen rechnung bild bilder
		fotos neue neues neuen unser unsere euer eure macht machen gibt geht wird werden gerne jetzt ab uhr geschlossen nochmal tag gute nacht alles klar super ihnen ihre wieder tschuss bis`,
	italian: `il lo la gli le un una uno di del della dei delle che e sono siete siamo ho hai ha abbiamo avete hanno per con non mi ti ci vi si su al alla ai da dal dalla nel nella quando dove chi come perche cosa quanto
		ciao buongiorno buonasera buonanotte grazie prego oggi domani domenica lunedi martedi mercoledi giovedi venerdi sabato mattina sera puoi potete posso potresti vorrei anche ancora gia piu molto bene questo questa foto
		fattura orari aperti chiusi nuovo nuova nostro nostra vostro sara fate fare scusa scusi allora ok perfetto ragazzi abbiamo dalle alle sempre qualcuno`,
	spanish: `el la los las un una unos de del que y es son somos estamos esta estan he has ha hemos habeis han para por con me te se os nos su al en cuando donde quien como porque cuanto hola buenos buenas dias
		tardes noches gracias hoy manana domingo lunes martes miercoles jueves viernes sabado puedes podeis podemos puedo quiero quisiera tambien todavia ya mas muy bien este esta esto foto fotos factura horario abierto
		cerrado abrimos cerramos nuevo nueva nuestro nuestra vuestro favor hacer haceis vale perfecto ahora desde hasta cual cuanto tenemos teneis sois esto otra vez`,
}

// speaks is the language of a text, false when nothing in it tells.
func speaks(text string) (language, bool) {
	latin, cyrillic := 0, 0
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Cyrillic, r):
			cyrillic++
		case unicode.IsLetter(r):
			latin++
		}
	}
	if cyrillic > 0 && cyrillic*2 >= latin {
		return russian, true
	}
	score := letters(text)
	for _, w := range words(text) {
		for _, l := range languages {
			if l != russian && commonWords[l][w.low] {
				score[l] += 2
			}
		}
	}
	best := english
	for _, l := range languages {
		if score[l] > score[best] {
			best = l
		}
	}
	return best, score[best] > 0
}

// foreign are words of languages that the actor does not write, and of none that it does.
const foreign = "bonjour,bonsoir,merci,vous,pouvez,est,voudrais,nous,avec,demain,s il,ola,voce,obrigado,obrigada,bom dia,nao,merhaba,tesekkur,dzien dobry,dziekuje,prosze,dobry den,dekuji"

// letters counts those that only some of the languages write.
func letters(text string) map[language]int {
	score := map[language]int{}
	for _, r := range strings.ToLower(text) {
		switch r {
		case 'ä', 'ö', 'ü', 'ß':
			score[german] += 2
		case 'ñ', '¿', '¡', 'í', 'ó', 'á', 'ú':
			score[spanish] += 2
		case 'è', 'ì', 'ò', 'ù', 'à':
			score[italian] += 2
		}
	}
	return score
}

var commonWords = func() map[language]map[string]bool {
	all := map[language]map[string]bool{}
	for l, text := range common {
		all[l] = map[string]bool{}
		for _, w := range strings.Fields(text) {
			all[l][w] = true
		}
	}
	return all
}()

// names of languages as managers write them in hints, folded.
var languageNames = map[language]string{
	english: "english,englisch,inglese,ingles,английск*,по английски",
	german:  "german,deutsch,tedesco,aleman,немецк*,по немецки",
	italian: "italian,italienisch,italiano,итальянск*,по итальянски",
	spanish: "spanish,spanisch,spagnolo,espanol,castellano,испанск*,по испански",
	russian: "russian,russisch,russo,ruso,русск*,по русски",
}

func (v view) foreign() bool { return anyPhrase(words(v.words()), foreign) }

// tongue is the language to answer in: that of the newest words, else of what the client wrote before, else one that the
// restaurant is known to speak.
func (v view) tongue() language {
	if l, ok := speaks(v.words()); ok && !v.foreign() {
		return l
	}
	for i := len(v.history) - 1; i >= 0; i-- {
		if l, ok := speaks(v.history[i].text); ok && !v.history[i].us {
			return l
		}
	}
	for _, known := range words(v.languages) {
		for _, l := range languages {
			if known.low == string(l) || anyPhrase([]word{known}, languageNames[l]) {
				return l
			}
		}
	}
	return english
}
