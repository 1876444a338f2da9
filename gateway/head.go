package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// maxModelLength is the longest model name a request may ask for, in bytes.
const maxModelLength = 2048

// maxCountDigits is as many digits of a number of choices as anybody means.
const maxCountDigits = 4

// span is a half-open range of byte offsets; the zero span is "not there".
type span struct{ from, to int }

// there reports whether the span stands for something.
func (s span) there() bool { return s.to > s.from }

// head is what the engine needs to know of a request body.
type head struct {
	model       string // decoded
	modelAt     span   // the JSON string with its quotes
	stream      bool
	choices     int  // how many are asked for; 0: not said
	options     span // the value of stream_options when it is an object
	optionsNull span // the value null of stream_options, when it is so
	wantsUsage  bool // stream_options.include_usage is true
	usageAt     span // the value of stream_options.include_usage, whatever it is
	end         int  // offset of the top-level object's closing brace
}

// headFault says what is wrong with a body, in words for the caller.
type headFault struct {
	param   string // the field at fault, "" when it is the body as a whole
	code    string // invalid_json, invalid_value or missing_required_parameter
	message string
}

// headScan is one pass over a body. A field's fault waits until the pass is over, because broken JSON is told first.
type headScan struct {
	jsonScanner
	head
	fault *headFault

	hasStream, hasOptions, hasList bool
}

// scanHead reads a request body's head and validates the whole body: one JSON object, nested at most 100 deep, with a
// model. list names the member that must be there as an array with something in it ("messages"); "" asks for none.
func scanHead(body []byte, list string) (head, *headFault) {
	s := headScan{jsonScanner: jsonScanner{b: body}}
	switch c := s.peek(); {
	case s.i == len(body):
		return head{}, &headFault{code: "invalid_json", message: "The request body is empty; send a JSON object."}
	case c != '{' && bytes.IndexByte([]byte(`["tfn-0123456789`), c) >= 0:
		return head{}, &headFault{code: "invalid_json", message: "The request body must be a JSON object."}
	case c != '{':
		s.unexpected()
		return head{}, s.syntaxFault()
	}
	s.i++
	for key, ok := s.member(true); ok; key, ok = s.member(false) {
		if !s.field(body[key.from:key.to], list) {
			break
		}
	}
	s.end = s.i - 1
	if s.why == "" && (s.peek() != 0 || s.i < len(body)) {
		s.unexpected()
	}
	if s.why != "" {
		return head{}, s.syntaxFault()
	}
	if !s.modelAt.there() {
		s.missing("model", "a model or a group")
	}
	if list != "" && !s.hasList {
		s.missing(list, "an array with at least one element")
	}
	if s.fault != nil {
		return head{}, s.fault
	}
	return s.head, nil
}

// field passes the value of a top-level member. Only broken JSON makes it return false.
func (s *headScan) field(key []byte, list string) bool {
	switch {
	case isKey(key, "model"):
		return s.readModel(s.modelAt.there())
	case isKey(key, "stream"):
		twice := s.hasStream
		s.hasStream = true
		return s.readStream(twice)
	case isKey(key, "n"):
		from := s.i
		ok := s.value(1)
		if ok {
			s.choices, _ = strconv.Atoi(string(s.b[from:min(s.i, from+maxCountDigits)]))
		}
		return ok
	case isKey(key, "stream_options"):
		twice := s.hasOptions
		s.hasOptions = true
		return s.readOptions(twice)
	case list != "" && isKey(key, list):
		twice := s.hasList
		s.hasList = true
		return s.readList(list, twice)
	}
	return s.value(1)
}

// invalid notes a field's fault; the first one stays.
func (s *headScan) invalid(param, format string, args ...any) {
	if s.fault == nil {
		s.fault = &headFault{param: param, code: "invalid_value", message: fmt.Sprintf(format, args...)}
	}
}

func (s *headScan) missing(param, what string) {
	if s.fault == nil {
		s.fault = &headFault{
			param: param, code: "missing_required_parameter",
			message: fmt.Sprintf("The request has no '%s'; it must name %s.", param, what),
		}
	}
}

func (s *headScan) repeated(param string) {
	s.invalid(param, "The request has '%s' more than once; send it once.", param)
}

func (s *headScan) readModel(twice bool) bool {
	from := s.i
	if !s.value(1) {
		return false
	}
	s.modelAt = span{from, s.i}
	quoted := s.b[from:s.i]
	switch {
	case twice:
		s.repeated("model")
	case quoted[0] != '"':
		s.invalid("model", "'model' must be a string.")
	case len(quoted) > len(`""`)+maxModelLength*len(`\u0000`):
		s.invalid("model", "'model' is longer than %d bytes.", maxModelLength)
	default:
		s.model = unquoted(quoted)
		if s.model == "" {
			s.invalid("model", "'model' is empty; it must name a model or a group.")
		} else if len(s.model) > maxModelLength {
			s.invalid("model", "'model' is longer than %d bytes.", maxModelLength)
		}
		for _, r := range s.model {
			if unicode.IsControl(r) {
				s.invalid("model", "'model' contains a control character.")
			}
		}
	}
	return true
}

// unquoted decodes a valid JSON string as encoding/json does.
func unquoted(quoted []byte) string {
	text := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(text, '\\') < 0 && utf8.Valid(text) {
		return string(text)
	}
	var decoded string
	if err := json.Unmarshal(quoted, &decoded); err != nil {
		return ""
	}
	return decoded
}

func (s *headScan) readStream(twice bool) bool {
	from := s.i
	if !s.value(1) {
		return false
	}
	switch s.b[from] {
	case 't':
		s.stream = true
	case 'f', 'n':
	default:
		s.invalid("stream", "'stream' must be true or false.")
	}
	if twice {
		s.repeated("stream")
	}
	return true
}

func (s *headScan) readOptions(twice bool) bool {
	from := s.i
	switch {
	case twice:
		s.repeated("stream_options")
		return s.value(1)
	case s.i == len(s.b) || s.b[s.i] != '{':
		if !s.value(1) {
			return false
		}
		if s.b[from] == 'n' {
			s.optionsNull = span{from, s.i}
		} else {
			s.invalid("stream_options", "'stream_options' must be an object.")
		}
		return true
	}
	s.i++
	for key, ok := s.member(true); ok; key, ok = s.member(false) {
		asked := isKey(s.b[key.from:key.to], "include_usage")
		at := s.i
		if !s.value(2) {
			return false
		}
		if !asked {
			continue
		}
		if s.usageAt.there() {
			s.repeated("stream_options.include_usage")
		}
		s.usageAt = span{at, s.i}
		s.wantsUsage = s.b[at] == 't'
	}
	s.options = span{from, s.i}
	return s.why == ""
}

func (s *headScan) readList(list string, twice bool) bool {
	from := s.i
	if !s.value(1) {
		return false
	}
	switch {
	case twice:
		s.repeated(list)
	case s.b[from] != '[':
		s.invalid(list, "'%s' must be an array.", list)
	default:
		inside := jsonScanner{b: s.b, i: from + 1}
		if inside.peek() == ']' {
			s.invalid(list, "'%s' must not be empty.", list)
		}
	}
	return true
}
