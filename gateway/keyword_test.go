package gateway_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/gateway"
	"headgate/gateway/gatewaytest"
)

func withKeywords(keywords ...gateway.Keyword) func(*gateway.Config) {
	return func(c *gateway.Config) { c.Keywords = keywords }
}

func TestFindKeyword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keyword string
		regex   bool
		text    string
		want    []string // what stands at the spans
	}{
		{"quota", false, "Quota: no QUOTA left", []string{"Quota", "QUOTA"}},
		{"aa", false, "aaaaa", []string{"aa", "aa"}},
		{"istanbul", false, "İİ İstanbul, ISTANBUL", []string{"İstanbul", "ISTANBUL"}},
		{"ⱥⱥ", false, "x ȺⱥȺ", []string{"Ⱥⱥ"}},
		{"kelvin", false, "\u212aelvin", []string{"\u212aelvin"}},
		{"余额不足", false, "账户余额不足。", []string{"余额不足"}},
		{"left", false, "\xff\xfe no Left", []string{"Left"}},
		{"absent", false, "nothing of it", nil},
		{"quota", false, "", nil},
		{`no \w+ left`, true, "NO credit LEFT, no money left", []string{"NO credit LEFT", "no money left"}},
		{`^sorry|apolog(y|ies)$`, true, "Sorry, sorry: apologies", []string{"Sorry", "apologies"}},
		{`(?-i)Quota`, true, "quota Quota", []string{"Quota"}},
		{`余额.足`, true, "余额不足", []string{"余额不足"}},
	} {
		spans, err := gateway.FindKeyword(gateway.Keyword{Text: c.keyword, Regex: c.regex}, c.text)
		if err != nil {
			t.Errorf("%q: %v", c.keyword, err)
		}
		var got []string
		for _, s := range spans {
			got = append(got, c.text[s[0]:s[1]])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q in %q: %q, want %q", c.keyword, c.text, got, c.want)
		}
	}
}

// A keyword that can't be looked for, or that would match everything, is
// refused with words that help.
func TestKeywordsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		keyword gateway.Keyword
		says    string
	}{
		{gateway.Keyword{Text: " "}, "no text"},
		{gateway.Keyword{Text: "", Regex: true}, "no text"},
		{gateway.Keyword{Text: "(a", Regex: true}, "missing closing ): `(a`"},
		{gateway.Keyword{Text: "a)|(b", Regex: true}, "unexpected )"},
		{gateway.Keyword{Text: "a*", Regex: true}, "matches where there is no text"},
		{gateway.Keyword{Text: "x|", Regex: true}, "matches where there is no text"},
		{gateway.Keyword{Text: `\b`, Regex: true}, "matches where there is no text"},
		{gateway.Keyword{Text: `^$`, Regex: true}, "matches where there is no text"},
		{gateway.Keyword{Text: `(a?){3}`, Regex: true}, "matches where there is no text"},
		{gateway.Keyword{Text: `a(?!b)`, Regex: true}, "invalid or unsupported Perl syntax"},
		{gateway.Keyword{Text: "x", Scope: "everywhere"}, `unknown scope "everywhere"`},
	} {
		err := gateway.Validate(gateway.Config{Keywords: []gateway.Keyword{{ID: 1, Text: "fine"}, c.keyword}})
		if err == nil || !strings.Contains(err.Error(), "failure_keywords[1]: ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.keyword, err, c.says)
		}
		if _, err := gateway.FindKeyword(c.keyword, "text"); err == nil {
			t.Errorf("%+v: found in a text", c.keyword)
		}
	}
}

// Where a keyword counts: in replies, errors or both, and in which groups.
func TestKeywordScopeAndGroups(t *testing.T) {
	t.Parallel()
	inReply := gatewaytest.Always(gatewaytest.Behaviour{Content: []string{"out of ", "credit, ", "sorry"}})
	inError := gatewaytest.Always(gatewaytest.Behaviour{Status: 400, Error: &gatewaytest.Error{Message: "Out of credit", Type: "invalid_request_error"}})
	inFrame := gatewaytest.Always(gatewaytest.Behaviour{As: "stream", Stream: gatewaytest.StreamForm{Events: []string{`{"error":{"message":"out of credit","code":400}}`}}})
	for _, scope := range []gateway.KeywordScope{"", gateway.ScopeBoth, gateway.ScopeReply, gateway.ScopeErrors} {
		for _, k := range []gateway.Keyword{{Text: "out of credit"}, {Text: `out\s+of\s+cred..`, Regex: true}} {
			for _, groups := range [][]int64{nil, {1}, {1, 99}, {2}, {99}} {
				k.ID, k.Scope, k.GroupIDs = 7, scope, groups
				for name, script := range map[string]gatewaytest.Script{"reply": inReply, "error": inError, "frame": inFrame} {
					counts := (groups == nil || groups[0] == 1) && (scope == "" || scope == gateway.ScopeBoth || (scope == gateway.ScopeReply) == (name == "reply"))
					for _, body := range []string{plainBody, streamBody} {
						bad, good := gatewaytest.Start(t, script), gatewaytest.Start(t, gatewaytest.Script{})
						h := open(t, []string{bad.URL(), good.URL()}, withKeywords(gateway.Keyword{ID: 6, Text: "not there"}, k))
						h.post(body)
						o := h.ledger.await(t, 1)[0].Attempts[0].Outcome
						if asked := len(good.Requests()) == 1; asked != counts || counts != (o.KeywordID == 7 && o.Class == gateway.ClassKeyword) {
							t.Errorf("%s, scope %q, groups %v, regex %v: the next member was asked: %v, outcome %+v", name, scope, groups, k.Regex, asked, o)
						}
					}
				}
			}
		}
	}
}

// A keyword of one group changes nothing in another.
func TestKeywordOfOneGroup(t *testing.T) {
	t.Parallel()
	bad := gatewaytest.Start(t, gatewaytest.Always(gatewaytest.Behaviour{Content: []string{"empty answer"}}))
	h := open(t, []string{bad.URL()}, withKeywords(gateway.Keyword{ID: 1, Text: "empty", GroupIDs: []int64{2}}), func(c *gateway.Config) {
		c.Groups = append(c.Groups, gateway.Group{ID: 2, Name: "strict", Policy: gateway.PolicyPriority, Members: []gateway.Member{{ID: 9, ProviderID: 1, ModelID: 1}}})
		c.APIKeys[0].GroupIDs = []int64{1, 2}
	})
	if got := h.post(plainBody); got.status != 200 {
		t.Errorf("in the other group: %d %s", got.status, got.body)
	}
	if got := h.post(strings.Replace(plainBody, "chat", "strict", 1)); got.status != 502 {
		t.Errorf("in its group: %d %s", got.status, got.body)
	}
}

// What is found in a stream doesn't depend on where the stream is cut, also for
// patterns that look at what stands around them.
func TestPatternsAcrossAnyCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, text string }{
		{`no \w+ left`, "There is NO credit left."},
		{`\bquota\b`, "the quotas are aquota; quota!"},
		{`\bquota\b`, "quotas aquota"},
		{`^sorry`, "Sorry, but"},
		{`^sorry`, "so sorry sorry"},
		{`left$`, "nothing left"},
		{`left$`, "left over left?"},
		{`(?m)^error$`, "an\nerror\nhere"},
		{`(?m)^error$`, "an\nerrors\nno error\n"},
		{`\Bx`, "ax"},
		{`余额.?不足`, "余额🎉不足"},
		{`a.{3}b|z`, "aaaab"},
	} {
		want, err := gateway.FindKeyword(gateway.Keyword{Text: c.pattern, Regex: true}, c.text)
		if err != nil {
			t.Fatal(err)
		}
		runes := []rune(c.text)
		for cuts := range len(runes) + 1 {
			frames := []string{}
			if cuts == len(runes) { // every character alone
				for _, r := range runes {
					frames = append(frames, delta(string(r)))
				}
			} else {
				frames = append(frames, delta(string(runes[:cuts])), delta(string(runes[cuts:])))
			}
			bad, good := serve(t, func(v *visit) { v.events(append(frames, finish, done)...) }), serve(t, healthy)
			h := open(t, []string{bad.url, good.url}, withKeywords(gateway.Keyword{ID: 1, Text: c.pattern, Regex: true}))
			h.post(streamBody)
			if found := len(good.seen()) == 1; found != (len(want) > 0) {
				t.Errorf("%q in %q, cut at %d: found %v", c.pattern, c.text, cuts, found)
			}
		}
	}
}

// After the first byte, too, patterns are found across cuts, however long the
// stream is; they only change nothing any more.
func TestLatePattern(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		pattern, ending string
		want            bool
	}{
		{`out of \w+`, "OUT OF money", true},
		{`\Aout of`, "out of money", false},
		{`\bmoney\b`, "moneyless", false},
		{`money\z`, "out of money", true},
	} {
		text := strings.Repeat("some words and more ", 500+random.IntN(100)) + c.ending
		frames := []string{}
		for rest := text; rest != ""; {
			n := min(len(rest), 1+random.IntN(40))
			frames = append(frames, delta(rest[:n]))
			rest = rest[n:]
		}
		u := serve(t, func(v *visit) { v.events(append(frames, finish, done)...) })
		h := open(t, []string{u.url}, withKeywords(gateway.Keyword{ID: 3, Text: c.pattern, Regex: true}))
		if got := h.post(streamBody); got.text() != text || !got.done() {
			t.Fatalf("%q: the reply isn't whole", c.pattern)
		}
		if o := h.ledger.await(t, 1)[0].Attempts[0].Outcome; (o.KeywordID == 3) != c.want || o.Class != gateway.ClassOK {
			t.Errorf("%q: outcome %+v", c.pattern, o)
		}
	}
}

// The choices of a reply are read each for itself: what stands half in one and
// half in another is nowhere.
func TestKeywordInOneChoice(t *testing.T) {
	t.Parallel()
	piece := func(index int, text string) string {
		return fmt.Sprintf(`{"choices":[{"index":%d,"delta":{"content":%q},"finish_reason":null}]}`, index, text)
	}
	end := `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"delta":{},"finish_reason":"stop"}]}`
	wholeOf := func(a, b string) string {
		return fmt.Sprintf(`{"choices":[{"index":0,"message":{"content":%q},"finish_reason":"stop"},{"index":1,"message":{"content":%q},"finish_reason":"stop"}]}`, a, b)
	}
	const twoPlain, twoStream = `{"model":"chat","n":2,"messages":[{}]}`, `{"model":"chat","n":2,"stream":true,"messages":[{}]}`
	for _, c := range []struct {
		name   string
		behave func(*visit)
		body   string
		found  bool
	}{
		{"stream, mixed", func(v *visit) { v.events(piece(0, "out of "), piece(1, "credit"), end, done) }, twoStream, false},
		{"stream, interleaved", func(v *visit) {
			v.events(piece(0, "out "), piece(1, "all "), piece(0, "of "), piece(1, "is "), piece(0, "credit"), end, done)
		}, twoStream, true},
		{"stream, the second", func(v *visit) { v.events(piece(0, "fine"), piece(1, "out of credit"), end, done) }, twoStream, true},
		{"whole, mixed", func(v *visit) { v.reply(200, "application/json", wholeOf("out of ", "credit")) }, twoPlain, false},
		{"whole, the second", func(v *visit) { v.reply(200, "application/json", wholeOf("fine", "out of credit")) }, twoPlain, true},
	} {
		for _, k := range []gateway.Keyword{{ID: 1, Text: "out of credit"}, {ID: 1, Text: "out of c.*t", Regex: true}} {
			bad, good := serve(t, c.behave), serve(t, healthy)
			h := open(t, []string{bad.url, good.url}, withKeywords(k))
			h.post(c.body)
			if found := len(good.seen()) == 1; found != c.found {
				t.Errorf("%s, regex %v: found %v", c.name, k.Regex, found)
			}
		}
	}
}

// Words are held back until as much of each choice was looked at as of a single
// one, so that the second choice's fault is found in time.
func TestKeywordLateInTheSecondChoice(t *testing.T) {
	t.Parallel()
	frame := func(index int, text string) string {
		quoted, _ := json.Marshal(text)
		return fmt.Sprintf(`{"choices":[{"index":%d,"delta":{"content":%s},"finish_reason":null}]}`, index, quoted)
	}
	bad := serve(t, func(v *visit) {
		v.events(frame(0, strings.Repeat("x", 159)), frame(1, strings.Repeat("y", 100)+"out of credit"), done)
	})
	good := serve(t, healthy)
	h := open(t, []string{bad.url, good.url}, withKeyword("out of credit"))
	h.post(`{"model":"chat","n":2,"stream":true,"messages":[{}]}`)
	if len(good.seen()) != 1 {
		t.Error("the keyword was found too late")
	}
}

// Patterns look at a long stream in batches, not at all of it for every event.
func TestPatternsKeepUp(t *testing.T) {
	t.Parallel()
	u := gatewaytest.Start(t, gatewaytest.Script{Steps: []gatewaytest.Behaviour{{Pieces: 4_000, Segment: -1}}})
	h := open(t, []string{u.URL()}, withKeywords(
		gateway.Keyword{ID: 1, Text: `(quota|credit|balance).{0,40}(exhausted|exceeded|used up)`, Regex: true},
		gateway.Keyword{ID: 2, Text: `\bno\s+\w+\s+left\b`, Regex: true},
	))
	began := time.Now()
	if got := h.post(streamBody); !got.done() {
		t.Fatal("the reply isn't whole")
	}
	t.Logf("4,000 events in %v", time.Since(began))
}
