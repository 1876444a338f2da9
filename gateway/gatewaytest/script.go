package gatewaytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"
)

// Script is everything that an upstream does. It is plain data: the same script
// is a Go value in a test and a JSON file for cmd/upstream. Its zero value is a
// healthy upstream that serves any model to anybody.
//
// For each request the first list that has something for it decides: Paths by
// URL path, Keys by bearer key, ByModel by the request's model, then Steps. A
// list is a sequence: the first request it decides gets its first entry, the
// next its second, and the last entry repeats.
type Script struct {
	// Marker stands in every reply's text and id, so that a reply that mixes two
	// upstreams shows. Letters, digits, "-" and "_"; made up when empty.
	Marker string `json:"marker,omitempty"`
	// Address to listen on. Default: a free port of 127.0.0.1.
	Address string `json:"address,omitempty"`
	// Door is how connections are taken: see the Door constants.
	Door Door `json:"door,omitempty"`
	// Models are served and listed; a request for another gets a 404. Empty: any
	// model is served, and those named in ByModel (else "m1") are listed.
	Models []string `json:"models,omitempty"`
	// AcceptKeys, when set, are the only bearer keys that don't get a 401.
	AcceptKeys []string `json:"accept_keys,omitempty"`

	Paths   map[string][]Behaviour `json:"paths,omitempty"`
	ByKey   map[string][]Behaviour `json:"by_key,omitempty"`
	ByModel map[string][]Behaviour `json:"by_model,omitempty"`
	Steps   []Behaviour            `json:"steps,omitempty"`
}

// Behaviour is what happens to one request. Its zero value is a correct reply,
// as JSON or as a stream, whichever was asked for.
type Behaviour struct {
	// Fault takes an entry of the fault list, such as "FLT-011"; the other
	// fields, where set, replace the entry's. Faults lists the names.
	Fault string `json:"fault,omitempty"`

	// What is said.
	Status    int        `json:"status,omitempty"`    // default 200
	Header    []Header   `json:"header,omitempty"`    // added; a name that is there already is replaced
	Body      string     `json:"body,omitempty"`      // the whole body, instead of a completion
	Bytes     []byte     `json:"bytes,omitempty"`     // like Body, for what isn't text (base64 in JSON)
	Empty     bool       `json:"empty,omitempty"`     // no body at all
	Error     *Error     `json:"error,omitempty"`     // body is OpenAI's error envelope
	Content   []string   `json:"content,omitempty"`   // pieces of the text, an event each
	Pieces    int        `json:"pieces,omitempty"`    // without Content: how many pieces are made; default 3
	Reasoning []string   `json:"reasoning,omitempty"` // pieces of reasoning_content, before the text
	Deltas    []Raw      `json:"deltas,omitempty"`    // streams: delta objects instead of Content
	Message   Raw        `json:"message,omitempty"`   // JSON: the message object instead of Content
	Model     string     `json:"model,omitempty"`     // default: the request's
	Finish    string     `json:"finish,omitempty"`    // finish_reason; default "stop"
	Usage     Raw        `json:"usage,omitempty"`     // default Tokens(11, 7)
	NoUsage   bool       `json:"no_usage,omitempty"`  // usage is never told
	As        string     `json:"as,omitempty"`        // "json" or "stream", whatever was asked for
	Stream    StreamForm `json:"stream,omitzero"`
	Early     int        `json:"early,omitempty"` // number of 103 heads before the real one; negative: for ever
	EchoKey   bool       `json:"echo_key,omitempty"`
	Encoding  string     `json:"encoding,omitempty"` // "gzip" compresses; another name is only claimed
	Options   string     `json:"options,omitempty"`  // "refuse": 400 to a request with stream_options

	// When it is said.
	HeadDelayMS  int   `json:"head_delay_ms,omitempty"`  // before the head
	EventDelayMS int   `json:"event_delay_ms,omitempty"` // before each event
	Hold         *Hold `json:"hold,omitempty"`           // wait for Upstream.Open

	// How it is put on the wire.
	Framing   string   `json:"framing,omitempty"`   // "length", "chunked" or "close"; default: length for JSON, chunked for streams
	Claim     int      `json:"claim,omitempty"`     // added to the true Content-Length
	Extra     string   `json:"extra,omitempty"`     // bytes after the body's end
	Extension string   `json:"extension,omitempty"` // after each chunk's size, such as ";a=b"
	Trailer   []Header `json:"trailer,omitempty"`   // after the last chunk
	Segment   int      `json:"segment,omitempty"`   // bytes per write; default: a whole event. Negative: all in one
	Close     bool     `json:"close,omitempty"`     // close the connection after the reply, and say so
	Cut       *Cut     `json:"cut,omitempty"`
	HTTP2     HTTP2    `json:"http2,omitempty"` // behind DoorHTTP2 only
}

// StreamForm is how a stream is spelled.
type StreamForm struct {
	NoFinish    bool     `json:"no_finish,omitempty"`     // no finish_reason
	NoDone      bool     `json:"no_done,omitempty"`       // no [DONE]
	NoRole      bool     `json:"no_role,omitempty"`       // no first delta with only the role
	UsageAlways bool     `json:"usage_always,omitempty"`  // usage chunk also when not asked for
	Events      []string `json:"events,omitempty"`        // data of the events, instead of a completion's; [DONE] isn't added
	Insert      []Insert `json:"insert,omitempty"`        // foreign frames between the events
	Newline     string   `json:"newline,omitempty"`       // "lf" (default), "crlf", "cr", "mixed"
	NoSpace     bool     `json:"no_space,omitempty"`      // "data:{" for "data: {"
	BOM         bool     `json:"bom,omitempty"`           // byte order mark first
	MultiLine   bool     `json:"multi_line,omitempty"`    // each event's JSON over several data lines
	Fields      bool     `json:"fields,omitempty"`        // id:, retry: and event: lines too
	NoLastBlank bool     `json:"no_last_blank,omitempty"` // the last event has no blank line after it
	AfterDone   string   `json:"after_done,omitempty"`    // frames after the last event, as they stand
}

// Insert puts a frame, as it stands, before the event with this index.
type Insert struct {
	Before int    `json:"before"`
	Frame  string `json:"frame"`
}

// Header is one header line.
type Header struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Error is OpenAI's error envelope. Param and Code are null when empty.
type Error struct {
	Message string `json:"message"`
	Type    string `json:"type"`
	Param   string `json:"param,omitempty"`
	Code    string `json:"code,omitempty"`
}

// Raw is JSON that is sent as it stands.
type Raw = json.RawMessage

// Point is a place in a reply. The zero value is the body's beginning.
type Point struct {
	At     string `json:"at,omitempty"`     // "request": before the head
	Events int    `json:"events,omitempty"` // after this many events of a stream
	Bytes  int    `json:"bytes,omitempty"`  // after this many bytes of the body
}

// Hold makes a reply wait at a point until Upstream.Open(Gate) was called.
type Hold struct {
	Point
	Gate string `json:"gate"`
}

// Cut breaks a reply off at a point.
type Cut struct {
	Point
	How    How  `json:"how,omitempty"`
	Reused bool `json:"reused,omitempty"` // only on a connection that has carried a request before
}

// How a reply is broken off.
type How string

// The ways to break a reply off.
const (
	Reset   How = "reset"   // RST
	Close   How = "close"   // FIN without what the framing still needs
	Stall   How = "stall"   // nothing more, until the client leaves
	Pings   How = "pings"   // comments every EventDelayMS (default 10), until the client leaves
	Garbage How = "garbage" // bytes that break the chunked framing, then FIN
)

// BeforeHead is the place where the request was received and nothing was said.
const BeforeHead = "request"

// Tokens is a usage object.
func Tokens(input, output int) Raw {
	return Raw(fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":%d}`, input, output, input+output))
}

// Always is a script that does b to every request.
func Always(b Behaviour) Script { return Script{Steps: []Behaviour{b}} }

// InTurn is a script that does one after the other, and the last for ever.
func InTurn(b ...Behaviour) Script { return Script{Steps: b} }

// ReadScript reads a script from JSON. A field that it doesn't know is an error.
func ReadScript(r io.Reader) (Script, error) {
	var s Script
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Script{}, fmt.Errorf("read script: %w", err)
	}
	_, err := s.compile()
	return s, err
}

// compile resolves the faults' names.
func (s Script) compile() (Script, error) {
	if len(s.Steps) == 1 && s.Door == "" {
		s.Door = doors[s.Steps[0].Fault]
		if s.Steps[0].HTTP2 != "" || faults[s.Steps[0].Fault].HTTP2 != "" {
			s.Door = DoorHTTP2
		}
	}
	if s.Door != "" && !slices.Contains(allDoors, s.Door) {
		return s, fmt.Errorf("script: unknown door %q", s.Door)
	}
	for _, lists := range []*map[string][]Behaviour{&s.Paths, &s.ByKey, &s.ByModel} {
		resolved := make(map[string][]Behaviour, len(*lists))
		for name, list := range *lists {
			var err error
			if resolved[name], err = resolve(list, s.Door); err != nil {
				return s, err
			}
		}
		*lists = resolved
	}
	var err error
	s.Steps, err = resolve(s.Steps, s.Door)
	return s, err
}

func resolve(list []Behaviour, door Door) ([]Behaviour, error) {
	out := make([]Behaviour, len(list))
	for i, b := range list {
		out[i] = b
		if b.Fault == "" || door != "" && doors[b.Fault] == door {
			continue
		}
		entry, ok := faults[b.Fault]
		if !ok {
			if doors[b.Fault] != "" {
				return nil, fmt.Errorf("script: %s is about connections: it can only be a script's one step", b.Fault)
			}
			return nil, fmt.Errorf("script: unknown fault %q", b.Fault)
		}
		// What b leaves at zero isn't in its JSON, so decoding it over the entry
		// replaces just what b sets.
		base, err := json.Marshal(entry)
		if err != nil {
			return nil, err
		}
		over, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		var merged Behaviour
		for _, text := range [][]byte{base, over} {
			if err := json.NewDecoder(bytes.NewReader(text)).Decode(&merged); err != nil {
				return nil, err
			}
		}
		out[i] = merged
	}
	return out, nil
}

func milliseconds(n int) time.Duration { return time.Duration(n) * time.Millisecond }
