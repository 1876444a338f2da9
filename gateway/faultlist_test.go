package gateway_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// faultList is every fault that a test must name: of upstreams before anything
// was sent and after, of bytes, of clients, and of the machine. Where more than
// one answer would do, it says which one was chosen.
var faultList = map[string]string{
	"001": "connection refused", "002": "no answer to connecting", "003": "NXDOMAIN", "004": "SERVFAIL", "005": "IPv6 broken, IPv4 fine",
	"006": "a certificate that is expired, self-signed or another host's", "007": "no TLS handshake; plain HTTP where TLS should be",
	"008": "reset before the head", "009": "a kept connection that is dead: the same member once more", "010": "reset after the head", "011": "reset after the first words",
	"012": "no head", "013": "a head and no first token", "014": "silence, or pings only, after the first words", "015": "pings for ever",
	"016": "an error in a 200: as its code says", "017": "a web page in a 200", "018": "nothing in a 200", "019": "cut JSON", "020": "less than Content-Length says",
	"021": "more than Content-Length says: the reply counts, the connection goes", "022": "good JSON of another Content-Type: taken", "023": "204, 206 and 101", "024": "redirects: never followed", "025": "1xx without end",
	"026": "400: passed on", "027": "context length: a member that is known to have more, else passed on", "028": "400 for a bad key", "029": "401", "030": "402 and insufficient_quota", "031": "403; a web page's is not the key's",
	"032": "moderation: passed on; a rule of the group may ask the next member", "033": "404 for the model", "034": "404 for the path", "035": "405 and 501", "036": "408, 409 and 425",
	"037": "413: passed on, unless a member is known to have more context", "038": "415 and 422: passed on",
	"039": "429 without a time: 5 s, doubling", "040": "Retry-After in seconds", "041": "Retry-After as a date: in the past a second, skewed by the upstream's own Date", "042": "Retry-After that is junk, negative, huge; in milliseconds; the limits' reset",
	"043": "a monthly limit", "044": "500 to 504, 520 to 527", "045": "529", "046": "overloaded as the first event", "047": "an error among the events", "048": "finish_reason without [DONE]: completed",
	"049": "an end without finish_reason; with [DONE] it is whole: servers leave the reason out", "050": "[DONE] and nothing else", "051": "data after [DONE]: dropped", "052": "CRLF, CR and both", "053": "no space, BOM, several lines, id and retry",
	"054": "no last blank line", "055": "an event of 2 MB", "056": "a character cut in two", "057": "an event that is not JSON", "058": "a byte at a time, a megabyte at once", "059": "trailers and extensions",
	"060": "a compressed stream", "061": "an encoding nobody asked for, broken gzip", "062": "HTTP/2: GOAWAY, REFUSED_STREAM", "063": "HTTP/2: a dead connection", "064": "sleep and wake", "065": "JSON for a stream: becomes events",
	"066": "a stream for JSON: put together", "067": "usage missing: unknown, never zero", "068": "our key comes back: blotted out", "069": "a failure keyword, wherever it is cut",
	"070": "the client leaves while it waits", "071": "the client leaves in the middle", "072": "the client leaves during its upload", "073": "a client that reads slowly",
	"075": "a body over the limit", "076": "a compressed body: 415", "077": "JSON that is broken, too deep or no object", "078": "an empty body, another content type",
	"079": "model twice: 400; MODEL is another field", "080": "a lone surrogate: passes", "081": "stream as text or number: 400; null is false", "082": "no model, or one that can't be", "083": "no messages", "084": "big numbers and unknown fields: kept",
	"085": "no key, a bad key: one body", "086": "two keys that differ", "087": "an expired key", "088": "a group that the key may not use: like one that isn't there, 404, so that nobody learns its name", "089": "an unknown group",
	"090": "a group with nothing enabled", "091": "an unknown path or method", "092": "a group or key removed meanwhile", "093": "a provider edited meanwhile", "094": "request smuggling", "095": "Expect, pipelining, Upgrade",
	"096": "a stop during a hundred streams", "097": "a panic", "098": "the call log's file locked, full or broken", "099": "the configuration's file locked", "100": "the clock is set",
}

// Every fault from 001 to 100 has a test that is named by it. The list has no
// 074.
func TestEveryFaultHasATest(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, pattern := range []string{"*_test.go", "../app/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			namesFaults(t, file, named)
		}
	}
	for n := 1; n <= 100; n++ {
		id := fmt.Sprintf("%03d", n)
		if _, there := faultList[id]; there != (n != 74) {
			t.Errorf("FLT-%s: on the list: %v", id, there)
		} else if there && !named[id] {
			t.Errorf("FLT-%s has no test: %s", id, faultList[id])
		}
		delete(named, id)
	}
	for id := range named {
		t.Errorf("FLT-%s is not on the list", id)
	}
}

var faultID = regexp.MustCompile(`FLT-?(\d{3})`)

// namesFaults notes the faults by which a file's tests, or rows of their tables,
// are named. A mention in a comment is no test.
func namesFaults(t *testing.T, path string, named map[string]bool) {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	note := func(text string) {
		for _, found := range faultID.FindAllStringSubmatch(text, -1) {
			named[found[1]] = true
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if strings.HasPrefix(n.Name.Name, "Test") {
				note(n.Name.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.STRING && strings.HasPrefix(n.Value, `"FLT-`) {
				note(n.Value)
			}
		}
		return true
	})
}
