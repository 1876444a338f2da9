package dialect

import (
	"encoding/json"
	"fmt"
)

// itemKind is what an item of a reply is.
type itemKind int

const (
	reasoningItem itemKind = iota
	messageItem
	callItem
)

// The status of an item and of a reply.
const (
	inProgress = "in_progress"
	completed  = "completed"
	incomplete = "incomplete"
	failed     = "failed"
)

// outputItem is an item of a reply as it grows.
type outputItem struct {
	kind   itemKind
	index  int // in the reply's output
	id     string
	status string
	parts  []*outputPart // of a message; of reasoning just one
	call   *outputCall
}

// outputPart is a piece of a message, or a reasoning's text.
type outputPart struct {
	refusal  bool
	text     inner
	logprobs []json.RawMessage
}

// outputCall is a tool call.
type outputCall struct {
	position int64  // the model's number for it
	id       string // ours when the model gave none
	function string // what the model calls
	tool     responsesTool
	text     inner // a function's arguments
	free     freeform
	waiting  []byte // arguments that came before the function's name, decoded
}

func (c *outputCall) whole() bool {
	switch c.tool.kind {
	case customTool:
		return c.free.whole()
	case searchTool:
		return json.Valid(c.free.arguments)
	default:
		return len(c.text) == 0 || json.Valid([]byte(c.text.text()))
	}
}

// write writes the item as it stands.
func (i *outputItem) write(w *writer, status string) {
	w.text("id", i.id)
	switch i.kind {
	case reasoningItem:
		w.text("type", "reasoning")
		w.open("summary", '[')
		for _, part := range i.parts {
			w.open("", '{')
			part.writeSummary(w)
			w.close('}')
		}
		w.close(']')
		w.raw("encrypted_content", []byte("null"))
	case messageItem:
		w.text("type", "message")
		w.text("status", status)
		w.text("role", "assistant")
		w.open("content", '[')
		for _, part := range i.parts {
			w.open("", '{')
			part.write(w)
			w.close('}')
		}
		w.close(']')
	case callItem:
		i.call.write(w, status)
	}
}

func (p *outputPart) writeSummary(w *writer) {
	w.text("type", "summary_text")
	w.inner("text", p.text)
}

func (p *outputPart) write(w *writer) {
	if p.refusal {
		w.text("type", "refusal")
		w.inner("refusal", p.text)
		return
	}
	w.text("type", "output_text")
	w.raw("annotations", []byte("[]"))
	p.writeLogprobs(w, p.logprobs)
	w.inner("text", p.text)
}

func (p *outputPart) writeLogprobs(w *writer, logprobs []json.RawMessage) {
	w.open("logprobs", '[')
	for _, token := range logprobs {
		w.element(token)
	}
	w.close(']')
}

func (c *outputCall) write(w *writer, status string) {
	done := status != inProgress
	switch c.tool.kind {
	case functionTool:
		w.text("type", "function_call")
	case customTool:
		w.text("type", "custom_tool_call")
	case searchTool:
		w.text("type", "tool_search_call")
	}
	w.text("status", status)
	w.text("call_id", c.id)
	if c.tool.kind == searchTool {
		w.text("execution", "client")
		arguments := json.RawMessage("{}")
		if done && json.Valid(c.free.arguments) {
			arguments = oneLine(c.free.arguments)
		}
		w.raw("arguments", arguments)
		return
	}
	w.text("name", c.tool.name)
	if c.tool.namespace != "" {
		w.text("namespace", c.tool.namespace)
	}
	var text inner
	if c.tool.kind == customTool {
		if done {
			text = c.free.end()
		}
		w.inner("input", text)
		return
	}
	if done {
		text = c.text
	}
	w.inner("arguments", text)
}

// itemID makes an id that no other item has.
func itemID(prefix, call string, index int) string {
	return fmt.Sprintf("%s_%s%02d", prefix, call, index)
}
