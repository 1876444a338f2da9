package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"headgate/gateway/gatewaytest"
)

// A fault that is new in the list has to be told what a client may see of it.
func TestEveryFaultHasItsPlace(t *testing.T) {
	// About connections, which toxiproxy sees to, and about HTTP/2, which wants TLS.
	elsewhere := []string{
		"FLT-001", "FLT-002", "FLT-006", "FLT-006:self_signed", "FLT-006:wrong_host", "FLT-007", "FLT-007:http",
		"FLT-062", "FLT-062:refused", "FLT-063",
	}
	for _, name := range gatewaytest.Faults() {
		if _, listed := faults[name]; listed == slices.Contains(elsewhere, name) {
			t.Errorf("%s is in faults: %v; it must be there or among those of connections", name, listed)
		}
	}
	known := gatewaytest.Faults()
	for name := range faults {
		if !slices.Contains(known, name) {
			t.Errorf("%s isn't in the fault list", name)
		}
	}
}

func TestJudge(t *testing.T) {
	m := &member{name: "moody"}
	for _, name := range []string{"", "FLT-011", "FLT-069", "FLT-067", "FLT-049:done"} {
		a := act{name: name, fault: fault{stream: whole, json: whole}, input: 5, output: 6, pieces: 2}
		if name != "" {
			a.fault = faults[name]
		}
		m.acts = append(m.acts, a)
	}
	members := map[string]*member{"moody": m}
	good := call{
		group: chat, stream: true, usage: true, seen: sawWhole, status: 200, replyID: "chatcmpl-moody-1",
		text: "moody#1 moody#2 ", finish: "stop", done: true, told: true, tokens: [2]int64{5, 6},
	}
	for _, tt := range []struct {
		name   string
		change func(*call)
		words  string // "": nothing is wrong
	}{
		{"Good", func(*call) {}, ""},
		{"NotAsked", func(k *call) { k.usage, k.told = false, false }, ""},
		{"FoundWhileReading", func(k *call) { k.fault = "two ids" }, "two ids"},
		{"OfNobody", func(k *call) { k.replyID = "chatcmpl-else-1" }, "of nobody"},
		{"NoID", func(k *call) { k.replyID = "" }, "of nobody"},
		{"ShortText", func(k *call) { k.text = "moody#1 " }, "said"},
		{"OtherText", func(k *call) { k.text = "moody#1 steady#2 " }, "said"},
		{"NoDone", func(k *call) { k.done = false }, "[DONE]"},
		{"NoFinish", func(k *call) { k.finish = "" }, "finish_reason"},
		{"NoRight", func(k *call) { k.refused = 401 }, "a 401 was due"},
		{"WrongTokens", func(k *call) { k.tokens[0]++ }, "tokens"},
		{"NoTokens", func(k *call) { k.told = false }, "tokens"},
		{"TokensNotAskedFor", func(k *call) { k.usage = false }, "not asked for"},
		{"CutAndWhole", func(k *call) { k.replyID = "chatcmpl-moody-2" }, "a whole reply, where"},
		{"CutInWords", func(k *call) { *k = cutOff(*k, "chatcmpl-moody-2") }, ""},
		{"CutAndDone", func(k *call) { *k = cutOff(*k, "chatcmpl-moody-2"); k.done = true }, "looks complete"},
		{"CutByNobody", func(k *call) { *k = cutOff(*k, "chatcmpl-moody-1") }, "broke off, where"},
		{"Keyword", func(k *call) { k.replyID, k.text = "chatcmpl-moody-3", gatewaytest.Keyword }, ""},
		{"KeywordWhereItCounts", func(k *call) { k.replyID, k.text, k.group = "chatcmpl-moody-3", gatewaytest.Keyword, code }, "keyword"},
		{"TokensOfNobody", func(k *call) { k.replyID = "chatcmpl-moody-4" }, "told none"},
		{"DoneOnly", func(k *call) { k.replyID, k.finish = "chatcmpl-moody-5", "" }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := good
			tt.change(&k)
			got := judge(&k, members)
			if tt.words == "" && got != "" || tt.words != "" && !strings.Contains(got, tt.words) {
				t.Errorf("got %q, want %q", got, tt.words)
			}
		})
	}
}

func cutOff(k call, replyID string) call {
	k.seen, k.replyID, k.text, k.finish, k.done, k.told = sawBroken, replyID, "moody#1 ", "", false, false
	return k
}

func TestReadStream(t *testing.T) {
	const one = `{"id":"chatcmpl-moody-1","choices":[{"delta":{"content":"a"}}]}`
	other := strings.Replace(one, "moody", "ruin", 1)
	failure := `{"error":{"message":"The reply broke off.","code":"upstream_error"}}`
	for _, tt := range []struct {
		name, text string
		seen       seen
		fault      string
	}{
		{"Whole", "data: " + one + "\n\ndata: [DONE]\n\n", sawWhole, ""},
		{"CR", "\ufeffdata:" + one + "\r\r: ping\rdata: [DONE]\r\r", sawWhole, ""},
		{"Mixed", "id: 1\r\ndata: " + one + "\r\n\rdata: [DONE]\n\r\n", sawWhole, ""},
		{"Mixture", "data: " + one + "\n\ndata: " + other + "\n\ndata: [DONE]\n\n", sawWhole, "chatcmpl-ruin-1"},
		{"CleanEnd", "data: " + one + "\n\n", sawWhole, "no [DONE]"},
		{"NoBlankLine", "data: " + one + "\n\ndata: [DONE]\n", sawWhole, "no [DONE]"},
		{"MoreAfterDone", "data: [DONE]\n\ndata: " + one + "\n\n", sawWhole, "after [DONE]"},
		{"ErrorWithCleanEnd", "data: " + one + "\n\ndata: " + failure + "\n\n", sawBroken, "clean end"},
		{"DoneAfterError", "data: " + failure + "\n\ndata: [DONE]\n\n", sawBroken, "clean end"},
		{"NotJSON", "data: oops\n\ndata: [DONE]\n\n", sawWhole, "isn't JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := call{stream: true}
			if err := k.readStream(strings.NewReader(tt.text), func(error) {}); err != nil {
				t.Fatal(err)
			}
			if k.seen != tt.seen || (k.fault != "") != (tt.fault != "") || !strings.Contains(k.fault, tt.fault) {
				t.Errorf("saw %q, fault %q; want %q, %q", k.seen, k.fault, tt.seen, tt.fault)
			}
		})
	}
}

func TestLinesOfEvents(t *testing.T) {
	lines := bufio.NewScanner(strings.NewReader("a\rb\r\nc\n\n\rd"))
	lines.Split(lineOfEvents)
	var got []string
	for lines.Scan() {
		got = append(got, lines.Text())
	}
	if want := []string{"a", "b", "c", "", "", "d"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestKeysAreFound(t *testing.T) {
	key := (&member{name: "moody"}).secret(0)
	spellings := spelled([]string{keyBoth, key})
	for text, want := range map[string]int{
		"nothing of that": 0, "Bearer " + key: 1, base64.StdEncoding.EncodeToString([]byte("user:" + key)): 1,
		fmt.Sprintf("%x and %s", key, keyBoth): 2, key[:len(key)-1]: 0,
	} {
		if got := keysIn([]byte(text), spellings); len(got) != want {
			t.Errorf("in %q there are %q", text, got)
		}
	}
}

func TestGoroutines(t *testing.T) {
	end := make(chan struct{})
	defer close(end)
	go func() { <-end }()
	dump := make([]byte, 1<<20)
	dump = dump[:runtime.Stack(dump, true)]
	all := goroutines(append([]byte("SIGQUIT: quit\n\n"), dump...))
	if want := strings.Count(string(dump), "]:\n"); len(all) != want {
		t.Errorf("%d goroutines, want %d: %q", len(all), want, all)
	}
	if !slices.Contains(all, "headgate/build/soak.TestGoroutines") {
		t.Errorf("not among them the one made here: %q", all)
	}
}
