package telegram

import (
	"strings"
	"testing"
)

func TestHTMLBecomesTextAndEntities(t *testing.T) {
	for _, c := range []struct{ src, text, ents string }{
		{"plain", "plain", `[]`},
		{"a &lt; b &amp; c &gt; &quot;d&quot; &nbsp; &#128512; &#x41;", `a < b & c > "d" &nbsp; 😀 A`, `[]`},
		{"<b>Ціна</b>: <i>5€</i>", "Ціна: 5€", `[{"type":"bold","offset":0,"length":4},{"type":"italic","offset":6,"length":2}]`},
		{"😀<u>x</u>", "😀x", `[{"type":"underline","offset":2,"length":1}]`},
		{"<b>a<i>b</i></b>", "ab", `[{"type":"bold","offset":0,"length":2},{"type":"italic","offset":1,"length":1}]`},
		{"<strike>a</strike><tg-spoiler>b</tg-spoiler><span class='tg-spoiler'>c</span>", "abc",
			`[{"type":"strikethrough","offset":0,"length":1},{"type":"spoiler","offset":1,"length":1},{"type":"spoiler","offset":2,"length":1}]`},
		{`<a href="http://Example.com?a=1&amp;b=2">x</a>`, "x", `[{"type":"text_link","offset":0,"length":1,"url":"http://example.com/?a=1&b=2"}]`},
		{`<a href="http://localhost/">x</a>`, "x", `[]`},
		{`<a>example.com</a>`, "example.com", `[{"type":"text_link","offset":0,"length":11,"url":"http://example.com/"}]`},
		{`<a href="tg://user?id=5">x</a>`, "x", `[{"type":"text_mention","offset":0,"length":1,"user":{"id":5,"is_bot":false,"first_name":""}}]`},
		{`<pre><code class="language-go">x</code></pre>`, "x", `[{"type":"pre","offset":0,"length":1,"language":"go"}]`},
		{`<code class="language-go">x</code>`, "x", `[{"type":"code","offset":0,"length":1}]`},
		{`<blockquote expandable>x</blockquote>`, "x", `[{"type":"expandable_blockquote","offset":0,"length":1}]`},
		{`<B>x</b >`, "x", `[{"type":"bold","offset":0,"length":1}]`},
		{`<b></b>x`, "x", `[]`},
	} {
		text, ents, err := parseHTML(c.src)
		if err != nil || text != c.text {
			t.Errorf("%s: %q, %v", c.src, text, err)
		}
		if ents == nil {
			ents = []entity{}
		}
		same(t, ents, c.ents)
	}
}

func TestWrongHTMLIsRefusedWithTheByteOffset(t *testing.T) {
	for src, words := range map[string]string{
		"ї<b>x":                    `Can't find end tag corresponding to start tag "b"`,
		"ї</b>":                    `Unexpected end tag at byte offset 2`,
		"<b>x</i>":                 `Unmatched end tag at byte offset 4, expected "</b>", found "</i>"`,
		"a < b":                    `Unsupported start tag "" at byte offset 2`,
		"x<br>":                    `Unsupported start tag "br" at byte offset 1`,
		"<p>x</p>":                 `Unsupported start tag "p" at byte offset 0`,
		"<b":                       `Unclosed start tag at byte offset 0`,
		"5 <":                      `Unclosed start tag at byte offset 2`,
		"<b>x</b":                  `Unclosed end tag at byte offset 4`,
		`<a href="x>y</a>`:         `Unclosed start tag at byte offset 0`,
		`<a href=a/b>y</a>`:        `Unexpected end of name token at byte offset 8`,
		`<a "x">y</a>`:             `Empty attribute name in the tag "a" at byte offset 0`,
		`<span class="x">y</span>`: `Tag "span" must have class "tg-spoiler" at byte offset 0`,
		`<tg-emoji>y</tg-emoji>`:   `Invalid custom emoji identifier specified`,
		"&#xd83d;":                 `Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units`,
	} {
		if _, _, err := parseHTML(src); err == nil || err.Error() != words {
			t.Errorf("%s: %v, want %s", src, err, words)
		}
	}
}

func TestTextIsTidiedAndEntitiesMoveAlong(t *testing.T) {
	text, ents := tidy(" \r\n a\tb😀c \n", []entity{{Type: "bold", Offset: 7, Length: 4}})
	if text != "a b😀c" {
		t.Fatalf("%q", text)
	}
	same(t, ents, `[{"type":"bold","offset":3,"length":3}]`)
	if text, _ := tidy(" \u200b\n", nil); text != "" {
		t.Errorf("invisible text left: %q", text)
	}
}

func TestCommandsMentionsAndLinksAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"/start":                 `[{"type":"bot_command","offset":0,"length":6}]`,
		"їжа /queue@desk_bot 2":  `[{"type":"bot_command","offset":4,"length":15}]`,
		"1/2 http://a.b/c x@y.z": `[{"type":"url","offset":4,"length":12},{"type":"email","offset":17,"length":5}]`,
		"see https://a.b/c, ok":  `[{"type":"url","offset":4,"length":13}]`,
		"@maks #обід #1":         `[{"type":"mention","offset":0,"length":5},{"type":"hashtag","offset":6,"length":5}]`,
		"//x /a/b":               `[]`,
	} {
		ents := detect(text, nil)
		if ents == nil {
			ents = []entity{}
		}
		same(t, ents, want)
	}
}

func TestRenderedHTMLIsSafeAndWellNested(t *testing.T) {
	for _, c := range []struct{ text, ents, want string }{
		{`<script>&"`, `[]`, `&lt;script&gt;&amp;&#34;`},
		{"a😀b", `[{"type":"bold","offset":1,"length":2}]`, "a<b>😀</b>b"},
		{"abcd", `[{"type":"bold","offset":0,"length":3},{"type":"italic","offset":1,"length":3}]`, "<b>a<i>bc</i></b><i>d</i>"},
		{"ab", `[{"type":"bold","offset":0,"length":2},{"type":"italic","offset":0,"length":2}]`, "<b><i>ab</i></b>"},
		{"x", `[{"type":"text_link","offset":0,"length":1,"url":"javascript:alert(1)"}]`, "x"},
		{"x", `[{"type":"text_link","offset":0,"length":1,"url":"https://a.b/\"><b>"}]`,
			`<a href="https://a.b/&#34;&gt;&lt;b&gt;" rel="noopener noreferrer" target="_blank">x</a>`},
		{"x\ny", `[{"type":"blockquote","offset":0,"length":99}]`, "<blockquote>x\ny</blockquote>"},
		{"/go", `[{"type":"bot_command","offset":0,"length":3}]`, `<span class="bot-command">/go</span>`},
	} {
		var ents []entity
		if err := decode(c.ents, &ents); err != nil {
			t.Fatal(err)
		}
		if got := render(c.text, ents); got != c.want {
			t.Errorf("%q: %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzRenderingNeverLetsMarkupThrough(f *testing.F) {
	f.Add("<b>x</b><script>", 0, 3)
	f.Fuzz(func(t *testing.T, src string, from, n int) {
		text, ents, err := parseHTML(src)
		if err != nil {
			return
		}
		ents = append(ents, entity{Type: "italic", Offset: from, Length: n})
		if out := render(tidy(text, ents[:len(ents)-1])); strings.Contains(strings.ToLower(out), "<script") {
			t.Errorf("%q", out)
		}
		_ = render(text, ents)
	})
}
