package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// said is an event as a test compares it.
type said struct {
	Data string // "-" when there was none
	Name string
}

// readAll returns a stream's events and the raw bytes of each without the line ends after it.
func readAll(r io.Reader) (events []said, raws []string, err error) {
	s := newSSEReader(r)
	defer s.release()
	for {
		event, err := s.next()
		if err != nil {
			return events, raws, err
		}
		data := "-"
		if event.data != nil {
			data = string(event.data)
		}
		events = append(events, said{data, event.name})
		raws = append(raws, strings.TrimRight(string(event.raw), "\r\n"))
	}
}

func TestSSEEvents(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	for _, c := range []struct {
		name, stream string
		want         []said
	}{
		{"nothing", "", nil},
		{"blank lines only", "\n\r\n\r", nil},
		{"plain", "data: a\n\ndata: b\n\n", []said{{"a", ""}, {"b", ""}}},
		{"CRLF", "data: a\r\n\r\ndata: b\r\n\r\n", []said{{"a", ""}, {"b", ""}}},
		{"CR", "data: a\r\rdata: b\r\r", []said{{"a", ""}, {"b", ""}}},
		{"mixed", "data: a\r\n\ndata: b\n\r\ndata: c\r\rdata: d\n\rdata: e\r\n\rdata: f\n\n", []said{{"a", ""}, {"b", ""}, {"c", ""}, {"d", ""}, {"e", ""}, {"f", ""}}},
		{"no space", "data:a\n\n", []said{{"a", ""}}},
		{"two spaces", "data:  a\n\n", []said{{" a", ""}}},
		{"byte order mark", "\xEF\xBB\xBFdata: a\n\n\xEF\xBB\xBFdata: b\n\n", []said{{"a", ""}, {"-", ""}}},
		{"half a byte order mark", "\xEF\xBB\n\n", []said{{"-", ""}}},
		{"several lines", "data: a\ndata:\ndata: b\n\n", []said{{"a\n\nb", ""}}},
		{"empty first line", "data\ndata: b\n\n", []said{{"\nb", ""}}},
		{"empty data", "data:\n\ndata\n\n", []said{{"", ""}, {"", ""}}},
		{"name", "event: error\ndata: {}\n\ndata: x\nevent:ping\nid: 1\nretry: 5\n\n", []said{{"{}", "error"}, {"x", "ping"}}},
		{"name without data", "event: ping\n\n", []said{{"-", "ping"}}},
		{"comments", ": hi\n\n:\n:\n\ndata: a\n: between\ndata: b\n\n", []said{{"-", ""}, {"-", ""}, {"a\nb", ""}}},
		{"other fields", "database: x\nevents: y\nid: 3\n\n", []said{{"-", ""}}},
		{"further blank lines", "\n\ndata: a\n\n\n\r\n\rdata: b\n\n\n", []said{{"a", ""}, {"b", ""}}},
		{"no blank line at the end", "data: a\n\ndata: b\n", []said{{"a", ""}, {"b", ""}}},
		{"no line end at the end", "data: a\n\ndata: b", []said{{"a", ""}, {"b", ""}}},
		{"2 MB line", "data: " + long + "\n\ndata: b\n\n", []said{{long, ""}, {"b", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for how, r := range map[string]io.Reader{
				"at once":      strings.NewReader(c.stream),
				"by the byte":  iotest.OneByteReader(strings.NewReader(c.stream)),
				"by halves":    iotest.HalfReader(strings.NewReader(c.stream)),
				"end with all": iotest.DataErrReader(strings.NewReader(c.stream)),
			} {
				got, raws, err := readAll(r)
				if err != io.EOF {
					t.Errorf("%s: %v", how, err)
				}
				if !reflect.DeepEqual(got, c.want) {
					t.Errorf("%s: got %.200q, want %.200q", how, got, c.want)
				}
				for _, raw := range raws {
					if !strings.Contains(c.stream, raw) {
						t.Errorf("%s: raw %.200q", how, raw)
					}
				}
			}
		})
	}
}

func TestSSERawIsWhatArrived(t *testing.T) {
	for _, stream := range []string{
		"data: a\n\n:c\n\nevent: x\ndata: b\n\n", "data: a\r\n\r\n: c\r\n\r\ndata: b\r\n\r\n", "data: a\r\r: c\r\rdata: b", "data: a\n\ndata: b\n",
	} {
		s := newSSEReader(strings.NewReader(stream))
		var got []byte
		for event, err := s.next(); err == nil; event, err = s.next() {
			got = append(got, event.raw...)
		}
		s.release()
		if string(got) != stream {
			t.Errorf("got %q, want %q", got, stream)
		}
	}
}

// parts is a stream that arrives in the given parts; past them it fails the test's expectations.
type parts struct {
	left []string
	err  error
}

func (p *parts) Read(b []byte) (int, error) {
	if len(p.left) == 0 {
		return 0, p.err
	}
	n := copy(b, p.left[0])
	if p.left[0] = p.left[0][n:]; p.left[0] == "" {
		p.left = p.left[1:]
	}
	return n, nil
}

func TestSSEDeliversWithoutWaiting(t *testing.T) {
	errWaited := errors.New("read once more")
	for _, c := range []struct {
		name  string
		parts []string
		want  string
	}{
		{"LF", []string{"data: a\n\n"}, "a"},
		{"CR", []string{"data: a\r\r"}, "a"},
		{"CRLF", []string{"data: a\r\n\r\n"}, "a"},
		{"CRLF cut in its blank line", []string{"data: a\r\n\r"}, "a"},
		{"CRLF cut in its line", []string{"data: a\r", "\n\r"}, "a"},
		{"LF after CR", []string{"data: a\n\r"}, "a"},
		{"the late LF of a CRLF", []string{"data: a\r\n\r", "\ndata: b\r\n\r", "\n"}, "a b"},
		{"part of the next", []string{"data: a\n\ndata: b"}, "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := readAll(&parts{left: c.parts, err: errWaited})
			if err != errWaited {
				t.Errorf("error %v, want the reader's own", err)
			}
			var datas []string
			for _, event := range got {
				datas = append(datas, event.Data)
			}
			if strings.Join(datas, " ") != c.want {
				t.Errorf("got %q, want %q", datas, c.want)
			}
		})
	}
}

func TestSSEBuffered(t *testing.T) {
	s := newSSEReader(&parts{left: []string{"data: 1\ndata: 1\n\ndata: 2\ndata: 2\n\ndata: 3\n", "\n\ndata: 4\n", "data: 4"}, err: io.EOF})
	defer s.release()
	if s.buffered() {
		t.Error("buffered before the first read")
	}
	for i, want := range []struct {
		data string
		more bool
	}{{"1\n1", true}, {"2\n2", false}, {"3", false}, {"4\n4", false}} {
		event, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		if more := s.buffered(); more != want.more || s.buffered() != more {
			t.Errorf("event %d: buffered %v, want %v", i, more, want.more)
		}
		if string(event.data) != want.data {
			t.Errorf("event %d: %q, want %q: the event must outlast buffered", i, event.data, want.data)
		}
	}
	if _, err := s.next(); err != io.EOF || s.buffered() {
		t.Errorf("%v, want the end", err)
	}
}

func TestSSERefusesEndlessEvents(t *testing.T) {
	line := strings.Repeat("a", 1<<20) + "\n"
	endless := func(line string, n int) io.Reader {
		var all []io.Reader
		for range n {
			all = append(all, strings.NewReader(line))
		}
		return io.MultiReader(all...)
	}
	for name, r := range map[string]io.Reader{
		"one line":   endless(strings.TrimSpace(line), 17),
		"many lines": endless("data: "+line, 17),
		"comments":   endless(": "+line, 17),
		"whole":      io.MultiReader(endless("data: "+line, 17), strings.NewReader("\n\n")),
	} {
		events, _, err := readAll(io.MultiReader(strings.NewReader("data: first\n\n"), r))
		if err != errEventTooLong || len(events) != 1 {
			t.Errorf("%s: %d events, error %v", name, len(events), err)
		}
	}
	fits := "data: " + strings.Repeat("a", maxEvent-len("data: \n\n")) + "\n\n"
	for _, r := range []io.Reader{strings.NewReader(fits), iotest.DataErrReader(strings.NewReader(strings.TrimSpace(fits)))} {
		if events, _, err := readAll(r); err != io.EOF || len(events) != 1 {
			t.Errorf("the longest event: %d events, error %v", len(events), err)
		}
	}
}

func TestSSEReadErrors(t *testing.T) {
	errReset := errors.New("reset")
	got, _, err := readAll(io.MultiReader(strings.NewReader("data: a\n\ndata: cut"), iotest.ErrReader(errReset)))
	if err != errReset || len(got) != 1 {
		t.Errorf("got %q and %v: whole events come first, a cut one never", got, err)
	}
	if _, _, err := readAll(&parts{left: make([]string, 0)}); err != io.ErrNoProgress {
		t.Errorf("a reader that brings nothing: %v", err)
	}
}

func TestSSEAllocatesNothingPerEvent(t *testing.T) {
	stream := bytes.Repeat([]byte("event: delta\ndata: {\"x\":1}\ndata: more\n\n"), 20_000)
	s := newSSEReader(bytes.NewReader(stream))
	defer s.release()
	for range 1000 {
		if _, err := s.next(); err != nil {
			t.Fatal(err)
		}
	}
	n := testing.AllocsPerRun(10_000, func() {
		if _, err := s.next(); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations an event", n)
	}
}

func FuzzSSE(f *testing.F) {
	for _, seed := range []string{
		"data: a\n\ndata: b\n\n", "data: a\r\n\r\ndata:b\r\n\r\n: c\r\n\r\n", "\xEF\xBB\xBFdata: a\r\revent: x\rdata\rdata: y\r\r",
		"data: a\r\n\ndata: b\n\r\nid: 7\n\n\n\ndata: \xc3\xa9", "\r\n\r\ndata: 1\r\ndata: 2\n\r",
	} {
		f.Add([]byte(seed), []byte{1, 2, 3})
		f.Add([]byte(seed), []byte{0})
	}
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		want, wantRaw, err := readAll(bytes.NewReader(stream))
		if err != io.EOF {
			t.Fatal(err)
		}
		chunks := &parts{err: io.EOF}
		for i, rest := 0, stream; len(rest) > 0; i++ {
			n := len(rest)
			if len(cuts) > 0 {
				n = min(n, 1+int(cuts[i%len(cuts)]))
			}
			chunks.left = append(chunks.left, string(rest[:n]))
			rest = rest[n:]
		}
		for how, r := range map[string]io.Reader{
			"cut": chunks, "by the byte": iotest.OneByteReader(bytes.NewReader(stream)), "end with all": iotest.DataErrReader(bytes.NewReader(stream)),
		} {
			got, gotRaw, err := readAll(r)
			if err != io.EOF || !reflect.DeepEqual(got, want) || !reflect.DeepEqual(gotRaw, wantRaw) {
				t.Fatalf("%s: %q: got %q %q %v, want %q %q", how, stream, got, gotRaw, err, want, wantRaw)
			}
		}
		if plain := plainEvents(string(stream)); !reflect.DeepEqual(want, plain) {
			t.Fatalf("%q: got %q, want %q", stream, want, plain)
		}
	})
}

// plainEvents reads a stream the plain way: line ends made alike, lines split, fields split.
func plainEvents(stream string) (events []said) {
	stream = strings.TrimPrefix(stream, "\xEF\xBB\xBF")
	stream = strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n")
	for _, block := range strings.Split(stream+"\n\n", "\n\n") {
		block = strings.Trim(block, "\n")
		if block == "" {
			continue
		}
		event, datas := said{Data: "-"}, []string(nil)
		for _, line := range strings.Split(block, "\n") {
			field, value, _ := strings.Cut(line, ":")
			value = strings.TrimPrefix(value, " ")
			switch field {
			case "data":
				datas = append(datas, value)
				event.Data = strings.Join(datas, "\n")
			case "event":
				event.Name = value
			}
		}
		events = append(events, event)
	}
	return events
}

func BenchmarkSSE(b *testing.B) {
	var stream []byte
	for i := range 10_000 {
		stream = fmt.Appendf(stream, "data: {\"id\":\"chatcmpl-123\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-5\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word%d \"},\"finish_reason\":null}]}\n\n", i)
	}
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		s := newSSEReader(bytes.NewReader(stream))
		for {
			if _, err := s.next(); err != nil {
				break
			}
		}
		s.release()
	}
}
