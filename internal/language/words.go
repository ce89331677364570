package language

import "strings"

// written are the languages whose everyday words we know, in the order that decides a draw.
var written = []string{"en", "it", "de", "es", "fr", "pt", "nl"}

// everyday is a folded word → the languages in which people say it every day.
var everyday = func() map[string][]string {
	out := map[string][]string{}
	for _, code := range written {
		for _, w := range strings.Fields(lists[code]) {
			if n := len(out[w]); n == 0 || out[w][n-1] != code {
				out[w] = append(out[w], code)
			}
		}
	}
	return out
}()

// lists are folded: no accents, no capitals. A word that stands in several counts less for each.
var lists = map[string]string{
	"en": `the you your yours we our us is are was were be been it this that these those what when where who how why can could would should please hi hello hey thanks thank and of to for on at with
		have has had do does did don doesn didn isn won not i my me an will just any some there they them their today tomorrow yesterday sunday monday tuesday wednesday thursday friday saturday morning
		evening afternoon tonight yes sorry good great need want open opens closed close still again more much many if or but by from about out up all right fine sure of course let know see ask send sent
		photo photos picture pictures price invoice cool bye which new hours every week weekend month year before after soon here now also only very well think like love make change post posts reply
		answer question questions answered look looks nice job later back working possible help he she his her into than then over first last next too our team shorter warmer no longer take takes done`,
	"it": `il lo gli un uno una di del dello della dei delle degli dell che sono siete siamo sei ho hai ha abbiamo avete hanno per con non mi ti ci vi si su al alla ai alle agli da dal dalla dai nel nella sul sulla
		quando dove chi come perche cosa quanto quanta quanti ciao buongiorno buonasera buonanotte grazie prego oggi domani ieri domenica lunedi martedi mercoledi giovedi venerdi sabato mattina pomeriggio sera
		puoi potete posso possiamo potresti vorrei vorremmo voglio anche ancora gia piu molto bene benissimo questo questa questi queste foto fattura orari orario aperti aperto chiusi chiuso chiusa apriamo chiudiamo
		nuovo nuova nuove nuovi nostro nostra vostro vostra sara fate fare faccio facciamo scusa scusi scusate allora perfetto ragazzi dalle sempre qualcuno va vanno certo dispiace anzi aspettate adesso subito
		ecco eccoci qui dopo prima niente tutto tutti mille volentieri dimmi mandami mandate mandiamo mando mandi pubblicate pubblicare cambiare cambiate mettete prossimo prossima settimana mese anno idea chiedo controllo
		preferisci delusa contenta le noi voi loro e ma o se ne pensiamo scrivo rispondo quale quali serve mano invece sapere sera menu altra altro cosi pure mandaci dicci fammi offerta vuoi volete sentiamo risentiamo aggiorno aggiorniamo`,
	"de": `der die das den dem des ein eine einen einem einer und ist sind war waren wir ihr euch du dich dir sie ich mich mir uns nicht kein keine keinen auf mit fur von zum zur im am bei aus was wann wo wer wie
		warum kann konnt konnen konnten bitte hallo guten danke dankeschon servus moin gruss grusse heute morgen gestern sonntag montag dienstag mittwoch donnerstag freitag samstag abend ja nein oder aber wenn noch
		schon mal auch haben habt hat habe hatte gut offnen rechnung bild bilder fotos neue neues neuen neuer unser unsere unserem euer eure macht machen mache gibt geht gehen wird werden gerne gern jetzt ab uhr
		geschlossen nochmal tag gute nacht alles klar super ihnen ihre ihren wieder tschuss bis nach das frage beim melde mich zusatzlicher kostet pro woche monat kommt kommen nachste nachsten passt nur sehr dann
		denn weil dass damit schicken schickt schicke bitte wollen will mochte mochten mussen muss sollen soll wurde wurden hier dort etwas nichts viel viele frohe schone leider freut freuen`,
	"es": `el la los las un una unos unas de del que y es son somos estamos esta estan estoy he has ha hemos habeis han para por con me te se os nos su sus al en cuando donde quien como porque cuanto cuanta hola
		buenos buenas dias tardes noches gracias hoy manana ayer domingo lunes martes miercoles jueves viernes sabado puedes podeis podemos puedo quiero quisiera queremos tambien todavia ya mas muy bien este esto
		foto fotos factura horario horarios abierto abiertos cerrado cerrados abrimos cerramos nuevo nueva nuevas nuevos nuestro nuestra vuestro favor hacer haceis hacemos vale perfecto ahora desde hasta cual tenemos
		teneis sois otra vez nada gustan gusta terraza publicar publicais semana mes pregunto equipo escribo saludos claro cuesta adicional siento mandamos mandar enviar envia pero si lo le`,
	"fr": `le les un une des du de et est sont etes sommes je tu il elle nous vous ils on mon ma mes votre vos notre nos ce cette ces que qui quoi quand ou comment pourquoi combien bonjour bonsoir salut merci
		beaucoup oui non pas ne avec pour dans sur chez au aux plus tres bien aujourd hui demain hier dimanche lundi mardi mercredi jeudi vendredi samedi matin soir pouvez peux pouvons voudrais veux facture photo
		photos horaires ouvert ouverts ferme fermes ouvrons fermons nouveau nouvelle nouvelles envoyer envoyez publier svp plait aussi encore deja c d l qu j s semaine mois equipe prix coute avons avez suis etait
		accord desole besoin savoir bientot tout tous alors mais si`,
	"pt": `o os um uma uns umas do da dos das no na nos nas que e sao somos estamos esta estao para por com me te se nao sim quando onde quem como porque quanto ola bom boa dia tarde noite obrigado obrigada hoje
		amanha ontem domingo segunda terca quarta quinta sexta sabado pode podem podemos posso quero gostaria tambem ainda ja mais muito bem este isto foto fotos fatura horario aberto fechado novo nova nosso nossa
		voce voces favor fazer agora desde ate qual temos tem outra vez ao aos pelo pela meu minha seu sua`,
	"nl": `de het een en is zijn was waren wij we jullie je jij ik mij ons niet geen op met voor van naar bij uit wat wanneer waar wie hoe waarom kan kunnen kunt alsjeblieft alstublieft hallo goedemorgen dank
		bedankt vandaag morgen gisteren zondag maandag dinsdag woensdag donderdag vrijdag zaterdag avond ja nee of maar als nog al ook hebben hebt heeft heb goed openen rekening foto nieuwe onze maken gaat wordt graag
		nu vanaf uur gesloten dag alles prima weer tot dat dit deze die er aan om te over factuur`,
}
