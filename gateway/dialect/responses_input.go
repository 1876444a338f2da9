package dialect

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// chatMessages turns the items of a Responses request into chat messages.
type chatMessages struct {
	tools   *toolTable
	list    []*chatMessage
	calls   map[string]*chatMessage // the message that has a call, by the call's id
	thought inner                   // reasoning that waits for what came of it
}

// chatMessage is a message; the results of its calls stand right behind it,
// wherever the client has them: chat requires it.
type chatMessage struct {
	role    string
	content json.RawMessage // nil: null
	thought inner           // of an assistant
	calls   []json.RawMessage
	results []toolResult
	result  *toolResult // the message is a result whose call isn't there
}

// toolResult is what a call returned.
type toolResult struct {
	callID json.RawMessage
	text   inner
	parts  []json.RawMessage // images and files, which a result can't hold
}

// instruct begins with what the model is told first.
func (m *chatMessages) instruct(raw json.RawMessage) *Error {
	if unsaid(raw) {
		return nil
	}
	text, ok := innerOf(raw)
	if !ok {
		return invalid("instructions", "'instructions' must be a string.")
	}
	m.system(text)
	return nil
}

func (m *chatMessages) addInput(raw json.RawMessage, tools *toolList) *Error {
	if unsaid(raw) {
		return missing("input", "a string or an array of items")
	}
	before := len(m.list)
	if _, isText := innerOf(raw); isText {
		m.list = append(m.list, &chatMessage{role: "user", content: raw})
		return nil
	}
	if raw[0] != '[' {
		return invalid("input", "'input' must be a string or an array of items.")
	}
	for i, item := range elements(raw) {
		if fault := m.add(objectOf(item), fmt.Sprintf("input[%d]", i), tools); fault != nil {
			return fault
		}
	}
	if len(m.list) == before {
		return invalid("input", "'input' must not be empty.")
	}
	return nil
}

// add adds an item. Those that report what OpenAI's own tools did are left out;
// so are items that are new to this code: their likes have been such reports, or
// notes of the client to itself.
func (m *chatMessages) add(item rawObject, param string, tools *toolList) *Error {
	kind := plain(item["type"])
	if kind == "" && !unsaid(item["role"]) {
		kind = "message"
	}
	switch kind {
	case "":
		return missing(param+".type", "the item's type")
	case "message":
		return m.addMessage(item, param)
	case "reasoning":
		m.think(item)
	case "function_call":
		tool := responsesTool{name: plain(item["name"]), namespace: plain(item["namespace"])}
		arguments, _ := innerOf(item["arguments"])
		if len(arguments) == 0 {
			arguments = inner("{}")
		}
		return m.call(tool, item, arguments, param)
	case "custom_tool_call":
		tool := responsesTool{kind: customTool, name: plain(item["name"]), namespace: plain(item["namespace"])}
		input, _ := innerOf(item["input"])
		return m.call(tool, item, innerText(`{"input":"`+string(input)+`"}`), param)
	case "function_call_output", "custom_tool_call_output":
		return m.result(item, item["output"], param)
	case "item_reference":
		return faultOf("unsupported_value", param, "Headgate keeps no items, so none can be referred to by its id. Send the item itself; clients do so with store set to false.")
	case "compaction", "compaction_summary", "context_compaction":
		return faultOf("unsupported_value", param, "A compacted conversation is encrypted by the service that made it, so no other model can read it. Begin a new conversation.")
	case "additional_tools":
		return tools.addAll(item["tools"], param+".tools")
	case "tool_search_output":
		if fault := tools.addAll(item["tools"], param+".tools"); fault != nil {
			return fault
		}
		fallthrough
	default:
		return m.addOther(kind, item, param)
	}
	return nil
}

// addOther adds the calls, and their results, of tools that clients run
// themselves: those have an id that binds them together.
func (m *chatMessages) addOther(kind string, item rawObject, param string) *Error {
	if plain(item["call_id"]) == "" {
		return nil
	}
	if name, isCall := strings.CutSuffix(kind, "_call"); isCall {
		tool := responsesTool{name: name}
		if kind == "tool_search_call" {
			tool = responsesTool{kind: searchTool, name: searchFunction}
		}
		arguments := inner("{}")
		for _, field := range []string{"arguments", "action", "operation"} {
			if !unsaid(item[field]) {
				arguments = innerText(plain(item[field]))
				break
			}
		}
		return m.call(tool, item, arguments, param)
	}
	output := item["output"]
	switch {
	case !strings.HasSuffix(kind, "_output"):
		return nil
	case kind == "tool_search_output":
		output = item["tools"]
	}
	return m.result(item, innerText(plain(output)).quoted(), param) // in a form of the tool's own
}

func (m *chatMessages) addMessage(item rawObject, param string) *Error {
	role := plain(item["role"])
	between := `\n\n`
	switch role {
	case "user", "assistant", "system", "developer":
	default:
		return invalid(param+".role", "The role %q is none of user, assistant, system and developer.", short(role))
	}
	if role == "assistant" {
		between = ""
	}
	text, parts, fault := readContent(item["content"], between, param+".content")
	if fault != nil {
		return fault
	}
	if parts != nil && role != "user" {
		return invalid(param+".content", "Only a user's message may hold images, files or audio.")
	}
	switch role {
	case "system", "developer":
		m.system(text)
		return nil
	case "user":
		m.thought = nil // it has come to nothing
	}
	message := &chatMessage{role: role, content: text.quoted()}
	if parts != nil {
		message.content = partsOf(parts)
	}
	if role == "assistant" {
		message.thought, m.thought = m.thought, nil
	}
	m.list = append(m.list, message)
	return nil
}

// system adds instructions, to those right before them if there are any: many
// models know only one such message, and most servers no role "developer".
func (m *chatMessages) system(text inner) {
	if n := len(m.list); n > 0 && m.list[n-1].role == "system" {
		last, _ := innerOf(m.list[n-1].content)
		m.list[n-1].content = inner(string(last) + `\n\n` + string(text)).quoted()
		return
	}
	m.list = append(m.list, &chatMessage{role: "system", content: text.quoted()})
}

// think keeps reasoning for the message or call that came of it. Models that
// show their reasoning want to see it again; encrypted reasoning is another
// service's, whose summary is no reasoning.
func (m *chatMessages) think(item rawObject) {
	if !unsaid(item["encrypted_content"]) {
		return
	}
	from := item["content"]
	if unsaid(from) || string(from) == "[]" {
		from = item["summary"]
	}
	for _, part := range elements(from) {
		if text, ok := innerOf(objectOf(part)["text"]); ok {
			if len(m.thought) > 0 {
				m.thought = append(m.thought, `\n\n`...)
			}
			m.thought = append(m.thought, text...)
		}
	}
}

// call adds a tool call to the assistant's last message, or to a new one.
func (m *chatMessages) call(tool responsesTool, item rawObject, arguments inner, param string) *Error {
	if tool.name == "" {
		return missing(param+".name", "the tool's name")
	}
	id := plain(item["call_id"])
	if id == "" {
		return missing(param+".call_id", "the id that binds the call to its output")
	}
	w := &writer{}
	w.open("", '{')
	w.text("id", id)
	w.text("type", "function")
	w.open("function", '{')
	w.text("name", m.tools.function(tool))
	w.inner("arguments", arguments)
	w.close('}')
	w.close('}')
	var to *chatMessage
	if n := len(m.list); n > 0 && m.list[n-1].role == "assistant" && m.list[n-1].results == nil {
		to = m.list[n-1]
	} else {
		to = &chatMessage{role: "assistant"}
		m.list = append(m.list, to)
	}
	to.calls = append(to.calls, w.b)
	to.thought = append(to.thought, m.thought...)
	m.thought = nil
	if m.calls == nil {
		m.calls = map[string]*chatMessage{}
	}
	m.calls[id] = to
	return nil
}

// result adds what a call returned.
func (m *chatMessages) result(item rawObject, output json.RawMessage, param string) *Error {
	id := plain(item["call_id"])
	if id == "" {
		return missing(param+".call_id", "the id of the call that this is the output of")
	}
	result := toolResult{callID: innerText(id).quoted()}
	if text, ok := innerOf(output); ok {
		result.text = text
	} else if !unsaid(output) && output[0] == '[' {
		text, parts, fault := readContent(output, `\n`, param+".output")
		if fault != nil {
			return fault
		}
		result.text = text
		result.parts = slices.DeleteFunc(parts, func(part json.RawMessage) bool {
			return plain(objectOf(part)["type"]) == "text"
		})
	} else {
		result.text = innerText(plain(output))
	}
	if to := m.calls[id]; to != nil {
		to.results = append(to.results, result)
		return nil
	}
	m.list = append(m.list, &chatMessage{role: "tool", result: &result})
	return nil
}

// forget leaves all reasoning out, and tells whether there was any.
func (m *chatMessages) forget() (any bool) {
	for _, message := range m.list {
		any = any || len(message.thought) > 0
		message.thought = nil
	}
	return any
}

// write writes the messages.
func (m *chatMessages) write(w *writer) {
	w.open("messages", '[')
	for _, message := range m.list {
		results := message.results
		if message.result != nil {
			results = []toolResult{*message.result}
		} else {
			message.write(w)
		}
		for _, result := range results {
			result.write(w)
		}
		for _, result := range results {
			if result.parts != nil {
				(&chatMessage{role: "user", content: partsOf(result.parts)}).write(w)
			}
		}
	}
	w.close(']')
}

func (message *chatMessage) write(w *writer) {
	w.open("", '{')
	w.text("role", message.role)
	if message.content != nil {
		w.raw("content", message.content)
	} else {
		w.raw("content", []byte("null"))
	}
	if len(message.thought) > 0 {
		w.inner("reasoning_content", message.thought)
	}
	if message.calls != nil {
		w.open("tool_calls", '[')
		for _, call := range message.calls {
			w.element(call)
		}
		w.close(']')
	}
	w.close('}')
}

func (r *toolResult) write(w *writer) {
	w.open("", '{')
	w.text("role", "tool")
	w.raw("tool_call_id", r.callID)
	if len(r.text) == 0 && r.parts != nil {
		w.text("content", "The result is in the next message.")
	} else {
		w.inner("content", r.text)
	}
	w.close('}')
}
