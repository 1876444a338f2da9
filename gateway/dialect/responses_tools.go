package dialect

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"strings"
)

// toolKind is how a tool is called in the Responses dialect. A chat model is
// given a function for each.
type toolKind int

const (
	functionTool toolKind = iota // called with JSON
	customTool                   // called with free text: the function's one argument
	searchTool                   // finds tools, which the client adds to those there are
)

// responsesTool is a tool as the client knows it.
type responsesTool struct {
	kind      toolKind
	namespace string // "": none
	name      string
}

// toolTable knows tools by the names of their functions.
type toolTable struct {
	byFunction map[string]responsesTool
	functions  map[responsesTool]string
}

// longestFunction is how long OpenAI lets a function's name be.
const longestFunction = 64

// function is the name of a tool's function: the tool's own, but for those in a
// namespace, and for two kinds of tool with one name.
func (t *toolTable) function(tool responsesTool) string {
	if known, ok := t.functions[tool]; ok {
		return known
	}
	if t.byFunction == nil {
		t.byFunction, t.functions = map[string]responsesTool{}, map[responsesTool]string{}
	}
	name := tool.name
	if tool.namespace != "" {
		name = flat(tool.namespace, tool.name)
	}
	for n := 2; ; n++ {
		if _, taken := t.byFunction[name]; !taken {
			break
		}
		name = fitting(flat(tool.namespace, tool.name), fmt.Sprintf("_%d", n))
	}
	t.byFunction[name], t.functions[tool] = tool, name
	return name
}

// tool is the tool behind a function that the model calls, be it by the name
// that the instructions have for it: without its namespace, or with a dot behind
// that. One that nobody knows is what the model says it is: the client tells it
// so.
func (t *toolTable) tool(function string) responsesTool {
	if known, ok := t.byFunction[function]; ok {
		return known
	}
	meant := responsesTool{name: function}
	found := 0
	for _, known := range t.byFunction {
		if known.name == function || known.namespace+"."+known.name == function {
			meant, found = known, found+1
		}
	}
	if found > 1 {
		return responsesTool{name: function}
	}
	return meant
}

// flat is a name and its namespace as one name of letters that functions may
// have.
func flat(namespace, name string) string {
	if namespace != "" && !strings.HasSuffix(namespace, "_") && !strings.HasPrefix(name, "_") {
		namespace += "__"
	}
	return fitting(strings.Map(func(r rune) rune {
		if r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, namespace+name), "")
}

// fitting cuts a name that is too long, and keeps those that begin alike apart.
func fitting(name, suffix string) string {
	if len(name)+len(suffix) > longestFunction {
		sum := fnv.New32a()
		_, _ = sum.Write([]byte(name)) // never fails
		suffix = fmt.Sprintf("_%08x%s", sum.Sum32(), suffix)
		name = name[:longestFunction-len(suffix)]
	}
	return name + suffix
}

// toolChoice is which tools the model may or must call.
type toolChoice struct {
	value json.RawMessage        // auto, none or required; nil: not said
	tool  *responsesTool         // the one that it must call
	only  map[responsesTool]bool // the ones that it may call; nil: all
}

func readToolChoice(raw json.RawMessage) toolChoice {
	if _, isText := innerOf(raw); isText {
		return toolChoice{value: raw}
	}
	in := objectOf(raw)
	named := func(o rawObject) responsesTool {
		tool := responsesTool{name: plain(o["name"]), namespace: plain(o["namespace"])}
		switch plain(o["type"]) {
		case "custom":
			tool.kind = customTool
		case "tool_search":
			tool = responsesTool{kind: searchTool, name: searchFunction}
		}
		return tool
	}
	switch plain(in["type"]) {
	case "function", "custom":
		tool := named(in)
		return toolChoice{tool: &tool}
	case "allowed_tools":
		choice := toolChoice{value: in["mode"], only: map[responsesTool]bool{}}
		for _, tool := range elements(in["tools"]) {
			choice.only[named(objectOf(tool))] = true
		}
		return choice
	}
	return toolChoice{} // a tool of OpenAI's own, or nothing
}

func (c *toolChoice) allows(tool responsesTool) bool {
	return c.only == nil || c.only[tool] ||
		tool.namespace != "" && c.only[responsesTool{name: tool.namespace}]
}

// toolList gathers the tools that the model is given. Those that OpenAI runs
// itself, such as web_search, are left out, and so are kinds that are new to
// this code: no chat model can be given them, and a tool that has others beside
// them works without.
type toolList struct {
	table     *toolTable
	allows    func(responsesTool) bool
	functions []json.RawMessage // as a chat request has them
	given     []json.RawMessage // as the client sent them
	known     map[string]bool
}

const searchFunction = "tool_search"

func newToolList(table *toolTable, allows func(responsesTool) bool) *toolList {
	return &toolList{table: table, allows: allows, known: map[string]bool{}}
}

func (l *toolList) addAll(raw json.RawMessage, param string) *Error {
	for i, tool := range elements(raw) {
		if fault := l.add(tool, fmt.Sprintf("%s[%d]", param, i)); fault != nil {
			return fault
		}
	}
	return nil
}

func (l *toolList) add(raw json.RawMessage, param string) *Error {
	in := objectOf(raw)
	before := len(l.functions)
	switch plain(in["type"]) {
	case "function", "custom":
		if fault := l.addNamed(in, "", param); fault != nil {
			return fault
		}
	case "namespace":
		namespace := plain(in["name"])
		for i, tool := range elements(in["tools"]) {
			if fault := l.addNamed(objectOf(tool), namespace, fmt.Sprintf("%s.tools[%d]", param, i)); fault != nil {
				return fault
			}
		}
	case "tool_search":
		if plain(in["execution"]) == "client" {
			in["name"], in["strict"] = nil, nil
			l.give(responsesTool{kind: searchTool, name: searchFunction}, in)
		}
	}
	if len(l.functions) > before {
		l.given = append(l.given, raw)
	}
	return nil
}

func (l *toolList) addNamed(in rawObject, namespace, param string) *Error {
	tool := responsesTool{namespace: namespace, name: plain(in["name"])}
	if tool.name == "" {
		return missing(param+".name", "the tool's name")
	}
	if plain(in["type"]) == "custom" {
		tool.kind = customTool
		in = rawObject{"description": customDescription(in), "parameters": customParameters}
	}
	l.give(tool, in)
	return nil
}

// give adds a tool's function. A tool that is there already may come again, since
// a search finds it each time.
func (l *toolList) give(tool responsesTool, in rawObject) {
	if !l.allows(tool) {
		return
	}
	name := l.table.function(tool)
	if l.known[name] {
		return
	}
	l.known[name] = true
	w := &writer{}
	w.open("", '{')
	w.text("type", "function")
	w.open("function", '{')
	w.text("name", name)
	w.rawIf("description", in["description"])
	w.rawIf("parameters", in["parameters"])
	if string(in["strict"]) == "true" { // false is a chat function's default
		w.raw("strict", in["strict"])
	}
	w.close('}')
	w.close('}')
	l.functions = append(l.functions, w.b)
}

// customParameters are those of a function that stands for a tool of free text.
var customParameters = json.RawMessage(`{"type":"object","properties":{"input":{"type":"string",` +
	`"description":"The whole input of the tool, as plain text."}},"required":["input"],"additionalProperties":false}`)

// customDescription tells the model in words what a grammar would hold it to.
func customDescription(in rawObject) json.RawMessage {
	text := plain(in["description"])
	format := objectOf(in["format"])
	if definition := plain(format["definition"]); definition != "" {
		text += fmt.Sprintf("\n\nThe input must follow this grammar (%s):\n%s", plain(format["syntax"]), definition)
	}
	if text == "" {
		return nil
	}
	return innerText(text).quoted()
}

// write writes the tools, and which of them are to be called.
func (l *toolList) write(w *writer, choice toolChoice, parallel json.RawMessage) {
	if len(l.functions) == 0 {
		return // a choice without tools would be refused
	}
	w.open("tools", '[')
	for _, function := range l.functions {
		w.element(function)
	}
	w.close(']')
	switch {
	case choice.tool != nil:
		w.open("tool_choice", '{')
		w.text("type", "function")
		w.open("function", '{')
		w.text("name", l.table.function(*choice.tool))
		w.close('}')
		w.close('}')
	case choice.value != nil:
		w.raw("tool_choice", choice.value)
	}
	if string(parallel) == "false" { // true is the default, which some models refuse to be told
		w.raw("parallel_tool_calls", parallel)
	}
}
