// Package consoletest drives the console in a real Chromium the way a person does: it types, presses and reads what
// stands on the screen. For tests of the console itself and of whoever runs behind it.
//
// It knows the page by the marks below, which are promised to stay; it imports chromedp and nothing of ours. Start
// reading at [Open].
//
//	[data-ready]                                body, once the first state has been drawn
//	[data-pane=whatsapp|telegram]               the two panes; data-view=chat|list matters on phones
//	[data-tab-button=whatsapp|telegram]         the tabs on phones; .dot is the unread mark
//	[data-picker=person|actor]                  who writes, who acts: <select>, values are the phone and the user id
//	[data-chat=…]                               a line of a chat list: the channel's name, or the chat's id; data-unread
//	[data-message-id=…]                         one message; data-from=person|agency|phone (WhatsApp), bot or the user's
//	                                            id (Telegram); data-status=pending|sent|delivered|read|failed (WhatsApp);
//	                                            data-service on service messages
//	[data-composer=whatsapp|telegram]           where one types; Enter sends, Shift+Enter breaks the line
//	[data-send=whatsapp|telegram]               the Send button of the composer
//	[data-context=reply|edit|phone]             the strip above a composer, hidden when there is nothing to say
//	[data-cancel]                               closes that strip
//	[data-button=…]                             one button below a message, by its text; data-data; data-waiting
//	[data-reply=…] [data-actions=…]             reply to a message, its menu
//	[data-action=reply|edit|delete|phone]       lines of those menus
//	[data-emoji=…]                              reactions in WhatsApp's message menu
//	[data-start]                                Telegram's Start button
//	[data-toast=…]                              the bot's answer to a press; a <dialog> with [data-ok] when it is an alert
//	[data-opener]                               suggested first lines
//	[data-control=…]                            lines of the menu #menu
//	[data-notice=info|error]                    sentences at the bottom of the page
//	[data-step=1|2|3] [data-close-hint]         the first steps
//	#model #clock #link                         the model's badge, the clock, "Reconnecting…"
//	#outside [data-pane=outside]                opens the world around the chats; on phones [data-tab-button=outside]
//	[data-picker=place] [data-post=…]           which restaurant; one published post
//	[data-pay] [data-crm] [data-comment=…]      the payment, the CRM's task, one comment under it
//	[data-move=…] [data-composer=planfix]       its status: <select>; where a colleague writes, with [data-send=planfix]
package consoletest
