package props

import "math"

func paella(b brush, d *dice) {
	b.shade(0, 600, 0x2a6f77, 0x174a52)
	for i := range 10 { // tiles
		b.box(float64(i*84), 0, float64(i*84+3), 600, 0x0f3a41, .6)
		b.box(0, float64(i*84), 800, float64(i*84+3), 0x0f3a41, .6)
	}
	b.oval(50, 300, 70, 26, 0x3d3d3d, 1)
	b.oval(750, 300, 70, 26, 0x3d3d3d, 1)
	b.oval(410, 315, 300, 258, 0x000000, .35)
	b.oval(400, 300, 300, 256, 0x2b2b2b, 1)
	b.oval(400, 300, 272, 230, 0xe3a018, 1)
	for range 900 { // rice
		a, r := float64(d.roll(6283))/1000, math.Sqrt(float64(d.roll(1000))/1000)
		b.oval(400+255*r*math.Cos(a), 300+214*r*math.Sin(a), 7, 4, []uint32{0xf6c445, 0xf2b632, 0xffd970}[d.roll(3)], .9)
	}
	for i := range 8 { // mussels
		a := float64(i)*math.Pi/4 + .2
		x, y := 400+190*math.Cos(a), 300+158*math.Sin(a)
		b.oval(x, y, 40, 24, 0x1b1b2f, 1)
		b.oval(x+4, y-2, 29, 15, 0xf08a4b, 1)
	}
	for i := range 5 { // prawns
		a := float64(i)*2*math.Pi/5 + .9
		x, y := 400+92*math.Cos(a), 300+76*math.Sin(a)
		for k := range 9 {
			t := float64(k) / 8 * 2.4
			b.oval(x+34*math.Cos(a+t), y+30*math.Sin(a+t), 15-float64(k), 14-float64(k), []uint32{0xef6f53, 0xf58d6e}[k%2], 1)
		}
	}
	for range 26 {
		b.oval(float64(240+d.roll(320)), float64(160+d.roll(280)), 8, 8, 0x4c9a2a, 1)
	}
	for _, p := range [][2]float64{{300, 195}, {505, 210}, {520, 400}, {285, 395}} { // lemons
		b.oval(p[0], p[1], 34, 24, 0xf9d71c, 1)
		b.oval(p[0], p[1], 26, 17, 0xfff3a6, 1)
	}
}

func cappuccino(b brush, d *dice) {
	b.shade(0, 600, 0xe8e1d9, 0xcdbfae)
	b.oval(430, 345, 300, 250, 0x000000, .16)
	b.oval(410, 320, 300, 252, 0xffffff, 1)
	b.oval(410, 320, 270, 224, 0xf1efec, 1)
	b.oval(655, 300, 78, 62, 0xffffff, 1)
	b.oval(655, 300, 46, 34, 0xf1efec, 1)
	b.oval(415, 325, 200, 180, 0x000000, .18)
	b.oval(405, 310, 200, 180, 0xffffff, 1)
	b.oval(405, 310, 178, 159, 0x7b4a2b, 1)
	b.oval(405, 310, 166, 148, 0xb9783f, 1)
	for i := range 5 { // a rosetta
		y := 250 + float64(i)*32
		b.oval(405, y, 108-float64(i)*14, 17, 0xfbeedb, 1)
		b.oval(405, y+9, 94-float64(i)*14, 8, 0xb9783f, .9)
	}
	b.box(401, 218, 409, 425, 0xfbeedb, 1)
	b.oval(405, 218, 30, 26, 0xfbeedb, 1)
	b.oval(150, 500, 62, 17, 0x8d8d99, 1) // a spoon
	b.box(180, 494, 350, 506, 0x8d8d99, 1)
	b.oval(float64(640+d.roll(20)), 520, 56, 40, 0xc98b4e, 1) // a biscuit
	b.oval(650, 516, 36, 24, 0xdba568, 1)
}

func plum(b brush, d *dice) {
	b.shade(0, 600, 0x8fa3a0, 0x5f7572)
	b.box(70, 130, 730, 560, 0x000000, .25)
	b.box(60, 118, 720, 548, 0x9c6b3f, 1)
	for i := range 8 {
		b.box(60, float64(160+i*50), 720, float64(162+i*50), 0x6f4a2a, .6)
	}
	b.box(120, 170, 660, 490, 0xd9a35d, 1)
	b.box(132, 182, 648, 478, 0xefc98a, 1)
	for row := range 5 {
		for col := range 8 {
			x, y := float64(168+col*64), float64(212+row*58)
			b.oval(x, y, 29, 24, 0x4a1942, 1)
			b.oval(x, y, 22, 17, 0x7d2e68, 1)
			b.oval(x-5, y-5, 9, 6, 0xb65a97, .8)
		}
	}
	for range 90 { // sugar
		b.oval(float64(132+d.roll(516)), float64(182+d.roll(296)), 3, 3, 0xffffff, .8)
	}
	b.box(300, 170, 306, 490, 0x9c6b3f, .7)
	b.box(478, 170, 484, 490, 0x9c6b3f, .7)
}

func summer(b brush, d *dice) {
	b.shade(0, 330, 0x4aa8e0, 0xc9ecfb)
	b.glow(650, 90, 170, 0xfff6c2, 1)
	b.oval(650, 90, 42, 42, 0xfff7d6, 1)
	for range 9 {
		b.oval(float64(d.roll(500)), float64(50+d.roll(60)), float64(40+d.roll(50)), 16, 0xffffff, .7)
	}
	b.oval(150, 380, 330, 120, 0x6aa84f, 1)
	b.oval(640, 390, 360, 120, 0x7fb95e, 1)
	b.shade(360, 600, 0xe9d3a9, 0xcdb083)
	for i := range 9 {
		b.box(float64(i*100), 360, float64(i*100+2), 600, 0xb6976a, .6)
	}
	for i := range 3 {
		x := float64(140 + i*260)
		b.oval(x, 572, 100, 14, 0x000000, .22)
		b.box(x-4, 230, x+4, 565, 0x7a5c3e, 1)
		b.wedge(x, 150, x-140, x+140, 262, 0xfff6e5, 1)
		b.wedge(x, 150, x-60, x+60, 262, 0xf6b93b, 1)
		b.oval(x, 470, 92, 20, 0xffffff, 1)
		b.box(x-4, 486, x+4, 565, 0x7a5c3e, 1)
		b.oval(x-30, 452, 12, 16, 0xf6b93b, 1)
		b.oval(x+28, 456, 16, 9, 0x4c9a2a, 1)
		b.box(x-134, 500, x-92, 512, 0x2d6a4f, 1)
		b.box(x+92, 500, x+134, 512, 0x2d6a4f, 1)
	}
	for range 60 { // flowers
		b.oval(float64(d.roll(800)), float64(345+d.roll(24)), 7, 7, []uint32{0xe8505b, 0xf9d56e, 0xffffff, 0xc56cf0}[d.roll(4)], 1)
	}
}

func winter(b brush, d *dice) {
	b.shade(0, 360, 0x54658a, 0xb9c6da)
	for i := range 5 {
		x := float64(60 + i*180)
		b.box(x-6, 300, x+6, 380, 0x4a3527, 1)
		b.wedge(x, 150, x-80, x+80, 320, 0x2f5d50, 1)
		b.wedge(x, 150, x-38, x+38, 220, 0xf4f8fc, 1)
	}
	b.shade(360, 600, 0xf6f9fd, 0xcfdcea)
	for i := range 3 {
		x := float64(170 + i*230)
		b.oval(x, 560, 90, 13, 0x6f83a3, .4)
		b.box(x-4, 420, x+4, 556, 0x3a2b24, 1)
		b.oval(x, 426, 92, 20, 0x6b4a36, 1)
		b.oval(x, 414, 90, 22, 0xffffff, 1)
		b.box(x-120, 470, x-78, 480, 0x6b4a36, 1)
		b.oval(x-99, 464, 26, 11, 0xffffff, 1)
	}
	for i := range 11 { // lights
		b.glow(float64(20+i*76), 120+26*math.Sin(float64(i)), 34, 0xffdf7e, 1)
	}
	for range 160 {
		b.oval(float64(d.roll(800)), float64(d.roll(600)), 3, 3, 0xffffff, .9)
	}
}

func guests(b brush, d *dice) {
	b.shade(0, 600, 0x7a3b2e, 0x2c1410)
	for _, x := range []float64{130, 400, 670} {
		b.box(x-2, 0, x+2, 90, 0x1a0d0a, 1)
		b.glow(x, 140, 210, 0xffd98a, .95)
		b.oval(x, 112, 44, 24, 0xfff0c4, 1)
	}
	b.box(40, 170, 300, 190, 0x3c1c15, 1)
	b.box(500, 170, 760, 190, 0x3c1c15, 1)
	for i := range 10 {
		x := []float64{60, 86, 112, 150, 186, 524, 560, 600, 640, 690}[i]
		b.box(x, 130, x+16, 170, []uint32{0x4c6b3c, 0x8a5a2a, 0x2d4a5a}[i%3], 1)
	}
	for i := range 7 { // people against the light, nobody to be recognised
		x, y := float64(70+i*112), float64(330+(i%2)*26)
		hue := []uint32{0x1d0d0a, 0x26120d}[i%2]
		b.oval(x, y, 34, 42, hue, 1)
		b.oval(x, y+150, 66, 120, hue, 1)
	}
	b.box(0, 470, 800, 600, 0xe9dcc6, 1)
	b.box(0, 470, 800, 482, 0xffffff, .7)
	for i := range 5 {
		x := float64(90 + i*158)
		b.oval(x, 540, 60, 22, 0xffffff, 1)
		b.oval(x, 538, 38, 13, []uint32{0xc8391f, 0xe3a018, 0x4c9a2a}[(i+d.roll(2))%3], 1)
		b.box(x+66, 470, x+70, 530, 0xdfe7ee, .9)
		b.oval(x+68, 462, 17, 25, 0x8e1b2d, .95)
	}
}

func board(b brush, d *dice) {
	b.shade(0, 600, 0xcdb79a, 0xa88d6c)
	b.box(160, 30, 655, 590, 0x000000, .28)
	b.box(145, 15, 645, 580, 0x7b5230, 1)
	b.box(168, 38, 622, 557, 0x24302b, 1)
	for range 60 { // chalk dust
		b.glow(float64(180+d.roll(430)), float64(50+d.roll(490)), 40, 0xffffff, .04)
	}
	b.letters(395, 118, 58, "TODAY", 0xfff3c9)
	b.box(240, 140, 550, 143, 0xfff3c9, .9)
	for i, line := range []string{"Risotto  14", "Tagliatelle  12", "Lemon cake  6", "House wine  4"} {
		b.letters(395, float64(215+i*82), 46, line, 0xf4f4f0)
	}
	b.oval(395, 520, 14, 12, 0xe8505b, 1)
}

func sign(b brush, d *dice) {
	b.shade(0, 600, 0xb5533c, 0x8f3e2c)
	for y := range 20 { // bricks
		b.box(0, float64(y*32), 800, float64(y*32+3), 0xd8a48f, .6)
		for x := range 9 {
			b.box(float64(x*96+(y%2)*48), float64(y*32), float64(x*96+(y%2)*48+3), float64(y*32+32), 0xd8a48f, .6)
		}
	}
	b.box(395, 0, 405, 120, 0x22252a, 1)
	b.oval(412, 318, 236, 206, 0x000000, .35)
	b.oval(400, 300, 236, 206, 0xf3e3c3, 1)
	b.oval(400, 300, 220, 190, 0x1f4d3a, 1)
	b.oval(400, 300, 206, 177, 0xf3e3c3, 1)
	b.oval(400, 300, 200, 171, 0x1f4d3a, 1)
	b.letters(400, 300, 60, "OSTERIA", 0xf3e3c3)
	b.letters(400, 372, 48, "ESEMPIO", 0xf3e3c3)
	b.oval(400, 205, 46, 22, 0xf3e3c3, 1) // a bowl with steam
	b.box(350, 180, 450, 205, 0x1f4d3a, 1)
	b.box(352, 203, 448, 209, 0xf3e3c3, 1)
	b.oval(float64(380+d.roll(3)), 180, 5, 17, 0xf3e3c3, .9)
	b.oval(418, 178, 5, 19, 0xf3e3c3, .9)
	b.glow(120, 80, 150, 0xffe3a3, .5)
}

func dark(b brush, d *dice) {
	b.shade(0, 600, 0x17130f, 0x0b0908)
	b.oval(300, 430, 330, 150, 0x2a241d, 1)
	b.oval(300, 424, 230, 98, 0x211c17, 1)
	b.oval(290, 410, 120, 46, 0x3a2a1a, 1)
	b.oval(340, 400, 60, 30, 0x33301c, 1)
	b.glow(690, 60, 200, 0xd8c9a0, .55) // the flash in a window
	for range 5000 {                    // noise
		b.oval(float64(d.roll(800)), float64(d.roll(600)), 1, 1, []uint32{0x3b332b, 0x000000, 0x2b3340}[d.roll(3)], .5)
	}
}
