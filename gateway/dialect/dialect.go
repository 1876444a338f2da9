// Package dialect describes the protocols that providers and tools speak.
//
// A Dialect is a value: where its endpoints are, where its credentials stand,
// how its replies and streams are read and how its errors are written. The
// engine asks these values and never asks which dialect it has before it.
package dialect

import "time"

// Operation is what a request wants, whatever the dialect.
type Operation string

// The operations.
const (
	Chat   Operation = "chat"
	Models Operation = "models"
)

// Dialect is one protocol.
type Dialect struct {
	Name string
	// Root is the path of a base URL that is given without one.
	Root string
	// Paths are appended to a provider's base URL.
	Paths map[Operation]string
	// Credential returns the header that carries a provider key.
	Credential func(key string) (name, value string)
	// Messages is the body's field that holds the conversation.
	Messages string

	// ReadReply reads a whole reply body. With text false it may leave Texts empty.
	// An error means that the body is not one of this dialect's replies.
	ReadReply func(body []byte, text bool) (Reply, error)
	// ReadEvent reads one event of a stream into e, which it resets. With text
	// false it may leave Texts out. An error means that data is not one of this
	// dialect's events.
	ReadEvent func(data []byte, text bool, e *Event) error
	// ReadError reads an error body; ok is false when it is none.
	ReadError func(body []byte) (e Error, ok bool)
	// RefusesUsage tells whether a rejection is about having been asked for usage in
	// a stream, which some servers don't know.
	RefusesUsage func(rejection []byte) bool
	// ReadModels reads a list of models, each name once and none empty.
	ReadModels func(body []byte) ([]ListedModel, error)

	// Envelope writes an error of Headgate's own.
	Envelope func(e Error) []byte
	// ErrorEvent writes an error as an event of a running stream.
	ErrorEvent func(e Error) []byte
	// End is the event that completes a stream.
	End []byte
	// EventsOf writes a whole reply as the events of a stream, without End.
	EventsOf func(body []byte, usage bool) ([]byte, error)
	// Assembler puts the events of a stream together to a whole reply.
	Assembler func() Assembler

	// Translate takes a client's request, which is a valid JSON object, to the
	// canonical form: OpenAI's chat completions, in which all providers are asked.
	// id tells the call from others, at is when it began. An error is the
	// client's. nil: the dialect is the canonical form, and bytes pass.
	Translate func(body []byte, id string, at time.Time) (Translation, *Error)
	// Withheld are headers of an upstream's reply that this dialect's clients
	// would take for something else.
	Withheld []string
}

// Translation carries one call from the client's dialect to the canonical form
// and back.
type Translation interface {
	// Request hands over the request in the canonical form, once: a stream may
	// outlast the need for it by far.
	Request() []byte
	// Plain hands over the same without what some providers need and others
	// refuse; nil when it has nothing of that.
	Plain() []byte
	// TooMuch tells whether a provider that rejected Request would take Plain.
	TooMuch(rejection []byte) bool
	// Reply is a whole reply in the client's dialect.
	Reply(body []byte) ([]byte, error)
	// Stream begins a stream in the client's dialect.
	Stream() Stream
}

// Stream writes a stream in the client's dialect. What it returns holds until
// its next call.
type Stream interface {
	// Event is what an event of the canonical form becomes; it may be nothing.
	Event(data []byte) ([]byte, error)
	// End completes the stream.
	End() []byte
	// Fail says, instead of End, that the stream is not complete.
	Fail(e Error) []byte
}

// Assembler puts events together.
type Assembler interface {
	Add(data []byte) error
	Reply() ([]byte, error)
}

// Reply is what the engine needs to know of a whole reply.
type Reply struct {
	Texts    []string // all that a person would read of each choice, decoded
	Complete bool     // it has an answer, be it an empty one
	Usage    Usage
}

// Event is what the engine needs to know of one event of a stream.
type Event struct {
	Done      bool         // the stream is complete
	Semantic  bool         // it carries content, reasoning, a tool call, a refusal, audio or an end
	Finished  uint64       // the choices, a bit each, of which it says why they ended
	UsageOnly bool         // it exists only to report usage
	Texts     []ChoiceText // decoded text, when asked for; none is empty
	Usage     Usage
	Error     *Error // the event is an error
}

// MostChoices is how many choices of a reply are told apart; those beyond count
// as the last.
const MostChoices = 64

// ChoiceText is what an event adds to one of the reply's choices.
type ChoiceText struct {
	Choice int // below MostChoices
	Text   string
}

// Error is an error as dialects write it.
type Error struct {
	Status  int // HTTP status; 0: not said
	Message string
	Type    string
	Param   string // "": null
	Code    string // "": null
}

// Usage is what an upstream reported. A count that was not reported is
// unknown, never zero.
type Usage struct {
	Input       Count
	Output      Count
	CachedInput Count    // part of Input
	Reasoning   Count    // part of Output
	Cost        *float64 // US dollars, when the upstream reports a price of its own
}

// Known reports whether anything was reported.
func (u Usage) Known() bool { return u.Input.Known || u.Output.Known || u.Cost != nil }

// Count is a number of tokens that may be unknown.
type Count struct {
	N     int64
	Known bool
}

// All are the dialects that providers may speak, by name.
var All = map[string]*Dialect{
	OpenAI.Name: OpenAI,
}
