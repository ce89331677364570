package actor

// scenes are what the photos of the sandbox show. A test draws them and compares.
var scenes = []struct {
	colours string
	Scene
}{
	{"504c7d504c7d504c7c504c7d504c7d514c7d504c7d504c7d8b597e8b597e8b5a7e8d5d7e8d5d7e8b5a7e8b597e8b597ec86279d75566ca66787d91935a9999c16a7cd75567c96077" +
		"d37476d27477d37b77d8a88ed8a990d37c78ca6e70d374766049498e7975644d4d745d5c836f6b5f48488c7873644d4e422f333f2d30422f32402e313f2d30422f333e2c2f422f32",
		Scene{Recognised: true, Alt: "Set tables under parasols on a restaurant terrace at sunset, nobody there yet", Tags: []string{"terrace", "sunset", "parasols", "tables", "outdoors", "evening"}, Kind: "place", Quality: 0.86}},
	{"f6e4caf6e4caf6e4caf6e4caf6e4caf6e4caf6e4caf6e4caf5e1c2f5e1c2f5e1c2f5e1c2f5e1c2f5e1c2f5e1c2f5e1c2f4debbf4debbf5e1bef2e3bcf0e2bcf5e1bef4debbf4debb" +
		"e3c7a2e3c7a1f3dea7fae7a8fae8aaf3dea8e3c7a2e3c7a2a07758c7b19fecd494f4d069f4d068ecd493cab5a4a077588960448d694fa08571aa9281aa9281a085718e6a51896044",
		Scene{Recognised: true, Alt: "A lemon cake with cream on a white plate", Dish: "lemon cake", Tags: []string{"cake", "lemon", "dessert", "cream", "plate", "sweet"}, Kind: "dish", Quality: 0.9}},
	{"8352278352278a582ba46434a565358b592b8352278352277f502589582acf7c50d0523cc93b23c75b368a592b7f502575491fa45b2fd36344c0593fb24430d0593ca2582d764920" +
		"6f451da0592dcd674ccd523dbc6b50cc4d359d542c6f451d663d19734820bf512fd15a44d46143d87f59744c26663d195f39165f391666401b874e27864d26643e1b5f39165f3916",
		Scene{Recognised: true, Alt: "A pizza with tomatoes, mozzarella and basil on a wooden table", Dish: "pizza", Tags: []string{"pizza", "tomato", "mozzarella", "basil", "wood", "from above"}, Kind: "dish", Quality: 0.88}},
	{"2c3a432c3a4336434b656f7567717736444c2c3a432c3a4328373e505c62e0e1e2f1f1f1f1f1f1e1e3e3525e6428373e26333ababec0ebd0adc6614fbe614de8cfb5c1c4c526333a" +
		"222f36c6c9cbebd3acd46f43d07050e8cea7cbcccd222f361e2b32656d71efece7eee8daede6d9f1ede5686e721e2b321b262d1b262d454d52898d908b8f92454d521b262d1b262d",
		Scene{Recognised: true, Alt: "A plate of spaghetti with tomato sauce on a dark table", Dish: "spaghetti with tomato sauce", Tags: []string{"pasta", "spaghetti", "tomato", "basil", "plate", "from above"}, Kind: "dish", Quality: 0.84}},
	{"433b36433b36a59e93b5a297b5a297a49d92433b36433b363c36303c3630c5bdb0dbccbeeee1d2c7bdb13c36303c363036312c36312cbeb6a9d4c7b8ebe2d3c4b8ac36312c36312c" +
		"312b27312b27b8b0a3ccc0b1e6decec0b3a7312b27312b272b26232b2623b7afa3cabeafede5d6beb2a62b26232b262324211e24211e878178a29c90a59e9388827924211e24211e",
		Scene{Recognised: true, Alt: "A printed menu on a dark table, its words cannot be read", Tags: []string{"menu", "paper", "table"}, Kind: "text", RiskNotes: "Prices and dishes on a printed menu may be out of date.", Quality: 0.5, Risk: 0.2}},
	{"28121d28121d28121d28121d30181f2b141e341a2028121d26111b26111b36232d311e27482f2f37232b351c1f240f1a39201f3d231f823239601e2b6e29356e232e2e181c210e18" +
		"1b0c151c0d15580f1d67272575312d520f1c1b0c151b0c15170a12170a121f121b302122493a371f121b170a12170a123a20203a20203d27273c26253e28283d26263a20203a2020",
		Scene{Recognised: true, Alt: "Two glasses of red wine in front of candles", Dish: "red wine", Tags: []string{"wine", "red wine", "glasses", "candle", "evening", "romantic"}, Kind: "drink", RiskNotes: "Alcohol: not everywhere and not for everybody.", Quality: 0.87, Risk: 0.2}},
	{"8f613d8d623f895f3d9566408d603e916440865d3c8f613d88664a798f8d8b795ba47c51a17a4f947e5e788d898d6d50906c4d698b96867b68b48050b48051907f676a8b96957253" +
		"b87f4fcdaa8ab98051c2946cc49770b87f4fc9a27fb87f4f6b5853e8ded991827dc6bbb6cbbeb9847470e7dcd76a565153433f766a65695b57857974867a757b6f6a93898363544f",
		Scene{Recognised: true, Alt: "A dining room with set tables and warm lamps, nobody there", Tags: []string{"dining room", "tables", "lamps", "interior", "evening"}, Kind: "place", Quality: 0.82}},
	{"d3be9fa8a0869f9a829e9a82a19c839b987fa9a187d3be9fcbb396928e758888718788718c8b7480836c948f77cbb396c4a88caa8f7282684c987d61967b5e816f5ca38b73c4a88c" +
		"bc9e81c09f7ccaa072c69f76c7a077d5b091c3a486bc9e81b493778177726b73829a5e579b5e58737e7f837c71b49377ac896c979394c5c9cfb09094b9999abfc6c8a09e98ac896c",
		Scene{Recognised: true, Alt: "Three people in aprons smiling in front of a restaurant", Tags: []string{"team", "staff", "aprons", "people", "smiling"}, Kind: "people", RiskNotes: "Three people can be recognised: they must have agreed.", People: 3, Faces: true, Quality: 0.8, Risk: 0.4}},
	{"24676e2669702c606255674a5667492b5e5f24676e24676e23636a405f52be8e2fe2a832cc9132c39328415d4d23636a26565c8e722dd19838e2a62de0ab36d99e3fa3813126555b" +
		"254f569d7c2bd5a335e5a738e7a338d2a13799742a244d531a50593c5344c4952dca9733d5a02cc8952f3c4d3c1a5159174b53174c54204546525637525636214243164a52174b53",
		Scene{Recognised: true, Alt: "A pan of paella with mussels, prawns, peas and lemon", Dish: "paella", Tags: []string{"paella", "rice", "seafood", "mussels", "prawns", "lemon", "pan", "from above"}, Kind: "dish", Quality: 0.91}},
	{"e5ded5e5ded5e6ded6ece6e0ede7e1e7e0d8e5ded5e5ded5e0d8cee5ded6f2efebd9c3b1d8c0acf0ece8e9e3dce0d8cedcd2c7efece7cead92d1a479d8b18ac69e7df3f2f0e0d8ce" +
		"d8cdc0f0ede9caa383cc9c70d3a87fbe8f68f3f1f0d9d0c5d3c6b8dad3cee2dbd6c29d7fc59f7fddd3cbe3d9cdd1c3b5cdc0b1c2b7acd0c7beddd8d2dfdbd5d7d0c7cfab85cebeac",
		Scene{Recognised: true, Alt: "A cappuccino with a leaf in its foam, seen from above", Dish: "cappuccino", Tags: []string{"cappuccino", "coffee", "cup", "foam", "latte art", "breakfast"}, Kind: "drink", Quality: 0.89}},
	{"8a9f9c8a9f9c8a9f9c8a9f9c8a9f9c8a9f9c8a9f9c8a9f9c8a8a7ca0805da38461a28360a38362a484619e7d5b858d84878070a671629c646d9e6969975f6b9e696a9d6656808378" +
		"827c6ba974659d656da06c6c975e69a16d6ea16b597a7e727e7766ae7b5eab7768ac7a66a67265ad7b67a6725574786c6b746a776d57776d57776d57776d57776d57776d5766746c",
		Scene{Recognised: true, Alt: "A plum cake, cut into squares, on a wooden board", Dish: "plum cake", Tags: []string{"cake", "plum", "dessert", "baking", "sweet", "wood"}, Season: "autumn", Kind: "dish", Quality: 0.83}},
	{"7ec1e987c5ea96cded92caec82c2e97dbfe0b7d7d573bade85c7ecaacdd485c7ec9acbe09ecddf90cbe7d5dec794cce6afd0b1c1b858aad0b7cbd0a3d1d3a8b4d8c8ccc26abcd9c2" +
		"9eb4739da776a0b776a5ae76a9b376abba79a7b677acba79e0cba5dccda8dfc8a0e0cba6dacca9dec79fddcea8e0cca6c2ac81c2a87ebbaa7fc2a87fc2a97fbcaa80c2a77ec2ac81",
		Scene{Recognised: true, Alt: "A restaurant terrace on a sunny summer day, tables under parasols, nobody there", Tags: []string{"terrace", "summer", "sun", "parasols", "tables", "outdoors", "flowers"}, Season: "summer", Kind: "place", Quality: 0.92}},
	{"62729461719461719368759167769461719462729464739398a1b18893a8949fb38592aa96a0b38c98ad919cae97a1b16284818196a75e807c8096a4698789779099758e976c898c" +
		"a7b5bab9c6d0aabac0b6c4ceaab7bdb2bfc8b3c0c8aebdc3e7ecf2dcdcdfe3e6eadcdddfdbdcdee5e8ecdcdcdfe5ebf2d7e1eec8d2dfd3deebcad3e1c9d3e0d4dfecc7d1ded7e1ed",
		Scene{Recognised: true, Alt: "A restaurant terrace under snow with strings of lights, nobody there", Tags: []string{"terrace", "winter", "snow", "lights", "outdoors", "trees"}, Season: "winter", Kind: "place", Quality: 0.85}},
	{"8a513a9d6a4b844a35955f44935f438349359d694a8c533b845b3e9c825f7b4c33b78d63ba9065724c35a184618c61436b3e2c7b4e376538297448327649336437287b4e366c3f2d" +
		"3015113c1d15361913381a143b1c153317123c1d152f151061514a674b4661514a684c47674b4661514a694d48614945ebdabceaddc3d6d9bbe9d7c4e8d1bee7cab8e7dfcad8d8bb",
		Scene{Recognised: true, Alt: "A full dining room in the evening, seven guests as dark outlines at a long table", Tags: []string{"dining room", "guests", "people", "evening", "lamps", "interior"}, Kind: "people", RiskNotes: "Guests are to be seen, though nobody can be recognised.", People: 7, Quality: 0.78, Risk: 0.1}},
	{"cab396958066534d406b6352645d4b514c3e9c856bcab396c3ac8e8071592e3a344f594f4a544b2e3a3589775ec3ac8ebda5877e6e5635413d4d575345504c35413d86735abda587" +
		"b79e7f7b6b52323d393d48443d48442d3935836f56b79e7fb2977879674e34403c3a46423f4a462c3935806c52b29778ab906f846c504a43345045354e44354b4435876e52ab906f",
		Scene{Recognised: true, Alt: "A blackboard with today's dishes and prices", Tags: []string{"blackboard", "menu", "chalk", "prices", "today"}, Kind: "text", Text: "TODAY Risotto 14 Tagliatelle 12 Lemon cake 6 House wine 4", RiskNotes: "Prices on the board may be out of date.", Quality: 0.75, Risk: 0.3}},
	{"c17257c77c5cba654dad5e47af614bb85f48b9634bb85f48b25b43b55f4595735b58705a57715a92715aad523caa4d38ae5b45ac6c5545685255715b53705a3c604ba76e57ab5540" +
		"a24c38a2624c375e4940634d41644e2f57439b644f9e4632a45541a1503d89725b4b68534b69537a6a55a0533fa14f3c964633913e2c9443308d42308f46348f3e2b944330913e2c",
		Scene{Recognised: true, Alt: "The round sign of a restaurant on a brick wall", Tags: []string{"sign", "logo", "brick wall", "facade", "outdoors"}, Kind: "text", Text: "OSTERIA ESEMPIO", RiskNotes: "It shows a logo.", Logos: true, Quality: 0.8, Risk: 0.3}},
	{"14110d15120d14110d14110d14110d1e1a144d4637443d3113100c120f0c13100c120f0c120f0c17140f2e28202a251e110e0b120f0c15120e15120e120f0c110e0b120f0c120f0c" +
		"1f1a15251f192a221928231a251f19201b16110d0b0f0c0a28211b241d172d23182b2419221c1728221b14100d0d0a09130f0d1e1914201b16211c171e191514100d0b08080b0807",
		Scene{Recognised: true, Alt: "A plate in a dark room, hardly anything can be made out", Tags: []string{"dark", "plate", "blurred"}, Kind: "other", RiskNotes: "Too dark to be used.", Quality: 0.12, Risk: 0.1}},
}
