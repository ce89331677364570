package props

// scene is something worth a photo in a restaurant.
type scene struct {
	name, shows string
	paint       func(brush, *dice)
}

var scenes = []scene{
	{"terrace", "a restaurant terrace at sunset, tables under parasols, nobody there yet", terrace},
	{"cake", "a lemon cake with cream on a white plate", cake},
	{"pizza", "a pizza with tomatoes and basil on a wooden table", pizza},
	{"pasta", "a plate of spaghetti with tomato sauce", pasta},
	{"menu", "a printed menu on a dark table, the words cannot be read", menuCard},
	{"wine", "two glasses of red wine in front of candles", wine},
	{"dining", "a dining room with set tables and warm lamps", dining},
	{"team", "three people in aprons, smiling, in front of the restaurant", team},

	{"paella", "a pan of paella with mussels, prawns and lemon", paella},
	{"cappuccino", "a cappuccino with a leaf in its foam, from above", cappuccino},
	{"plum", "a plum cake on a wooden board", plum},
	{"summer", "a restaurant terrace on a sunny summer day, tables under parasols, nobody there", summer},
	{"winter", "a restaurant terrace under snow, nobody there", winter},
	{"guests", "a full dining room in the evening, seven guests as dark outlines", guests},
	{"board", "a blackboard with today's dishes: Risotto 14, Tagliatelle 12, Lemon cake 6, House wine 4", board},
	{"sign", "the round sign of a restaurant, Osteria Esempio, on a brick wall", sign},
	{"dark", "a plate in a dark room, hardly anything to be seen", dark},
}

const anyScenes = 8 // the first ones: what a photo may show whose name says nothing

func terrace(b brush, d *dice) {
	b.shade(0, 330, 0x35477d, 0xf67280)
	b.shade(330, 380, 0xf67280, 0xf8b195)
	b.glow(400, 330, 220, 0xffe29a, .9)
	b.oval(400, 330, 46, 46, 0xfff1c9, 1)
	b.shade(380, 600, 0x6b4f4f, 0x3a2a2e)
	for x := range 14 {
		b.box(float64(x*60), 380, float64(x*60+2), 600, 0x2a1d20, .5)
	}
	for i := range 3 {
		x := float64(150 + i*250 + d.roll(30))
		b.oval(x, 565, 95, 14, 0x000000, .3)
		b.box(x-3, 250, x+3, 560, 0x4b3430, 1)
		b.wedge(x, 210, x-120, x+120, 300, []uint32{0xf3e9dc, 0xe8505b, 0x14b1ab}[(i+d.roll(3))%3], 1)
		b.box(x-3, 475, x+3, 562, 0x2a1d20, 1)
		b.oval(x, 475, 78, 17, 0xfdf6ec, 1)
		b.oval(x-22, 468, 8, 4, 0xd7263d, 1)
		b.glow(x+18, 462, 26, 0xffdf7e, .9)
	}
}

func cake(b brush, d *dice) {
	b.shade(0, 380, 0xf7e7ce, 0xf3d9b1)
	b.shade(380, 600, 0xb08968, 0x7f5539)
	b.oval(400, 490, 300, 62, 0x000000, .25)
	b.oval(400, 475, 290, 60, 0xffffff, 1)
	b.oval(400, 470, 250, 48, 0xf1f1f1, 1)
	b.box(230, 300, 570, 445, 0xf6c945, 1)
	b.oval(400, 445, 170, 36, 0xf6c945, 1)
	b.box(230, 352, 570, 372, 0xfff8e1, 1)
	b.oval(400, 300, 170, 38, 0xfffdf5, 1)
	for i := range 9 {
		x := float64(245 + i*39)
		b.oval(x, 316, 22, 24+float64(d.roll(14)), 0xfffdf5, 1)
	}
	for i := range 5 {
		x := float64(290 + i*54)
		b.oval(x, 288, 20, 13, 0xffe066, 1)
		b.oval(x, 288, 14, 8, 0xfff3bf, 1)
	}
	b.oval(415, 272, 16, 8, 0x2d6a4f, 1)
	b.oval(392, 270, 14, 7, 0x40916c, 1)
}

func pizza(b brush, d *dice) {
	b.shade(0, 600, 0x8d5a2b, 0x5c3715)
	for i := range 7 {
		b.box(0, float64(i*88), width, float64(i*88+3), 0x3d2410, .5)
	}
	b.oval(410, 315, 265, 252, 0x000000, .35)
	b.oval(400, 300, 260, 246, 0xd9a05b, 1)
	b.oval(400, 300, 234, 220, 0xc8391f, 1)
	for range 46 {
		b.oval(float64(210+d.roll(380)), float64(120+d.roll(360)), float64(12+d.roll(16)), float64(10+d.roll(12)), 0xfff1c1, .85)
	}
	for range 15 {
		x, y := float64(240+d.roll(320)), float64(150+d.roll(300))
		b.oval(x, y, 22, 20, 0xa4161a, 1)
		b.oval(x, y, 15, 13, 0xe5383b, 1)
	}
	for range 9 {
		b.oval(float64(260+d.roll(280)), float64(170+d.roll(260)), 20, 9, 0x2d6a4f, 1)
	}
}

func pasta(b brush, d *dice) {
	b.shade(0, 600, 0x2f3e46, 0x1b262c)
	b.oval(410, 325, 290, 250, 0x000000, .4)
	b.oval(400, 310, 285, 245, 0xfafafa, 1)
	b.oval(400, 310, 215, 182, 0xececec, 1)
	for range 260 {
		x, y := float64(260+d.roll(280)), float64(210+d.roll(200))
		b.oval(x, y, float64(14+d.roll(36)), 4, []uint32{0xf2c14e, 0xf7d488, 0xe0a526}[d.roll(3)], 1)
	}
	b.oval(400, 290, 120, 78, 0xb5271d, 1)
	for range 40 {
		b.oval(float64(310+d.roll(180)), float64(235+d.roll(110)), 12, 9, 0xd94b3a, .9)
	}
	b.oval(395, 268, 24, 11, 0x2d6a4f, 1)
	b.oval(428, 276, 22, 10, 0x40916c, 1)
}

func menuCard(b brush, d *dice) {
	b.shade(0, 600, 0x463f3a, 0x231f1c)
	b.box(232, 42, 588, 572, 0x000000, .4)
	b.box(222, 32, 578, 562, 0xfbf3e4, 1)
	b.box(240, 50, 560, 52, 0xb08968, 1)
	b.box(240, 542, 560, 544, 0xb08968, 1)
	b.box(320, 84, 480, 104, 0x7f1d1d, 1)
	for i := range 11 {
		y := float64(150 + i*34)
		b.box(264, y, float64(380+d.roll(90)), y+9, 0x5b4636, .85)
		b.box(505, y, 536, y+9, 0x7f1d1d, .85)
		b.box(264, y+14, float64(340+d.roll(110)), y+19, 0x5b4636, .35)
	}
}

func wine(b brush, d *dice) {
	b.shade(0, 600, 0x2b1420, 0x120810)
	for range 12 {
		b.glow(float64(d.roll(width)), float64(60+d.roll(220)), float64(40+d.roll(60)), 0xffb454, .35)
	}
	b.shade(500, 600, 0x4a2c2a, 0x2a1715)
	for _, x := range []float64{290, 500} {
		b.oval(x, 520, 74, 14, 0x000000, .4)
		b.oval(x, 512, 62, 11, 0xd8d8e8, .45)
		b.box(x-4, 370, x+4, 510, 0xe6e6f2, .5)
		b.oval(x, 265, 92, 122, 0xe6e6f2, .22)
		b.oval(x, 300, 82, 82, 0x7b0d1e, 1)
		b.oval(x, 252, 84, 18, 0xa31621, 1)
		b.oval(x-44, 230, 9, 62, 0xffffff, .35)
	}
	b.box(392, 400, 412, 505, 0xf5e6c8, 1)
	b.glow(402, 378, 90, 0xffc55c, .95)
	b.oval(402, 380, 7, 17, 0xfff3c4, 1)
}

func dining(b brush, d *dice) {
	b.shade(0, 400, 0x8c5e3c, 0xc08552)
	b.shade(400, 600, 0x4e342e, 0x2e1d19)
	b.box(80, 90, 250, 300, 0x22333b, 1)
	b.box(90, 100, 240, 290, 0x5e8aa0, 1)
	b.box(550, 90, 720, 300, 0x22333b, 1)
	b.box(560, 100, 710, 290, 0x5e8aa0, 1)
	for i := range 3 {
		x := float64(200 + i*200)
		b.box(x-2, 0, x+2, 120, 0x201512, 1)
		b.glow(x, 165, 150, 0xffdf91, .75)
		b.wedge(x, 105, x-46, x+46, 160, 0x1f2421, 1)
	}
	for i := range 3 {
		x, y := float64(160+i*240), float64(470+d.roll(16))
		b.oval(x, y+70, 120, 16, 0x000000, .35)
		b.wedge(x, y-160, x-120, x+120, y+70, 0xf4f1ea, .96)
		b.oval(x, y-6, 110, 26, 0xffffff, 1)
		b.oval(x-40, y-8, 24, 8, 0xd6d2c4, 1)
		b.oval(x+40, y-8, 24, 8, 0xd6d2c4, 1)
		b.oval(x, y-26, 10, 18, 0x9d0208, 1)
	}
}

func team(b brush, d *dice) {
	b.shade(0, 600, 0xd8c3a5, 0xa98467)
	b.box(120, 60, 680, 150, 0x344e41, 1)
	for i := range 8 {
		b.box(float64(150+i*64), 92, float64(150+i*64+24+d.roll(26)), 116, 0xf2e8cf, 1)
	}
	for i := range 3 {
		x := float64(220 + i*180)
		skin := []uint32{0xf1c9a5, 0xc68642, 0xe0ac69}[(i+d.roll(3))%3]
		b.oval(x, 600, 92, 215, []uint32{0x1d3557, 0x6a040f, 0x264653}[i], 1)
		b.oval(x, 620, 62, 170, 0xfaf9f6, 1)
		b.box(x-17, 330, x+17, 400, skin, 1)
		b.oval(x, 290, 60, 70, skin, 1)
		b.oval(x, 238, 62, 34, []uint32{0x2b2118, 0x4a2c12, 0x111111}[(i+d.roll(3))%3], 1)
		b.oval(x-22, 284, 6, 7, 0x2b2118, 1)
		b.oval(x+22, 284, 6, 7, 0x2b2118, 1)
		b.oval(x, 318, 22, 12, 0x9d3c33, 1)
		b.oval(x, 312, 24, 10, skin, 1)
	}
}
