package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
	"unicode/utf8"

	"headgate/app/apperr"
)

// maxImport is the largest file that is read.
const maxImport = 5 << 20 // bytes

// maxDepth is deeper than any valid file nests.
const maxDepth = 16

// node is a JSON value that knows where it stands, such as
// "providers[0].models[2].id". Unlike encoding/json it keeps what a file must
// not have: unknown fields, repeated ones, and those in another case.
type node struct {
	path   string
	value  any // nil, bool, string, json.Number; list and fields below for the rest
	kind   kind
	list   []node
	fields map[string]node
}

// kind is what a value is, in JSON's own words.
type kind string

const (
	kindNull    kind = "null"
	kindBoolean kind = "boolean"
	kindString  kind = "string"
	kindNumber  kind = "number"
	kindArray   kind = "array"
	kindObject  kind = "object"

	kindInteger kind = "integer"       // a number without fraction
	kindTime    kind = "RFC 3339 time" // a string
)

// parseImport reads one JSON value and nothing behind it.
// Codes: import_too_large, import_malformed, import_field_repeated.
func parseImport(text []byte) (node, error) {
	if len(text) > maxImport {
		return node{}, apperr.New("import_too_large", "MaxMiB", maxImport>>20)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors put one
	if !utf8.Valid(text) {
		return node{}, apperr.Wrap(errors.New("it is not UTF-8"), "import_malformed", "Line", invalidLine(text))
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	root, err := parseNode(d, "", 0)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something follows the configuration")
		}
	}
	if err != nil && apperr.Code(err) == apperr.Internal {
		err = apperr.Wrap(err, "import_malformed", "Line", 1+bytes.Count(text[:offset(d, err, len(text))], []byte("\n")))
	}
	return root, err
}

// offset returns where reading ended.
func offset(d *json.Decoder, err error, size int) int {
	at := d.InputOffset()
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = max(at, syntax.Offset)
	}
	return min(int(at), size)
}

func invalidLine(text []byte) int {
	line := 1
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		if r == utf8.RuneError && size == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		text = text[size:]
	}
	return line
}

func parseNode(d *json.Decoder, path string, depth int) (node, error) {
	token, err := d.Token()
	if err != nil {
		return node{}, err
	}
	n := node{path: path}
	switch t := token.(type) {
	case nil:
		n.kind = kindNull
	case bool:
		n.kind, n.value = kindBoolean, t
	case string:
		n.kind, n.value = kindString, t
	case json.Number:
		n.kind, n.value = kindNumber, t
	case json.Delim:
		if depth == maxDepth {
			return node{}, errors.New("it nests too deeply")
		}
		if t == '[' {
			n.kind = kindArray
			err = n.parseList(d, depth)
		} else {
			n.kind = kindObject
			err = n.parseFields(d, depth)
		}
	}
	return n, err
}

func (n *node) parseList(d *json.Decoder, depth int) error {
	for d.More() {
		item, err := parseNode(d, n.path+"["+strconv.Itoa(len(n.list))+"]", depth+1)
		if err != nil {
			return err
		}
		n.list = append(n.list, item)
	}
	_, err := d.Token()
	return err
}

func (n *node) parseFields(d *json.Decoder, depth int) error {
	n.fields = map[string]node{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, ok := token.(string)
		if !ok {
			return fmt.Errorf("a field's name is a %T", token)
		}
		path := name
		if n.path != "" {
			path = n.path + "." + name
		}
		if _, twice := n.fields[name]; twice {
			return apperr.New("import_field_repeated", "Path", path)
		}
		if n.fields[name], err = parseNode(d, path, depth+1); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// reader takes values out of nodes. Its first error stays; what it returns
// after that means nothing.
type reader struct{ err error }

func (r *reader) fail(code string, params ...any) {
	if r.err == nil {
		r.err = apperr.New(code, params...)
	}
}

func (r *reader) is(n node, want kind) bool {
	if n.kind != want {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(want))
	}
	return n.kind == want
}

// where is the path, in words for the outermost value.
func (n node) where() string {
	if n.path == "" {
		return "$"
	}
	return n.path
}

// known refuses fields that are not in the list.
func (r *reader) known(n node, names ...string) {
	if !r.is(n, kindObject) {
		return
	}
	allowed := map[string]bool{}
	for _, name := range names {
		allowed[name] = true
	}
	least := ""
	for name, field := range n.fields {
		if !allowed[name] && (least == "" || field.path < least) {
			least = field.path
		}
	}
	if least != "" {
		r.fail("import_field_unknown", "Path", least)
	}
}

// required returns a field that must be there.
func (r *reader) required(n node, name string) node {
	field, ok := n.fields[name]
	if !ok {
		path := name
		if n.path != "" {
			path = n.path + "." + name
		}
		r.fail("import_field_missing", "Path", path)
	}
	return field
}

func (r *reader) text(n node) string {
	if !r.is(n, kindString) {
		return ""
	}
	return n.value.(string)
}

func (r *reader) truth(n node) bool { return r.is(n, kindBoolean) && n.value.(bool) }

func (r *reader) integer(n node) int64 {
	number, ok := n.value.(json.Number)
	i, err := number.Int64()
	if !ok || err != nil {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(kindInteger))
	}
	return i
}

// price returns nil for null.
func (r *reader) price(n node) *float64 {
	if n.kind == kindNull || !r.is(n, kindNumber) {
		return nil
	}
	f, err := n.value.(json.Number).Float64()
	if err != nil {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(kindNumber))
	}
	return &f
}

// moment returns Unix milliseconds, 0 for null.
func (r *reader) moment(n node) int64 {
	if n.kind == kindNull {
		return 0
	}
	text, _ := n.value.(string)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		r.fail("import_field_invalid", "Path", n.where(), "Want", string(kindTime))
		return 0
	}
	return t.UnixMilli()
}

func (r *reader) items(n node) []node {
	r.is(n, kindArray)
	return n.list
}

// optional is a field that a file may leave out.
type optional[T any] struct {
	set   bool
	value T
}

// or returns the file's value, else the other.
func (o optional[T]) or(other T) T {
	if o.set {
		return o.value
	}
	return other
}

func field[T any](n node, name string, read func(node) T) optional[T] {
	f, ok := n.fields[name]
	if !ok {
		return optional[T]{}
	}
	return optional[T]{true, read(f)}
}
