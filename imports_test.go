package main_test

import (
	"bufio"
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// mayImport is the map of the house: which of our packages each one may import
// directly, with "wails", "gorm" and "sqlite" standing for those libraries. A package that
// isn't listed fails the test: a new room needs its place on the map.
var mayImport = map[string]string{
	"headgate":                                  "app/cli frontend",
	"headgate/app/link":                         "app/apperr",
	"headgate/app/cli":                          "app app/api app/apperr app/autostart app/calllog app/catalog app/desktop app/heap app/i18n app/instance app/link app/oldserver app/secret app/server app/settings app/store",
	"headgate/app/autostart":                    "app/apperr",
	"headgate/app/desktop":                      "app app/api app/apperr app/autostart app/catalog app/event app/i18n app/instance app/link app/notify app/settings frontend wails",
	"headgate/app/server":                       "app app/api app/apperr app/event frontend",
	"headgate/app/api":                          "app app/apperr app/calllog app/catalog app/i18n app/link app/oldserver app/playground app/settings app/support app/update",
	"headgate/app":                              "app/apperr app/calllog app/catalog app/event app/instance app/notify app/oldserver app/playground app/secret app/settings app/store app/support app/update gateway gateway/door",
	"headgate/app/catalog":                      "app/apperr app/event app/prices app/secret app/settings gateway gateway/dialect",
	"headgate/app/calllog":                      "app/apperr app/event app/settings gateway",
	"headgate/app/playground":                   "app/apperr gateway",
	"headgate/app/notify":                       "app/i18n app/settings gateway",
	"headgate/app/prices":                       "",
	"headgate/app/oldserver":                    "app/apperr app/calllog app/catalog app/secret app/settings gateway sqlite",
	"headgate/app/store":                        "app/apperr app/calllog app/catalog app/secret app/settings gateway gorm sqlite",
	"headgate/app/secret":                       "app/apperr",
	"headgate/app/support":                      "app/calllog app/catalog",
	"headgate/app/settings":                     "app/apperr",
	"headgate/app/i18n":                         "app/apperr",
	"headgate/app/instance":                     "app/apperr",
	"headgate/app/update":                       "app/apperr app/event",
	"headgate/build/release":                    "app/update",
	"headgate/build/updating":                   "app app/server app/update frontend",
	"headgate/app/event":                        "",
	"headgate/app/heap":                         "",
	"headgate/app/apperr":                       "",
	"headgate/frontend":                         "",
	"headgate/gateway":                          "gateway/dialect gateway/http1 gateway/life",
	"headgate/gateway/dialect":                  "",
	"headgate/gateway/door":                     "gateway/http1",
	"headgate/gateway/http1":                    "gateway/life",
	"headgate/gateway/life":                     "",
	"headgate/gateway/gatewaytest":              "",
	"headgate/build/measure/calllog":            "app/calllog app/event app/secret app/store",
	"headgate/build/bench":                      "sqlite",
	"headgate/build/soak":                       "app/calllog app/catalog gateway/gatewaytest sqlite",
	"headgate/build/measure/fillcalls":          "app/calllog app/secret app/store gateway",
	"headgate/build/measure/window":             "app app/catalog gateway/gatewaytest",
	"headgate/gateway/gatewaytest/cmd/upstream": "gateway/gatewaytest",
}

// libraries that only the named rooms may import.
var libraries = map[string]string{
	"github.com/wailsapp/wails/":    "wails",
	"gorm.io/gorm":                  "gorm",
	"github.com/glebarez/sqlite":    "gorm",
	"github.com/glebarez/go-sqlite": "sqlite",
	"zombiezen.com/go/sqlite":       "sqlite",
}

func TestImportsPointDownwards(t *testing.T) {
	for _, tags := range []string{"", "desktop"} {
		for pkg, imports := range listImports(t, tags) {
			allowed, known := mayImport[pkg]
			if !known {
				t.Errorf("%s has no place on the map in imports_test.go", pkg)
				continue
			}
			for _, imported := range imports {
				if room := roomOf(imported); room != "" && !contains(allowed, room) {
					t.Errorf("%s imports %s (tags %q); it may import only: %s", pkg, imported, tags, allowed)
				}
			}
		}
	}
}

// The engine is a library of its own: nothing of the app may reach it, not even
// through another package.
func TestEngineStandsAlone(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./gateway").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		first, _, _ := strings.Cut(dep, "/")
		isStandard := !strings.Contains(first, ".") && first != "headgate"
		if isStandard || strings.HasPrefix(dep, "headgate/gateway") || strings.HasPrefix(dep, "golang.org/x/") {
			continue
		}
		t.Errorf("the engine depends on %s", dep)
	}
}

func listImports(t *testing.T, tags string) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-tags", tags, "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := map[string][]string{}
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		found[words[0]] = words[1:]
	}
	return found
}

func roomOf(pkg string) string {
	if room, ours := strings.CutPrefix(pkg, "headgate/"); ours {
		return room
	}
	for prefix, name := range libraries {
		if strings.HasPrefix(pkg, prefix) {
			return name
		}
	}
	return ""
}

func contains(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}
