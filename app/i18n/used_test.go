package i18n_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// goFiles calls visit with every Go file of the program that isn't a test.
func goFiles(t *testing.T, visit func(path string, file *ast.File)) {
	t.Helper()
	walk(t, func(path string) bool {
		return strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go")
	}, func(path string) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		visit(path, file)
	})
}

func walk(t *testing.T, wanted func(path string) bool, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", "node_modules", "dist", "wailsjs", "locales", "coverage", "out"}, entry.Name()):
			return fs.SkipDir
		case !entry.IsDir() && wanted(path):
			visit(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// Every error that is made somewhere has its text, and fills what the text asks
// for.
func TestEveryErrorHasItsText(t *testing.T) {
	english := byKey(readCatalog(t, "en"))
	goFiles(t, func(path string, file *ast.File) {
		if !slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"headgate/app/apperr"` }) {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			args, made := errorMade(call)
			if !made || len(args) == 0 {
				return true
			}
			code, isLiteral := literal(args[0])
			if !isLiteral {
				return true
			}
			text, there := english["error."+code]
			if !there {
				t.Errorf("%s: error %q has no text error.%s", path, code, code)
				return true
			}
			given := map[string]bool{}
			for i := 1; i < len(args); i += 2 {
				name, isLiteral := literal(args[i])
				if !isLiteral {
					return true // a list made elsewhere
				}
				given[name] = true
			}
			for _, name := range placeholders(text.other) {
				if !given[name] {
					t.Errorf("%s: error %q leaves {{.%s}} of its text empty", path, code, name)
				}
			}
			return true
		})
	})
}

// Every difference that a change can have has its text, and fills it.
func TestEveryDetailOfAChangeHasItsText(t *testing.T) {
	english, found := byKey(readCatalog(t, "en")), 0
	makers := map[string][]string{"add": nil, "differs": nil, "detail": nil, "counted": {"Count"}, "number": {"From", "To"}, "text": {"From", "To"}}
	goFiles(t, func(path string, file *ast.File) {
		if file.Name.Name != "catalog" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			name := ""
			switch fun := call.Fun.(type) {
			case *ast.Ident:
				name = fun.Name
			case *ast.SelectorExpr:
				if list, ok := fun.X.(*ast.Ident); ok && list.Name == "l" {
					name = fun.Sel.Name
				}
			}
			fills, isMaker := makers[name]
			if !isMaker || len(call.Args) == 0 {
				return true
			}
			code, isLiteral := literal(call.Args[0])
			if !isLiteral {
				return true
			}
			found++
			text, there := english["change."+code]
			if !there {
				t.Errorf("%s: the detail %q has no text change.%s", path, code, code)
				return true
			}
			given := slices.Clone(fills)
			for _, arg := range call.Args[1:] {
				if word, isLiteral := literal(arg); isLiteral {
					given = append(given, word)
				}
			}
			for _, name := range placeholders(text.other) {
				if !slices.Contains(given, name) {
					t.Errorf("%s: the detail %q leaves {{.%s}} of its text empty", path, code, name)
				}
			}
			return true
		})
	})
	if found < 40 {
		t.Errorf("only %d details were found", found)
	}
}

// errorMade returns code and params of a call to apperr.New or apperr.Wrap, or
// to a method named fail that hands them on.
func errorMade(call *ast.CallExpr) ([]ast.Expr, bool) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil, false
	}
	pkg, _ := fun.X.(*ast.Ident)
	switch {
	case fun.Sel.Name == "fail":
		return call.Args, true
	case pkg == nil || pkg.Name != "apperr":
		return nil, false
	case fun.Sel.Name == "New":
		return call.Args, true
	case fun.Sel.Name == "Wrap":
		return call.Args[1:], true
	}
	return nil, false
}

var (
	// quoted is a string in the window's sources that could be a key.
	quoted = regexp.MustCompile("[\"'`]([a-z][A-Za-z0-9_]*(?:\\.[A-Za-z0-9_]+)+)[\"'`]")
	// built is the start of a key that is put together: `state.${state}`.
	built = regexp.MustCompile("[`\"']([a-z][A-Za-z0-9_.]*\\.)(?:\\$\\{|[\"'] ?\\+)")
	// coded is the same through the window's function for it: code('state', state).
	coded = regexp.MustCompile(`\bcode\(\s*'([a-z][A-Za-z0-9_.]*)'`)
)

// A text that nobody shows any more is work for five translators.
func TestEveryTextIsUsed(t *testing.T) {
	words, starts := map[string]bool{}, map[string]bool{}
	goFiles(t, func(_ string, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if e, ok := n.(ast.Expr); ok {
				if text, ok := literal(e); ok {
					words[text] = true
				}
			}
			return true
		})
	})
	walk(t, func(path string) bool {
		isSource := strings.HasSuffix(path, ".ts") || strings.HasSuffix(path, ".svelte")
		return isSource && !strings.HasSuffix(path, ".test.ts") && strings.Contains(filepath.ToSlash(path), "/frontend/src/")
	}, func(path string) {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range quoted.FindAllStringSubmatch(string(content), -1) {
			words[found[1]] = true
		}
		for _, found := range built.FindAllStringSubmatch(string(content), -1) {
			starts[found[1]] = true
		}
		for _, found := range coded.FindAllStringSubmatch(string(content), -1) {
			starts[found[1]+"."] = true
		}
	})
	for _, m := range readCatalog(t, "en") {
		area, code, _ := strings.Cut(m.key, ".")
		isUsed := words[m.key]
		if codeAreas[area] {
			isUsed = isUsed || words[code]
		} else {
			isUsed = isUsed || slices.ContainsFunc(startsOf(m.key), func(s string) bool { return starts[s] })
		}
		if !isUsed {
			t.Errorf("nobody uses %s", m.key)
		}
	}
}

// codeAreas are the areas whose keys end with a code of the Go side.
var codeAreas = map[string]bool{"answer": true, "error": true, "notice": true, "class": true, "reason": true, "oldserver": true, "change": true}

// startsOf returns the beginnings of key that end with a dot.
func startsOf(key string) []string {
	var starts []string
	for i, r := range key {
		if r == '.' {
			starts = append(starts, key[:i+1])
		}
	}
	return starts
}

// shown are the engine's words that the window shows: the type of the constants
// or the name of the field, and where their texts stand.
var shown = map[string]string{
	"Class": "class", "State": "calls.state", "reason": "reason", "Reason": "reason",
}

func TestEveryWordOfTheEngineHasItsText(t *testing.T) {
	english, found := byKey(readCatalog(t, "en")), map[string]bool{}
	check := func(path string, by, value ast.Expr) {
		name, ok := by.(*ast.Ident)
		if !ok || shown[name.Name] == "" {
			return
		}
		if code, ok := literal(value); ok {
			area := shown[name.Name]
			found[area] = true
			if _, there := english[area+"."+code]; !there {
				t.Errorf("%s: %q has no text %s.%s", path, code, area, code)
			}
		}
	}
	goFiles(t, func(path string, file *ast.File) {
		if filepath.ToSlash(filepath.Dir(path)) != root+"/gateway" {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				check(path, n.Key, n.Value)
			case *ast.ValueSpec:
				if len(n.Values) == 1 {
					check(path, n.Type, n.Values[0])
				}
			}
			return true
		})
	})
	for _, area := range shown {
		if !found[area] {
			t.Errorf("nothing was found for %s: the test looks in the wrong place", area)
		}
	}
}
