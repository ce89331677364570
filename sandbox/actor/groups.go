package actor

import "strings"

// In a group the platform asks two more things: whether somebody wants to know what the others must not read, and whether a
// draft that waits still fits after what was said since.

// saidSince are the words that members exchanged after the draft was made.
func (v view) saidSince() []said {
	for _, t := range v.req.Turns {
		if inside, _, ok := cutTag(t.Text, "said_since", strings.LastIndex); ok {
			return messages(inside)
		}
	}
	return nil
}

// fits is true while nobody speaks of the matter: no second thoughts, no question or wish of the same kind.
func (v view) fits() bool {
	for _, m := range v.saidSince() {
		if anyPhrase(words(m.text), "anzi,lascia stare,lasciate stare,aspetta,aspettate,invece,non serve,niente piu,actually,wait,instead,never mind,forget it,no need,doch nicht,stattdessen,warte,nicht mehr,mejor no,espera,dejalo,ya no,laisse,attends,не надо,подожди,лучше,отмена") {
			return false
		}
		one := v
		one.unanswered = []said{m}
		for _, p := range one.points() {
			for _, q := range v.points() {
				if p.topic != noTopic && p.topic == q.topic && !p.small() {
					return false
				}
			}
		}
	}
	return true
}

// delicate: money, contracts, what concerns one person alone.
func (v view) delicate() bool {
	return anyPhrase(words(v.words()), "invoice,invoices,payment,payments,salary,contract,fattura,fatture,pagamento,pagamenti,bonifico,contratto,stipendio,rechnung,rechnungen,zahlung,gehalt,vertrag,factura,facturas,pago,pagos,contrato,sueldo,facture,paiement,contrat,оплата,договор,зарплата")
}
