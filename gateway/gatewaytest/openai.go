package gatewaytest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

const (
	chatPath   = "/v1/chat/completions"
	modelsPath = "/v1/models"
)

// madeAt is when all models and replies were made: a fixed time, so that the same
// script gives the same bytes.
const madeAt = 1764547200

// Text is the reply text that an upstream with this marker makes up in n pieces:
// "up1#1 up1#2 up1#3 ".
func Text(marker string, n int) string { return strings.Join(pieces(marker, n), "") }

func pieces(marker string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s#%d ", marker, i+1)
	}
	return out
}

var markers = regexp.MustCompile(`([A-Za-z0-9_-]+)#[0-9]+ `)

// Markers returns the markers in a text, each once, in order of appearance. More
// than one means that replies were mixed.
func Markers(text string) []string {
	var found []string
	for _, m := range markers.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(found, m[1]) {
			found = append(found, m[1])
		}
	}
	return found
}

func (b Behaviour) text(s Script) []string {
	if b.Content != nil {
		return b.Content
	}
	if b.Pieces == 0 {
		b.Pieces = 3
	}
	return pieces(s.Marker, b.Pieces)
}

func (b Behaviour) finish() string {
	if b.Finish == "" {
		return "stop"
	}
	return b.Finish
}

func (b Behaviour) usage() Raw {
	if b.Usage == nil {
		return Tokens(11, 7)
	}
	return b.Usage
}

func (b Behaviour) model(q *Request) string {
	if b.Model == "" {
		return q.Model
	}
	return b.Model
}

// object keeps its fields in order, as servers send them.
type object []field

type field struct {
	name  string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, f := range o {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(out, text(f.name)...)
		out = append(append(out, ':'), text(f.value)...)
	}
	return append(out, '}'), nil
}

// text is v as JSON, without HTML escapes. Everything given to it can be encoded.
func text(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("gatewaytest: %v", err))
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

func completion(q *Request, b Behaviour, s Script) []byte {
	message := any(b.Message)
	if b.Message == nil {
		m := object{{"role", "assistant"}, {"content", strings.Join(b.text(s), "")}}
		if b.Reasoning != nil {
			m = append(m, field{"reasoning_content", strings.Join(b.Reasoning, "")})
		}
		message = append(m, field{"refusal", nil})
	}
	var finish any = b.finish()
	if b.Stream.NoFinish {
		finish = nil
	}
	o := object{
		{"id", fmt.Sprintf("chatcmpl-%s-%d", s.Marker, q.Seq)},
		{"object", "chat.completion"},
		{"created", madeAt},
		{"model", b.model(q)},
		{"choices", []object{{{"index", 0}, {"message", message}, {"logprobs", nil}, {"finish_reason", finish}}}},
	}
	if !b.NoUsage {
		o = append(o, field{"usage", b.usage()})
	}
	return text(append(o, field{"system_fingerprint", "fp_" + s.Marker}))
}

func modelObject(name, owner string) object {
	return object{{"id", name}, {"object", "model"}, {"created", madeAt}, {"owned_by", owner}}
}

func (s Script) listed() []string {
	if len(s.Models) > 0 {
		return s.Models
	}
	var names []string
	for name := range s.ByModel {
		names = append(names, name)
	}
	slices.Sort(names)
	if names == nil {
		return []string{"m1"}
	}
	return names
}

func modelsBody(q *Request, s Script) []byte {
	path, _, _ := strings.Cut(q.Path, "?")
	if name := strings.TrimPrefix(strings.TrimPrefix(path, modelsPath), "/"); name != "" {
		return text(modelObject(name, s.Marker))
	}
	list := []object{}
	for _, name := range s.listed() {
		list = append(list, modelObject(name, s.Marker))
	}
	return text(object{{"object", "list"}, {"data", list}})
}

// refusal is what a real server has against the request or, where the script
// wants an error status and doesn't say more, that status' usual error.
func refusal(q *Request, b Behaviour, s Script, status int) (int, *Error) {
	path, _, _ := strings.Cut(q.Path, "?")
	if status >= 400 {
		return status, usualError(status, q)
	}
	switch {
	case path == chatPath && q.Method != http.MethodPost,
		path == modelsPath && q.Method != http.MethodGet,
		path != chatPath && path != modelsPath && !strings.HasPrefix(path, modelsPath+"/"):
		return http.StatusNotFound, &Error{
			Message: fmt.Sprintf("Invalid URL (%s %s)", q.Method, path), Type: "invalid_request_error",
		}
	case len(s.AcceptKeys) > 0 && !slices.Contains(s.AcceptKeys, q.Key):
		return http.StatusUnauthorized, usualError(http.StatusUnauthorized, q)
	case path == modelsPath:
		return status, nil
	case path != chatPath:
		name := strings.TrimPrefix(path, modelsPath+"/")
		if !slices.Contains(s.listed(), name) {
			return http.StatusNotFound, unknownModel(name)
		}
		return status, nil
	}
	var body struct {
		Messages []json.RawMessage `json:"messages"`
	}
	switch {
	case json.Unmarshal(q.Body, &body) != nil:
		return http.StatusBadRequest, &Error{Message: "We could not parse the JSON body of your request.", Type: "invalid_request_error"}
	case q.Model == "":
		return http.StatusBadRequest, &Error{Message: "you must provide a model parameter", Type: "invalid_request_error"}
	case len(body.Messages) == 0:
		return http.StatusBadRequest, &Error{
			Message: "Missing required parameter: 'messages'.", Type: "invalid_request_error",
			Param: "messages", Code: "missing_required_parameter",
		}
	case b.Options == "refuse" && q.streamOptions:
		return http.StatusBadRequest, &Error{
			Message: "Unrecognized request argument supplied: stream_options", Type: "invalid_request_error", Param: "stream_options",
		}
	case len(s.Models) > 0 && !slices.Contains(s.Models, q.Model):
		return http.StatusNotFound, unknownModel(q.Model)
	}
	return status, nil
}

func unknownModel(name string) *Error {
	return &Error{
		Message: fmt.Sprintf("The model `%s` does not exist or you do not have access to it.", name),
		Type:    "invalid_request_error", Code: "model_not_found",
	}
}

func usualError(status int, q *Request) *Error {
	switch status {
	case http.StatusUnauthorized:
		return &Error{
			Message: "Incorrect API key provided. You can find your API key in your account's settings.",
			Type:    "invalid_request_error", Code: "invalid_api_key",
		}
	case http.StatusPaymentRequired:
		return &Error{
			Message: "You exceeded your current quota, please check your plan and billing details.",
			Type:    "insufficient_quota", Code: "insufficient_quota",
		}
	case http.StatusForbidden:
		return &Error{Message: "Country, region, or territory not supported", Type: "request_forbidden", Code: "unsupported_country_region_territory"}
	case http.StatusNotFound:
		return unknownModel(q.Model)
	case http.StatusTooManyRequests:
		return &Error{
			Message: "Rate limit reached for requests. Please try again later.", Type: "requests", Code: "rate_limit_exceeded",
		}
	}
	if status >= 500 {
		return &Error{Message: "The server had an error while processing your request. Sorry about that!", Type: "server_error"}
	}
	return &Error{Message: http.StatusText(status), Type: "invalid_request_error"}
}

func envelope(e Error, q *Request, b Behaviour) []byte {
	if b.EchoKey {
		e.Message += " Key: " + q.Key
	}
	orNull := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return text(object{{"error", object{
		{"message", e.Message}, {"type", e.Type}, {"param", orNull(e.Param)}, {"code", orNull(e.Code)},
	}}})
}
