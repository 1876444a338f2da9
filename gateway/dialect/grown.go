package dialect

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
)

// grown is a JSON value that is put together from the pieces of a stream. What is
// no piece of anything stands for itself, and the last one holds.
type grown struct {
	strings []json.RawMessage // pieces of one string
	other   json.RawMessage   // a number and the like
	keys    []string          // of an object, in the order in which they came
	fields  map[string]*grown
	items   []*grown // of an array
	indexes []string // the items' own, which tell what they are pieces of; "": none
}

// growing are the fields whose strings come in pieces, wherever they stand. All
// other strings, such as roles and ids, some servers repeat in every piece.
var growing = []string{
	"content", "reasoning_content", "reasoning", "refusal", "text", "thinking", "summary", "signature",
	"arguments", "input", "transcript", "data",
}

// add takes a piece of what stands under a name.
func (g *grown) add(name string, piece json.RawMessage) {
	switch {
	case name == "arguments" && piece[0] == '{': // a whole object where others write its text
		quoted, _ := json.Marshal(string(piece)) // a string: can't fail
		g.add(name, quoted)
	case absent(piece):
	case piece[0] == '{':
		for key, value := range members(piece) {
			g.field(key).add(key, value)
		}
	case piece[0] == '[':
		if name == "content" && g.strings != nil {
			g.items, g.indexes, g.strings = []*grown{textPart(g.strings...)}, []string{""}, nil
		}
		for i, element := range elements(piece) {
			g.item(name, i, element).add("", element)
		}
	case piece[0] == '"':
		switch {
		case name == "content" && g.items != nil:
			g.addText(slices.Clone(piece))
		case slices.Contains(growing, name):
			g.strings = append(g.strings, slices.Clone(piece))
		default:
			g.strings = []json.RawMessage{slices.Clone(piece)}
		}
	default:
		g.other = slices.Clone(piece)
	}
}

// addText adds text to content that comes in parts.
func (g *grown) addText(piece json.RawMessage) {
	if text := g.items[len(g.items)-1].fields["text"]; text != nil {
		text.strings = append(text.strings, piece)
		return
	}
	g.items, g.indexes = append(g.items, textPart(piece)), append(g.indexes, "")
}

func textPart(pieces ...json.RawMessage) *grown {
	g := &grown{}
	g.field("type").strings = []json.RawMessage{json.RawMessage(`"text"`)}
	g.field("text").strings = pieces
	return g
}

func (g *grown) field(key string) *grown {
	if g.fields == nil {
		g.fields = map[string]*grown{}
	}
	if g.fields[key] == nil {
		g.fields[key] = &grown{}
		g.keys = append(g.keys, key)
	}
	return g.fields[key]
}

// item finds what an element is a piece of: the one of its index, which tool calls
// without one have by their place. One without an index is a new one.
func (g *grown) item(name string, at int, element json.RawMessage) *grown {
	index := string(member(element, "index"))
	if index == "" && name == "tool_calls" {
		index = strconv.Itoa(at)
	}
	if i := slices.Index(g.indexes, index); index != "" && i >= 0 {
		return g.items[i]
	}
	g.items, g.indexes = append(g.items, &grown{}), append(g.indexes, index)
	return g.items[len(g.items)-1]
}

func member(object json.RawMessage, name string) json.RawMessage {
	for key, value := range members(object) {
		if key == name {
			return value
		}
	}
	return nil
}

// drop takes a field out of each of the items.
func (g *grown) drop(key string) {
	for _, item := range g.items {
		item.keys = slices.DeleteFunc(item.keys, func(k string) bool { return k == key })
	}
}

// append writes the value; name is what it stands under, within.
func (g *grown) append(to []byte, within, name string) []byte {
	switch {
	case g.items != nil:
		return list(to, len(g.items), func(to []byte, i int) []byte { return g.items[i].append(to, name, "") })
	case g.keys != nil:
		return appendObject(to, g.keys, func(to []byte, key string) []byte { return g.fields[key].append(to, name, key) })
	case g.strings != nil:
		return appendString(to, g.strings, within == "audio" && name == "data")
	case g.other != nil:
		return append(to, g.other...)
	default:
		return append(to, "null"...)
	}
}

func list(to []byte, n int, item func(to []byte, i int) []byte) []byte {
	to = append(to, '[')
	for i := range n {
		if i > 0 {
			to = append(to, ',')
		}
		to = item(to, i)
	}
	return append(to, ']')
}

func appendObject(to []byte, keys []string, value func(to []byte, key string) []byte) []byte {
	to = append(to, '{')
	for i, key := range keys {
		if i > 0 {
			to = append(to, ',')
		}
		quoted, _ := json.Marshal(key) // a string: can't fail
		to = append(append(to, quoted...), ':')
		to = value(to, key)
	}
	return append(to, '}')
}

// appendString joins pieces as they are spelled, so that two halves of a character
// meet. Sound is padded at the end of each piece, and is joined by its bytes.
func appendString(to []byte, pieces []json.RawMessage, sound bool) []byte {
	if sound && len(pieces) > 1 {
		if whole, ok := joinSound(pieces); ok {
			return append(append(append(to, '"'), base64.StdEncoding.EncodeToString(whole)...), '"')
		}
	}
	to = append(to, '"')
	for _, piece := range pieces {
		to = append(to, piece[1:len(piece)-1]...)
	}
	return append(to, '"')
}

func joinSound(pieces []json.RawMessage) (whole []byte, ok bool) {
	for _, piece := range pieces {
		bytes, err := base64.StdEncoding.DecodeString(plain(piece))
		if err != nil {
			return nil, false
		}
		whole = append(whole, bytes...)
	}
	return whole, true
}

// openAIAssembler puts chunks together to a chat completion.
type openAIAssembler struct {
	head    *grown // what stands beside the choices, the last that came
	choices map[int]*grown
}

// kept are the fields of a chunk that the first one decides.
var kept = []string{"id", "created", "model"}

func (a *openAIAssembler) Add(data []byte) error {
	if !json.Valid(data) || bytes.TrimSpace(data)[0] != '{' {
		return errNotAnObject
	}
	if a.head == nil {
		a.head, a.choices = &grown{}, map[int]*grown{}
	}
	for key, value := range members(data) {
		switch at := a.head.fields[key]; {
		case key == "choices":
			for i, choice := range elements(value) {
				a.choice(choice, i).add("", choice)
			}
		case absent(value) || at != nil && slices.Contains(kept, key):
		default:
			a.head.field(key).other = slices.Clone(value)
		}
	}
	return nil
}

func (a *openAIAssembler) choice(choice json.RawMessage, at int) *grown {
	index := at
	if raw := member(choice, "index"); raw != nil {
		if n, err := strconv.Atoi(string(raw)); err == nil {
			index = n
		}
	}
	if a.choices[index] == nil {
		a.choices[index] = &grown{}
	}
	return a.choices[index]
}

func (a *openAIAssembler) Reply() ([]byte, error) {
	if a.head == nil {
		return nil, errNoChunk
	}
	a.head.field("object").other = json.RawMessage(`"chat.completion"`)
	a.head.field("choices")
	indexes := make([]int, 0, len(a.choices))
	for i := range a.choices {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	return appendObject(nil, a.head.keys, func(to []byte, key string) []byte {
		if key != "choices" {
			return a.head.fields[key].append(to, "", key)
		}
		return list(to, len(indexes), func(to []byte, i int) []byte {
			return a.choices[indexes[i]].appendChoice(to, indexes[i])
		})
	}), nil
}

// appendChoice writes a choice of chunks as one of a whole reply.
func (g *grown) appendChoice(to []byte, index int) []byte {
	message := g.field("delta")
	for _, name := range []string{"role", "content"} {
		message.field(name)
	}
	if role := message.fields["role"]; role.strings == nil {
		role.strings = []json.RawMessage{json.RawMessage(`"assistant"`)}
	}
	message.field("tool_calls").drop("index")
	if message.fields["tool_calls"].items == nil {
		message.keys = slices.DeleteFunc(message.keys, func(k string) bool { return k == "tool_calls" })
	}
	g.field("index").other = json.RawMessage(strconv.Itoa(index))
	for _, name := range []string{"finish_reason", "logprobs"} {
		g.field(name)
	}
	keys := slices.Clone(g.keys)
	keys[slices.Index(keys, "delta")] = "message"
	return appendObject(to, keys, func(to []byte, key string) []byte {
		if key == "message" {
			return message.append(to, "", key)
		}
		return g.fields[key].append(to, "", key)
	})
}
