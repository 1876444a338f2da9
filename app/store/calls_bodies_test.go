package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"headgate/app/apperr"
	"headgate/app/calllog"
	"headgate/gateway"
)

func withBodies(n int, request, reply string) calllog.Entry {
	e := storedCall(n)
	e.Call.Bodies = &gateway.Bodies{
		RequestHeader: []gateway.Header{{Name: "User-Agent", Value: "tool/1"}, {Name: "X-Odd", Value: "\"\\\xff"}},
		Request:       []byte(request), RequestCut: true, Reply: []byte(reply),
	}
	return e
}

func TestBodiesComeBackAsTheyWereWritten(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	large := strings.Repeat("0123456789abcdef", 64<<10)
	binary := string([]byte{0, 0xff, 0xfe, 'a', 0xc3})
	open := withBodies(5, "early", "")
	open.Call.State = gateway.StateOpen
	mustWrite(t, s, withBodies(1, `{"model":"chat"}`, "data: [DONE]\n\n"), withBodies(2, large, binary), storedCall(3), open)
	empty := storedCall(4)
	empty.Call.Bodies = &gateway.Bodies{}
	mustWrite(t, s, empty, withBodies(5, "late", ""))
	for id, want := range map[string][2]string{
		"call-0001": {`{"model":"chat"}`, "data: [DONE]\n\n"}, "call-0002": {large, binary}, "call-0005": {"late", ""},
	} {
		got, err := s.Bodies(t.Context(), id)
		if err != nil {
			t.Fatal(id, err)
		}
		if string(got.Request) != want[0] || string(got.Reply) != want[1] || !got.RequestCut || got.ReplyCut {
			t.Errorf("%s carried %d and %d bytes, cut %v %v", id, len(got.Request), len(got.Reply), got.RequestCut, got.ReplyCut)
		}
		if len(got.RequestHeader) != 2 || got.RequestHeader[0] != (gateway.Header{Name: "User-Agent", Value: "tool/1"}) {
			t.Errorf("%s has the headers %v", id, got.RequestHeader)
		}
		if d, err := s.Get(t.Context(), id); err != nil || !d.HasBodies {
			t.Errorf("%s: bodies are there, it says %v (%v)", id, d.HasBodies, err)
		}
	}
	for _, id := range []string{"call-0003", "call-0004", "nobody"} {
		if _, err := s.Bodies(t.Context(), id); apperr.Code(err) != "bodies_not_kept" {
			t.Errorf("%s: %v", id, err)
		}
	}
	if d, err := s.Get(t.Context(), "call-0003"); err != nil || d.HasBodies {
		t.Errorf("bodies that aren't there: %v (%v)", d.HasBodies, err)
	}
}

func TestBodiesTakeLittleRoomAndGoFirst(t *testing.T) {
	dir := t.TempDir()
	db := openForCalls(t, dir)
	s := db.CallLog()
	text, err := json.Marshal(strings.Fields(strings.Repeat("The quick brown fox jumps over the lazy dog. ", 200)))
	if err != nil {
		t.Fatal(err)
	}
	var all []calllog.Entry
	for n := range 300 {
		all = append(all, withBodies(n, fmt.Sprint(n, string(text)), string(bytes.Repeat(text, 2))))
	}
	mustWrite(t, s, all...)
	before := callsBegan.Add(250 * time.Second)
	for _, want := range []int{200, 50, 0} {
		if n, err := s.PruneBodies(t.Context(), before, 200); err != nil || n != want {
			t.Fatalf("removed %d (%v), want %d", n, err, want)
		}
	}
	for id, want := range map[string]bool{"call-0249": false, "call-0250": true} {
		if d, err := s.Get(t.Context(), id); err != nil || d.HasBodies != want {
			t.Errorf("%s has bodies: %v (%v), want %v", id, d.HasBodies, err, want)
		}
	}
	if n, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 1000); err != nil || n != 300 {
		t.Fatalf("removed %d calls (%v)", n, err)
	}
	var left int
	if err := db.Connections()["calls reader"].QueryRow("SELECT count(*) FROM bodies").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d bodies outlived their calls (%v)", left, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "calls.db"))
	if err != nil {
		t.Fatal(err)
	}
	if plain := int64(300 * 3 * len(text)); info.Size() > plain/2 {
		t.Errorf("%d bytes of bodies took %d", plain, info.Size())
	}
}

func TestTextsAreVisitedNewestFirst(t *testing.T) {
	s := openForCalls(t, t.TempDir()).CallLog()
	var all []calllog.Entry
	for n := range 25 {
		e := storedCall(n)
		if n%2 == 0 {
			e = withBodies(n, "asked", fmt.Sprint("said ", n))
		}
		e.Call.GroupID = int64(n)
		if n%3 == 0 {
			e.Call.Attempts = []gateway.Attempt{{Outcome: gateway.Outcome{Message: "first"}}, {}, {Outcome: gateway.Outcome{Message: "second"}}}
		}
		all = append(all, e)
	}
	mustWrite(t, s, all...)
	var next int64
	var seen []int64
	for pages := 1; ; pages++ {
		var err error
		next, err = s.Texts(t.Context(), next, 10, func(said calllog.Said) (bool, error) {
			n := said.Seq - 1
			seen = append(seen, n)
			var messages []string
			if n%3 == 0 {
				messages = []string{"first", "second"}
			}
			if said.GroupID != n || said.State != gateway.StateOK || said.StartedAt != all[n].Call.StartedAt.UnixMilli() ||
				!slices.Equal(said.Messages, messages) || (said.Reply != nil) != (n%2 == 0) {
				t.Errorf("call %d is %+v", n, said)
			}
			if said.Reply != nil {
				if reply, err := said.Reply(); err != nil || string(reply) != fmt.Sprint("said ", n) {
					t.Errorf("call %d said %q (%v)", n, reply, err)
				}
			}
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if next == 0 {
			if pages != 3 {
				t.Errorf("25 calls took %d pages", pages)
			}
			break
		}
	}
	if len(seen) != 25 || !slices.IsSortedFunc(seen, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("visited %v", seen)
	}
	count := 0
	next, err := s.Texts(t.Context(), 0, 10, func(calllog.Said) (bool, error) { count++; return count < 3, nil })
	if next != 0 || err != nil || count != 3 {
		t.Errorf("went on to %d after %d calls (%v)", next, count, err)
	}
	rows, err := s.Rows(t.Context(), []int64{3, 99, 7})
	if err != nil || len(rows) != 2 || rows[0].Seq != 7 || rows[1].Seq != 3 {
		t.Errorf("rows are %v (%v)", rows, err)
	}
}

func attempted(n int, keywords ...int64) calllog.Entry {
	e := storedCall(n)
	for _, id := range keywords {
		e.Call.Attempts = append(e.Call.Attempts, gateway.Attempt{Outcome: gateway.Outcome{KeywordID: id}})
	}
	return e
}

func TestKeywordUseCountsCalls(t *testing.T) {
	dir := t.TempDir()
	s := openForCalls(t, dir).CallLog()
	open, cut := attempted(3, 1), attempted(4, 2)
	open.Call.State, cut.Call.State = gateway.StateOpen, gateway.StateOpen
	mustWrite(t, s, attempted(1, 1, 0, 1, 2), attempted(2, 2), attempted(5), open, cut)
	mustWrite(t, s, attempted(3, 1, 1)) // the open one ends
	if n, err := s.Interrupt(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	at := func(n int) int64 { return callsBegan.Add(time.Duration(n) * time.Second).UnixMilli() }
	want := map[int64]calllog.KeywordUse{1: {Hits: 2, LastAt: at(3)}, 2: {Hits: 3, LastAt: at(4)}}
	got, err := s.KeywordUse(t.Context())
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("used %+v (%v), want %+v", got, err, want)
	}
	if _, _, err := s.Remove(t.Context(), time.Time{}, callsBegan.Add(time.Hour), 0, 100); err != nil {
		t.Fatal(err)
	}
	if got, err := s.KeywordUse(t.Context()); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("when the calls are gone it is %+v (%v)", got, err)
	}
}
