//go:build desktop || bindings || dev

package desktop

import "strings"

// harmless takes from a text what has a meaning where Windows' notifications are
// put together: first as XML, with the text in a CDATA section, and when that
// fails as a script for PowerShell, in which $ and ` make a name a command, and
// a quote that begins a line may end the text.
func harmless(text string) string { return lookalikes.Replace(text) }

var lookalikes = strings.NewReplacer("$", "＄", "`", "'", "]]>", "]] >", "\n", "\n ", "\r", " ", "\x00", "")
