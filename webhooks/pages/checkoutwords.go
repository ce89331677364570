package pages

// payWords are what the payment pages say.
type payWords struct {
	title, forWhom, pay, how            string
	paid, bought                        string
	awaited, awaitedHow                 string
	checking, checkingHow               string
	late, lateHow                       string
	trouble, troubleHow, again, sandbox string
}

func checkoutWords(lang string) payWords {
	switch lang {
	case "de":
		return payWords{"Tarif „%s“", "für %s", "Weiter zur Zahlung", "Bezahlt wird auf der sicheren Seite von Stripe. Kündigen könnt ihr jederzeit: schreibt uns einfach auf WhatsApp.",
			"Bezahlt. Vielen Dank!", "„%s“, %s, für %s.",
			"Die Zahlung ist unterwegs", "Die Bank braucht einige Tage. Wir melden uns auf WhatsApp, sobald das Geld da ist.",
			"Danke! Wir prüfen die Zahlung", "Das dauert nur einen Moment. Wir melden uns auf WhatsApp; ihr könnt diese Seite schließen.",
			"Dieser Link gilt nicht mehr", "Schreibt uns auf WhatsApp, dann schicken wir einen neuen.",
			"Das hat gerade nicht geklappt", "Die Zahlungsseite antwortet nicht. Es wurde nichts abgebucht. Bitte in ein paar Minuten noch einmal versuchen.", "Noch einmal versuchen", "Testbetrieb: Es fließt kein Geld."}
	case "it":
		return payWords{"Piano “%s”", "per %s", "Vai al pagamento", "Si paga sulla pagina sicura di Stripe. Potete disdire quando volete: basta scriverci su WhatsApp.",
			"Pagato. Grazie!", "“%s”, %s, per %s.",
			"Il pagamento è in corso", "La banca ha bisogno di qualche giorno. Vi scriviamo su WhatsApp appena arriva.",
			"Grazie! Stiamo verificando il pagamento", "Ci vuole solo un momento. Vi scriviamo su WhatsApp; potete chiudere questa pagina.",
			"Questo link non vale più", "Scriveteci su WhatsApp e ve ne mandiamo uno nuovo.",
			"Ora non funziona", "La pagina di pagamento non risponde. Non è stato addebitato nulla. Riprovate tra qualche minuto.", "Riprova", "Prova: non si muove denaro."}
	case "es":
		return payWords{"Plan «%s»", "para %s", "Ir al pago", "Se paga en la página segura de Stripe. Podéis cancelar cuando queráis: basta con escribirnos por WhatsApp.",
			"Pagado. ¡Gracias!", "«%s», %s, para %s.",
			"El pago está en camino", "El banco necesita unos días. Os escribimos por WhatsApp en cuanto llegue.",
			"¡Gracias! Estamos comprobando el pago", "Es solo un momento. Os escribimos por WhatsApp; podéis cerrar esta página.",
			"Este enlace ya no vale", "Escribidnos por WhatsApp y os mandamos uno nuevo.",
			"Ahora mismo no funciona", "La página de pago no responde. No se ha cobrado nada. Probad otra vez dentro de unos minutos.", "Probar otra vez", "Prueba: no se mueve dinero."}
	case "ru":
		return payWords{"Тариф «%s»", "для %s", "Перейти к оплате", "Оплата проходит на защищённой странице Stripe. Отменить подписку можно в любой момент: просто напишите нам в WhatsApp.",
			"Оплачено. Спасибо!", "«%s», %s, для %s.",
			"Платёж в пути", "Банку нужно несколько дней. Мы напишем в WhatsApp, как только деньги придут.",
			"Спасибо! Проверяем платёж", "Это займёт минуту. Мы напишем в WhatsApp; эту страницу можно закрыть.",
			"Эта ссылка больше не действует", "Напишите нам в WhatsApp, и мы пришлём новую.",
			"Сейчас не получилось", "Страница оплаты не отвечает. Ничего не списано. Попробуйте ещё раз через несколько минут.", "Попробовать ещё раз", "Тестовый режим: деньги не списываются."}
	}
	return payWords{"Plan “%s”", "for %s", "Continue to payment", "You pay on Stripe's secure page. You can cancel at any time: just write to us on WhatsApp.",
		"Paid. Thank you!", "“%s”, %s, for %s.",
		"The payment is on its way", "The bank needs a few days. We write to you on WhatsApp as soon as it has arrived.",
		"Thank you! We are checking the payment", "It takes a moment only. We tell you on WhatsApp; you can close this page.",
		"This link does not work any more", "Write to us on WhatsApp and we send you a new one.",
		"That did not work just now", "The payment page does not answer. Nothing was charged. Please try again in a few minutes.", "Try again", "Test mode: no money moves."}
}
