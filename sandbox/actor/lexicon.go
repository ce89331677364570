package actor

import (
	"cmp"
	"slices"
)

// topic is what a client's words are about, as far as an agency for restaurants hears about it.
type topic string

const (
	noTopic    topic = ""
	hours      topic = "hours"
	post       topic = "post"
	story      topic = "story"
	photo      topic = "photo"
	video      topic = "video"
	publishing topic = "publishing"
	invoice    topic = "invoice"
	price      topic = "price"
	ads        topic = "ads"
	menu       topic = "menu"
	guests     topic = "guests" // tables and reservations
	design     topic = "design" // logo, colours, design
	caption    topic = "caption"
	access     topic = "access"
	numbers    topic = "numbers" // statistics
	reviews    topic = "reviews"
	phoneCall  topic = "call"
	contract   topic = "contract"
	contact    topic = "contact"
	event      topic = "event"
)

// entry is one topic's vocabulary: patterns for [word.has], comma-separated, in all five languages at once, and the English
// words by which tools and facts name it. Of two topics in one clause the one of the lower rank counts, in one rank the one
// that is named first.
type entry struct {
	topic topic
	rank  int
	heard string
	named string
}

var lexicon = []entry{
	{contract, 1, `pausing,put on hold,pausieren,mettere in pausa,pausar,на паузу,приостанов*,cancel our,cancel the contract,cancel my,contract*,
		terminate*,quit the service,subscription,kundig*,vertrag*,abo,disdir*,disdetta,contratt*,abbonament*,contrato*,darnos de baja,
		darme de baja,suscripcion*,договор*,расторг*,подписк*`,
		"contract,subscription,cancel,terms"},
	{phoneCall, 2, `call me,call us,call you,a call,phone me,ring me,give me a ring,speak to someone,talk to someone,meeting,appointment,ruf mich,
		ruft mich,rufst du,rufen sie,anrufen,anruf,telefonier*,termin,treffen,chiamarmi,chiamarci,chiamami,chiamateci,chiamata,telefonata,
		telefonarmi,sentirci,appuntamento,incontro,me llame,me llamen,llame alguien,llamarme,llamarnos,llamame,llamadme,llamada,llamas,
		llamar,reunion,una cita,позвон*,перезвон*,созвон*,звонок,встреч*`,
		"call,phone,meeting,appointment,callback"},
	{invoice, 3, `invoice*,bill,billing,billed,receipt*,payment*,paid,pay,charged,refund*,rechnung*,quittung*,zahlung*,bezahl*,abgebucht,uberweisung,
		fattur*,ricevuta fiscale,pagament*,pagato,pagare,addebit*,bonific*,factur*,recibo*,pago,pagar,pagado,cobrado,cobro,cargo,
		счет фактур*,счет за,счета,счету,счете,счет,инвойс*,квитанц*,оплат*,списал*,платеж*`,
		"invoice,bill,billing,payment,receipt,charge,refund"},
	{price, 4, `price*,pricing,cost*,how much,quote,discount*,budget,preis*,kostet,kosten,wie viel,wieviel,angebot,rabatt*,prezz*,costa,costo,
		costi,costerebbe,quanto viene,preventivo,sconto,precio*,cuesta,cuestan,costaria,cuanto cuesta,cuanto vale,cuanto sale,presupuesto,
		descuento*,цен*,стоит,стоимост*,сколько будет,скидк*,прайс*,бюджет*`,
		"price,prices,cost,quote,offer,discount,budget,pricing"},
	{access, 5, `password*,login,log in,access,connect*,permission*,passwort*,zugang*,zugriff,einlogg*,anmelden,verbind*,verknupf*,accesso,accessi,
		collegar*,collegat*,contrasena*,acceso,clave,conectar*,пароль*,пароля,доступ*,подключ*,войти`,
		"access,login,password,connect,connection,account,link"},
	{reviews, 6, "review*,rating*,stars,bewertung*,rezension*,sterne,recension*,stelle,resena*,valoracion*,estrellas,отзыв*,рейтинг*,звезд*",
		"review,reviews,rating"},
	{numbers, 7, `follower*,likes,views,insight*,statistic*,stats,reach,report,analytics,zahlen,reichweite,statistik*,aufrufe,auswertung,statistich*,
		visualizzazion*,copertura,andamento,risultati,report mensile,estadistic*,seguidores,alcance,informe,resultados,статистик*,
		подписчик*,охват*,просмотр*,лайк*,отчет*`,
		"insights,statistics,stats,metrics,followers,reach,report,numbers,analytics"},
	{ads, 8, `ad,ads,advert*,campaign*,boost*,sponsored,promote,werbung,werbe*,anzeige,anzeigen,kampagne*,campagn*,sponsorizz*,inserzion*,
		anuncio*,campana*,publicidad,promocionar,реклам*,кампани*,таргет*,продвиж*`,
		"ads,ad,campaign,advertising,boost,promotion"},
	{guests, 9, "booking*,reservation*,reserve a,book a table,a table,reservier*,tisch,prenot*,tavolo,tavoli,reserva,reservas,reservar,mesa,mesas,бронир*,забронир*,бронь,столик*",
		"booking,reservation,table,book,reserve,guests"},
	{event, 21, `event*,party,christmas,xmas,easter,valentine*,brunch,concert,live music,new year*,halloween,mother s day,tasting,veranstaltung*,
		weihnacht*,ostern,silvester,konzert,muttertag,livemusik,verkostung,weinprobe,evento,eventi,natale,pasqua,san valentino,capodanno,
		concerto,musica dal vivo,serata,degustazion*,eventos,navidad*,nochevieja,pascua,san valentin,concierto,musica en vivo,degustacion*,
		cata,мероприят*,рождеств*,новый год,нового года,новогодн*,пасх*,концерт*,дегустац*,живая музыка,вечеринк*`,
		"event,events,party,holiday,season,calendar"},
	{caption, 10, `caption*,wording,typo,typos,hashtag*,spelling,the text,bildunterschrift*,tippfehler,rechtschreib*,hashtags,der text,den text,
		im text,didascali*,testo,refuso,texto,errata,descripcion,подпис*,текст*,опечатк*,хештег*,хэштег*`,
		"caption,text,wording,hashtag,copy"},
	{design, 11, `logo*,colour*,color*,font*,design*,branding,layout,farbe*,schriftart*,gestaltung,grafica,colori,colore,stile,caratter*,colores,
		estilo,diseno,логотип*,лого,цвет*,шрифт*,дизайн*,стил*,оформлен*`,
		"brand,logo,colour,color,font,style,design"},
	{hours, 12, `hours,opening,open,opens,closed,closing,close,closes,offnungszeit*,geoffnet,offnet,offnen,auf habt,offen,geschlossen,schliessen,
		schliesst,zu haben,ruhetag*,urlaub,betriebsferien,orari,orario,aperti,aperto,aperta,apertura,apriamo,apre,aprite,aprono,chiusi,
		chiuso,chiusa,chiusura,chiudiamo,chiude,ferie,horario*,abierto*,abierta,abrimos,abris,abre,abren,apertura,cerrado*,cerrada,
		cerramos,cierre,cierra,vacaciones,часы работы,часы,график*,режим работы,открыт*,открываем*,закрыт*,закрываем*,работаем,работаете,
		выходной,отпуск*`,
		"hours,opening,open,closed,schedule,times"},
	{menu, 20, `menu*,dish,dishes,wine list,lunch,special,speisekarte,mittagskarte,karte,gericht,gerichte,mittagstisch,tagesgericht,menu,piatto,
		piatti,carta dei vini,carta,plato,platos,cartas,меню,блюд*,винная карта,ланч*`,
		"menu,dish,dishes,food,wine"},
	{contact, 13, `address,phone number,telephone,email,website,web site,moved,adresse,telefonnummer,nummer,webseite,website,umgezogen,indirizzo,
		numero di telefono,telefono,sito,trasferiti,direccion,numero de telefono,pagina web,correo,mudado,адрес*,телефон*,номер телефона,
		сайт*,переехал*,почт*`,
		"contact,address,phone,telephone,email,website,location"},
	{publishing, 20, `publish*,go live,goes live,go out,goes out,going out,scheduled,online,posted,veroffentlich*,rausgeh*,geht raus,online gehen,
		live geh*,gepostet,pubblic*,esce,uscira,uscire,online,programmat*,publicar*,publica,publicado,publicareis,publicais,sale el,
		sale la,saldra,programad*,опубликов*,публикуе*,публикац*,выйдет,выходит,выложи*,выклад*`,
		"publish,publishing,schedule,calendar,slot,post"},
	{story, 20, "story,stories,storys,reel,reels,storia,storie,historia,historias,сторис*,рилс*,stori",
		"story,stories,reel"},
	{video, 20, "video*,clip*,видео*,ролик*",
		"video,clip,reel"},
	{photo, 20, "photo*,pic,pics,picture*,image*,foto,fotos,bild,bilder,aufnahme*,immagin*,scatti,imagen,imagenes,фото*,снимк*,картинк*",
		"photo,photos,picture,image,images,gallery"},
	{post, 20, "post,posts,postings,beitrag,beitrage,beitragen,carosello,carousel,publicacion*,пост,поста,посты,посте,посту,постов,instagram,facebook,insta,инстаграм*,фейсбук*",
		"post,posts,publication,instagram,facebook"},
}

// onRecord: a question that the restaurant's own record can answer. When a thing will happen stands in no record.
func (p point) onRecord() bool {
	switch p.topic {
	case hours, contact:
		return true
	case menu, design:
		return !anyPhrase(words(p.text), "when,wann,quando,cuando,когда")
	}
	return false
}

// peopleTopics need a person of the agency, whatever else is known.
var peopleTopics = map[topic]bool{price: true, phoneCall: true, contract: true, invoice: true, ads: true}

func entryOf(t topic) entry {
	for _, e := range lexicon {
		if e.topic == t {
			return e
		}
	}
	return entry{}
}

// topicsIn lists the topics of a clause, the one that counts first, each with the index of its first word.
func topicsIn(ws []word) []topicAt {
	var found []topicAt
	for _, e := range lexicon {
		if i := earliest(ws, e.heard); i >= 0 {
			found = append(found, topicAt{e.topic, e.rank, i})
		}
	}
	slices.SortStableFunc(found, func(a, b topicAt) int { return cmp.Or(a.rank-b.rank, a.at-b.at) })
	return found
}

type topicAt struct {
	topic    topic
	rank, at int
}

// What people do with words, in five languages; patterns as in the lexicon.
const (
	asking = `do we,do i,are we,should we,can we,may we,have you got,mussen wir,sollen wir,konnen wir,durfen wir,dobbiamo,possiamo,tenemos que,
		podemos,debemos,нужно ли,должны ли,можем ли,can u,could u,do u,any idea,i wanted to know,wanted to know,wanted to ask,wondering,
		ich wollte wissen,ich wollte fragen,wollte fragen,wollte wissen,volevo sapere,vorrei sapere,volevo chiedere,quanti,quante,
		queria saber,queria preguntar,quisiera saber,cuantos,cuantas,хотел узнать,хотела узнать,хотел спросить,хотела спросить,подскажите,
		подскажи,what,what s,when,where,who,why,how,which,can you,could you,do you,did you,are you,will you,is it,is there,any news,was,
		wann,wo,wer,wie,warum,welche,welches,welcher,kannst du,konnt ihr,konnen sie,habt ihr,hast du,gibt es,macht ihr,quando,dove,chi,
		come mai,perche,cosa,quale,quali,quanto,puoi,potete,avete,hai,si puo,che ora,a che,cuando,donde,quien,por que,como va,cual,cuanto,
		puedes,podeis,podriais,teneis,habeis,hay,se puede,когда,где,кто,почему,как,какой,какие,какая,что,можно,можете,можешь,есть ли,
		сколько,почем`
	wanting = `quiero que,send us,send me,schick,schickt,schicken sie,gebt,mandate,mandatemi,mandateci,mandami,inviate,mi mandate,mandad,mandadme,
		enviad,enviadme,enviame,mandame,пришлите,пришли,отправьте,скиньте,some information,more information,more info,informationen,
		mehr infos,informazioni,informacion,информаци*,поменяйте,измените,pls,plz,can u,could u,please,can you,could you,i want,we want,
		i d like,we d like,would like,we need,i need,let s,make a,post this,use this,change,replace,remove,delete,add,bitte,kannst du,
		konnt ihr,konnen sie,konnten sie,ich mochte,wir mochten,wir wollen,ich will,wir brauchen,brauchen wir,hatte gern*,hatten gern*,
		macht,andert,nehmt,loscht,per favore,vorrei,vorremmo,vogliamo,voglio,potete,potresti,puoi,potreste,mi fai,fate,mettete,mettere,
		cambiate,togliete,ci serve,abbiamo bisogno,por favor,quiero,queremos,quisiera,quisieramos,podeis,puedes,podriais,poned,cambiad,
		quitad,haced,necesitamos,necesito,пожалуйста,хочу,хотим,хотелось бы,нужно,нужен,нужна,сделайте,сделай,поставьте,замените,уберите,
		добавьте,удалите,можете,можешь,выложите,опубликуйте`
	changing = `sube a,subimos,baja a,pasa a,passa a,passano a,sale a,steigt auf,erhoht auf,goes up to,go up to,goes down to,is now,are now,costs now,now costs,kostet jetzt,jetzt kostet,adesso costa,ora costa,ahora cuesta,now open,we open,we are open,
		we re open,we are closed,we re closed,we will be closed,we ll be closed,we close,open now,closed on,new number,new phone,
		new address,new menu,new email,new website,we moved,we have moved,changed our,changed,from now on,starting,no longer,not anymore,
		wir haben jetzt,wir offnen,haben wir geoffnet,haben wir offen,haben wir zu,haben wir geschlossen,wir haben geschlossen,
		wir schliessen,ab sofort,ab jetzt,neue nummer,neue telefonnummer,neue adresse,neue speisekarte,neue karte,umgezogen,geandert,
		nicht mehr,apriamo,siamo aperti,siamo chiusi,saremo chiusi,chiudiamo,nuovo numero,nuovo indirizzo,nuovo menu,e cambiat*,
		abbiamo cambiato,ci siamo trasferiti,da oggi,da domani,non facciamo piu,non abbiamo piu,ahora abrimos,abrimos,estamos abiertos,
		estamos cerrados,estaremos cerrados,cerramos,nuevo numero,nuevo telefono,nueva direccion,nueva carta,nuevo menu,hemos cambiado,
		nos hemos mudado,a partir de,ya no,теперь открыт*,теперь работаем,мы открыт*,мы закрыт*,будем закрыт*,открываемся,закрываемся,
		работаем с,новый номер,новый телефон,новый адрес,новое меню,переехали,изменили,изменился,изменились,изменилось,поменяли,поменялись,
		поменялся,теперь стоит,теперь стоят,больше не`
	complaining = `doesn t work,does not work,not working,broken,don t like,do not like,non funziona,non va,non mi piace,non ci piace,
		funktioniert nicht,geht nicht,kaputt,gefallt mir nicht,gefallt uns nicht,no funciona,no me gusta,no nos gusta,не работает,
		не нравится,опять,schon wieder,sempre la stessa storia,quanto ci mettete,how long do we have to,stimmt nicht,waiting,aspetto,
		aspettiamo,aspettando,warte,warten,esperando,жду,ждем,waiting,aspetto,aspettiamo,aspettando,warte,warten,esperando,жду,ждем,
		unacceptable,terrible,awful,horrible,disappoint*,angry,furious,ridiculous,wtf,scam,useless,worst,not happy,unhappy,fed up,
		complain*,wrong,mistake,nobody answers,no one answers,ignored,ignoring,still waiting,still not,unverschamt*,frechheit,furchtbar,
		schlecht,enttausch*,sauer,wutend,unmoglich,katastroph*,falsch,fehler,niemand antwortet,keiner antwortet,immer noch nicht,beschwer*,
		inaccettabil*,vergogn*,pessim*,delus*,arrabbiat*,furios*,sbagliat*,errore,nessuno risponde,ancora niente,schifo,ridicol*,reclam*,
		inaceptable,verguenza,fatal,pesim*,enfadad*,harto,decepcion*,equivocad*,esta mal,un error,mal puesto,nadie responde,nadie contesta,
		queja,todavia nada,ужас*,безобраз*,возмут*,отвратительн*,недовол*,разочаров*,неправильн*,ошибк*,ошиблись,кошмар*,сколько можно,
		никто не отвечает,до сих пор,жалоб*,плохо`
	praising = `the best,best team,die besten,i migliori,los mejores,лучшие,love it,loved,beautiful,gorgeous,amazing,so nice,well done,great job,
		great work,is great,looks great,schon geworden,wunderschon,mega,klasse,richtig gut,gefallt,bellissim*,bello,bella,bravissim*,bravi,
		splendid*,stupend*,ci piace,mi piace,preciosa,precioso,preciosas,preciosos,genial la,me encanta,nos encanta,buenisim*,красив*,
		класс,классно,обожаем,обожаю,нравится,шикарн*,молодцы`
	telling = `bitte sagen,wissen wann,tell me,tell us,let me know,let us know,mir sagen,uns sagen,sag mir,sagt mir,dirmi,dirci,dimmi,ditemi,
		decirme,decirnos,dime,decidme,скажите,сказать,скажи`
	mistaken = `ignore the previous,ignore my,ignore that,ignore this,forget my last,vergiss die letzte,vergesst die letzte,ignora il messaggio,
		ignora el mensaje,не обращайте внимания,wrong chat,wrong number,wrong person,falscher chat,falsche nummer,chat sbagliata,
		ho sbagliato chat,me he equivocado de chat,chat equivocado,не туда,ошиблась чатом,ошибся чатом`
	sending  = "send,upload,schicken,schicke,hochladen,mandare,mandarvi,mandarti,inviare,inviarvi,mando,invio,enviar,enviaros,mandar,envio,прислать,отправить,присылать,отправлять"
	mourning = "died,passed away,funeral,gestorben,verstorben,beerdigung,e morto,e morta,e mancato,e mancata,funerale,ha muerto,ha fallecido,fallecio,funeral,умер,умерла,похорон*"
	puzzled  = `i don t understand,i do not understand,don t get it,what do you mean,verstehe nicht,verstehe ich nicht,wie meinst du,non ho capito,
		non capisco,cosa intendi,no entiendo,no he entendido,que quieres decir,не понял,не поняла,не понимаю,что значит`
	thanking = "thanks,thank you,thx,ty,cheers,danke,dankeschon,vielen dank,merci,grazie,grazie mille,gracias,muchas gracias,спасибо,спс,благодар*"
	agreeing = `ok,okay,okey,okk,oki,k,great,perfect,cool,fine,sure,got it,nice,super,top,alles klar,passt,gut,prima,in ordnung,klar,va bene,
		perfetto,ottimo,benissimo,d accordo,daccordo,bene,vale,perfecto,genial,de acuerdo,muy bien,bueno,estupendo,ок,окей,хорошо,отлично,
		понял*,ладно,супер,ясно,понятно,договорились,good,awesome,wonderful,lovely,toll,wunderbar,fantastico,chiaro,capito,claro,entendido,
		прекрасно,здорово`
	parting = `good night,goodnight,bye,see you,have a nice,have a good,gute nacht,schonen abend,schonen tag,tschuss,bis morgen,bis bald,
		ciao ciao,buonanotte,buona notte,buona giornata,buona serata,a domani,a presto,arrivederci,buenas noches,adios,hasta manana,
		hasta luego,buen dia,спокойной ночи,доброй ночи,пока,до завтра,до свидания,хорошего дня,хорошего вечера`
	greeting = `hi,hello,hey,good morning,good evening,good afternoon,morning,hallo,guten tag,guten morgen,guten abend,moin,servus,gruss gott,
		grussgott,ciao,buongiorno,buonasera,salve,buon giorno,buona sera,hola,buenas,buenos dias,buenas tardes,привет,здравствуйте,
		здравствуй,добрый день,доброе утро,добрый вечер,приветик`
	affirming = "yes,yep,yeah,yes please,ja,jawohl,gerne,si,certo,volentieri,claro que si,por supuesto,да,конечно,ага"
	denying   = "no,nope,nein,nicht,no grazie,no gracias,нет,не надо"
	chasing   = `any news,any update,hello,still there,anyone there,anyone,und,na,noch da,was ist nun,was ist jetzt,allora,quindi,novita,ci siete,
		c e nessuno,nessuno,y,entonces,novedades,hay alguien,alguien,ну,ау,ну что,есть новости,вы тут,вы здесь,алло`
	identifying = `chi siete,wer seid ihr,quienes sois,who s this,are you a bot,are you human,are you a robot,are you real,is this a bot,who are you,
		who is this,am i talking to,bist du ein bot,bist du ein mensch,bist du echt,sind sie ein bot,wer bist du,wer schreibt,wer ist da,
		sei un bot,sei un robot,sei una persona,siete un bot,chi sei,chi parla,chi scrive,eres un bot,eres un robot,eres una persona,
		eres humano,quien eres,con quien hablo,ты бот,вы бот,это бот,ты робот,вы робот,ты человек,вы человек,кто ты,кто вы,с кем я`
	abilities = `what can you do,what do you do,how does it work,how does this work,help me with,was kannst du,was konnt ihr,was macht ihr,
		wie funktioniert,cosa puoi fare,cosa fate,come funziona,cosa sapete fare,que puedes hacer,que haceis,como funciona,
		que podeis hacer,что ты умеешь,что вы умеете,что вы делаете,как это работает,чем можете помочь`
	offTopics = `weather,joke,poem,football,soccer,homework,bitcoin,crypto,lottery,horoscope,recipe for,translate this,capital of,president,who won,
		math,python,code for,wetter,witz,gedicht,fussball,hausaufgaben,horoskop,hauptstadt,rezept fur,wer hat gewonnen,bundesliga,meteo,
		che tempo,barzelletta,poesia,calcio,compiti,oroscopo,ricetta della,ricetta per,capitale,chi ha vinto,partita,el tiempo que,
		que tiempo,chiste,poema,futbol,deberes,horoscopo,receta de,receta para,quien gano,partido,погода,погоду,анекдот*,стих,стихотвор*,
		футбол*,домашн*,гороскоп*,рецепт*,столица,кто выиграл,крипт*`
)

// dishes and drinks that clients name; what they name is repeated to them.
const dishes = `carbonara,tiramisu,lasagn*,pizza,pizze,pizzas,margherita,spaghetti,pasta,gnocchi,risotto,ravioli,tagliatelle,amatriciana,burrata,
		bruschett*,ossobuco,saltimbocca,parmigiana,arancini,cannoli,panna cotta,gelato,spritz,negroni,prosecco,espresso,cappuccino,
		aperitiv*,schnitzel,wiener schnitzel,spatzle,kasespatzle,bratwurst,currywurst,spargel,knodel,apfelstrudel,sauerbraten,brezel,
		flammkuchen,bier,glühwein,gluhwein,paella,tapas,gazpacho,tortilla,croquetas,jamon,churros,sangria,pulpo,gambas,bacalao,salmorejo,
		burger*,steak*,ribs,fish and chips,salad,soup,brunch,pancakes,sushi,ramen,tacos,oysters,lobster,tartar*,carpaccio,cheesecake,
		brownie,cocktail*,wine,борщ*,пельмен*,вареник*,блин*,блинчик*,шашлык*,плов*,оливье,окрошк*,солянк*,котлет*,стейк*,пицц*,паста,суш*,
		ролл*,десерт*,чизкейк*,тирамису,хачапури,хинкали`
