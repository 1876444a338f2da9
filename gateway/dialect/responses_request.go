package dialect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// stateful are the fields that ask for something kept from another call.
var stateful = []struct{ name, message string }{
	{"previous_response_id", "Headgate keeps no replies, so none can be continued by its id. Send the whole conversation in 'input'."},
	{"conversation", "Headgate keeps no conversations. Send the whole conversation in 'input'."},
	{"prompt", "Headgate keeps no prompts. Send the prompt's text in 'instructions' or 'input'."},
}

// alike have the same name and meaning in both forms.
var alike = []string{
	"temperature", "top_p", "user",
	// No fields of the Responses API, but sent along by people who know that
	// their provider takes them.
	"frequency_penalty", "presence_penalty", "seed", "stop", "logit_bias",
}

// repeated are the fields that a reply repeats, with what stands there when the
// request has none.
var repeated = []struct{ name, otherwise string }{
	{"instructions", "null"},
	{"max_output_tokens", "null"},
	{"max_tool_calls", "null"},
	{"metadata", "{}"},
	{"parallel_tool_calls", "true"},
	{"prompt_cache_key", "null"},
	{"reasoning", `{"effort":null,"summary":null}`},
	{"safety_identifier", "null"},
	{"temperature", "null"},
	{"text", `{"format":{"type":"text"}}`},
	{"tool_choice", `"auto"`},
	{"top_logprobs", "null"},
	{"top_p", "null"},
	{"user", "null"},
}

// translateResponses takes a Responses request to a chat request.
//
// What a chat request can't say is left out where the reply is the same without
// it: metadata, store (nothing ever is), include, truncation, prompt_cache_key,
// safety_identifier, stream_options, and the fields that are new to this code.
// Servers that imitate OpenAI's refuse what they don't know, so nothing is sent
// along on the off chance.
func translateResponses(body []byte, id string, at time.Time) (*responsesCall, *Error) {
	in := objectOf(body)
	if unsaid(in["model"]) {
		return nil, missing("model", "the name of a group")
	}
	for _, field := range stateful {
		if !unsaid(in[field.name]) {
			return nil, unsupported(field.name, field.message)
		}
	}
	if string(in["background"]) == "true" {
		return nil, unsupported("background", "Headgate answers while the client waits; it has no background mode.")
	}
	c := &responsesCall{id: id, at: at, model: oneLine(in["model"])}
	choice := readToolChoice(in["tool_choice"])
	tools := newToolList(&c.tools, choice.allows)
	if fault := tools.addAll(in["tools"], "tools"); fault != nil {
		return nil, fault
	}
	messages := &chatMessages{tools: &c.tools}
	if fault := messages.instruct(in["instructions"]); fault != nil {
		return nil, fault
	}
	if fault := messages.addInput(in["input"], tools); fault != nil {
		return nil, fault
	}
	rest, fault := chatOptions(in, tools, choice)
	if fault != nil {
		return nil, fault
	}
	write := func() []byte {
		w := &writer{b: make([]byte, 0, len(body)+1<<10)}
		w.open("", '{')
		w.raw("model", in["model"])
		messages.write(w)
		w.b = append(w.b, rest...)
		w.close('}')
		return w.b
	}
	c.request = write()
	if messages.forget() {
		c.plain = write()
	}
	c.echo = echoOf(in, tools.given)
	return c, nil
}

// chatOptions are a chat request's members besides the model and the messages,
// each after a comma.
func chatOptions(in rawObject, tools *toolList, choice toolChoice) ([]byte, *Error) {
	w := &writer{b: []byte{' '}}
	tools.write(w, choice, in["parallel_tool_calls"])
	if string(in["stream"]) == "true" {
		w.raw("stream", in["stream"])
	}
	// max_tokens is older and known to more servers, but OpenAI's own models
	// refuse it by now, while those that don't know the new name mostly pass over
	// it: a reply that is longer than asked for is better than none.
	w.rawIf("max_completion_tokens", in["max_output_tokens"])
	for _, name := range alike {
		w.rawIf(name, in[name])
	}
	w.rawIf("reasoning_effort", objectOf(in["reasoning"])["effort"])
	if fault := writeTextOptions(w, objectOf(in["text"])); fault != nil {
		return nil, fault
	}
	writeLogprobs(w, in)
	// The default, by either name, goes without saying.
	switch tier := plain(in["service_tier"]); tier {
	case "", "auto", "default":
	default:
		w.raw("service_tier", in["service_tier"])
	}
	return w.b[1:], nil
}

// writeTextOptions says what the reply's text is to look like.
func writeTextOptions(w *writer, text rawObject) *Error {
	if !unsaid(text["format"]) {
		format := objectOf(text["format"])
		switch kind := plain(format["type"]); kind {
		case "text":
		case "json_object":
			w.raw("response_format", []byte(`{"type":"json_object"}`))
		case "json_schema":
			w.open("response_format", '{')
			w.text("type", kind)
			w.open("json_schema", '{')
			for _, name := range []string{"name", "description", "schema", "strict"} {
				w.rawIf(name, format[name])
			}
			w.close('}')
			w.close('}')
		default:
			return invalid("text.format.type", "The text format %q can't be passed on; use text, json_object or json_schema.", short(kind))
		}
	}
	// Medium is the default; few servers know the field.
	if verbosity := plain(text["verbosity"]); verbosity != "" && verbosity != "medium" {
		w.raw("verbosity", text["verbosity"])
	}
	return nil
}

func writeLogprobs(w *writer, in rawObject) {
	wanted := false
	for _, what := range elements(in["include"]) {
		wanted = wanted || plain(what) == "message.output_text.logprobs"
	}
	top := in["top_logprobs"]
	if unsaid(top) || string(top) == "0" {
		top = nil
	}
	if wanted || top != nil {
		w.raw("logprobs", []byte("true"))
		w.rawIf("top_logprobs", top)
	}
}

// echoOf is what a reply repeats of the request. Of the tools it names those that
// the model was given.
func echoOf(in rawObject, tools []json.RawMessage) []byte {
	w := &writer{b: []byte(`,"background":false,"previous_response_id":null,"store":false,"truncation":"disabled"`)}
	for _, field := range repeated {
		value := in[field.name]
		if unsaid(value) {
			value = json.RawMessage(field.otherwise)
		}
		w.raw(field.name, oneLine(value))
	}
	w.open("tools", '[')
	for _, tool := range tools {
		w.element(oneLine(tool))
	}
	w.close(']')
	return w.b
}

func unsaid(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// faultOf is a request's fault, in the words of OpenAI's envelope.
func faultOf(code, param, format string, args ...any) *Error {
	return &Error{
		Status: http.StatusBadRequest, Type: "invalid_request_error", Code: code, Param: param,
		Message: fmt.Sprintf(format, args...),
	}
}

func invalid(param, format string, args ...any) *Error {
	return faultOf("invalid_value", param, format, args...)
}

func missing(param, what string) *Error {
	return faultOf("missing_required_parameter", param, "The request has no '%s'; it must be %s.", param, what)
}

func unsupported(param, message string) *Error {
	return faultOf("unsupported_parameter", param, "%s", message)
}

// short keeps what a client sent from filling an error.
func short(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
