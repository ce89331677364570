package actor

import (
	"encoding/json"
	"strings"
)

// askMissing asks for the first thing that the stage waits for and that was not asked for in this conversation yet.
func (w *writer) askMissing() bool {
	for _, key := range w.v.missing {
		question, ok := missingAsks[key][w.style.language]
		if !ok || w.wasSaid([]string{question}) || w.tells(key) {
			continue
		}
		w.add([]string{question})
		return true
	}
	return false
}

// tells: they have just said it.
func (w *writer) tells(key string) bool {
	for _, p := range w.points {
		if key == "hours" && p.topic == hours || key == "photos" && p.topic == photo {
			return true
		}
	}
	return false
}

// missingAsks are the questions, by what is missing.
var missingAsks = map[string]map[language]string{
	"hours": {english: "When are you open, day by day?", german: "Wann habt ihr geöffnet, Tag für Tag?", italian: "Quali sono i vostri orari, giorno per giorno?",
		spanish: "¿Cuál es vuestro horario, día por día?", russian: "В какие часы вы открыты по дням?"},
	"languages": {english: "Which languages do your guests speak?", german: "Welche Sprachen sprechen eure Gäste?", italian: "Che lingue parlano i vostri ospiti?",
		spanish: "¿Qué idiomas hablan vuestros clientes?", russian: "На каких языках говорят ваши гости?"},
	"contact": {english: "Who of you approves the posts?", german: "Wer gibt bei euch die Posts frei?", italian: "Chi da voi approva i post?",
		spanish: "¿Quién aprueba las publicaciones por vuestra parte?", russian: "Кто у вас утверждает публикации?"},
	"photos": {english: "Could you send us a few photos of dishes and of the place?", german: "Schickt ihr uns ein paar Fotos von Gerichten und vom Lokal?", italian: "Ci mandate qualche foto dei piatti e del locale?",
		spanish: "¿Nos mandáis algunas fotos de platos y del local?", russian: "Пришлёте несколько фотографий блюд и зала?"},
	"rules": {english: "Is there anything that must never be seen in photos?", german: "Gibt es etwas, das auf Fotos nie zu sehen sein darf?", italian: "C'è qualcosa che nelle foto non si deve mai vedere?",
		spanish: "¿Hay algo que nunca deba verse en las fotos?", russian: "Есть ли что-то, чего никогда не должно быть видно на фото?"},
}

// agreesTo: the client says yes, plainly, to what was offered.
func (v view) agreesTo() bool {
	w := " " + strings.ToLower(v.words()) + " "
	for _, yes := range []string{"accettiamo", "accetto l'offerta", "sì all'offerta", "we accept", "yes to the offer", "we agree", "wir nehmen das angebot an", "einverstanden mit dem angebot", "aceptamos", "мы согласны"} {
		if strings.Contains(w, yes) {
			return true
		}
	}
	return false
}

// stepTool is how a stage is proposed to go on.
const stepTool = "stage_propose"

// stepCall proposes it once, for a plain yes.
func (v view) stepCall() (Call, bool) {
	if _, ok := v.tool(stepTool); !ok || v.redo || v.wasCalled(stepTool) || v.req.ToolChoice == "none" || !v.agreesTo() {
		return Call{}, false
	}
	args, _ := json.Marshal(map[string]string{"step": "agreed", "why": clip(v.words(), 120)}) // strings
	return Call{Name: stepTool, Args: args}, true
}

// takeOutAsks cuts the questions for what is missing out of a line, as takeOut does with sayings.
func (t translator) takeOutAsks(line string, from language) (rest string, pairs []string) {
	for _, key := range []string{"hours", "languages", "contact", "photos", "rules"} {
		asked, other := missingAsks[key][from], missingAsks[key][t.into]
		if asked == "" || other == "" || !strings.Contains(line, asked) {
			continue
		}
		mark := keeper(len(pairs) / 2)
		pairs = append(pairs, mark, other)
		line = strings.Replace(line, asked, mark, 1)
	}
	return line, pairs
}
