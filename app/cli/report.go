package cli

import (
	"fmt"
	"strings"

	"headgate/app/catalog"
	"headgate/app/i18n"
)

// kinds are what objects are called.
var kinds = map[catalog.Kind]string{
	catalog.KindProvider: "provider", catalog.KindModel: "model", catalog.KindGroup: "group",
	catalog.KindAPIKey: "API key", catalog.KindKeyword: "failure keyword", catalog.KindSettings: "settings",
}

// tellReport prints what an import changed, a line each, the made keys, and a
// summary.
func (p Program) tellReport(r catalog.Report) {
	texts := i18n.New("en")
	for _, c := range r.Changes {
		fmt.Fprintf(p.Stdout, "%-9s %s", c.Action, kinds[c.Kind])
		if c.Name != "" {
			fmt.Fprintf(p.Stdout, " %q", c.Name)
		}
		if c.Of != "" {
			fmt.Fprintf(p.Stdout, " of provider %q", c.Of)
		}
		var words []string
		for _, d := range c.Details {
			words = append(words, texts.T("change."+d.Code, dataOf(d.Params)))
		}
		if len(words) > 0 {
			fmt.Fprintf(p.Stdout, ": %s", strings.Join(words, ", "))
		}
		fmt.Fprintln(p.Stdout)
	}
	for _, k := range r.MadeKeys {
		if k.Key == "" {
			fmt.Fprintf(p.Stdout, "API key %q will be made\n", k.Name)
			continue
		}
		fmt.Fprintf(p.Stdout, "API key %q is %s (shown this once)\n", k.Name, k.Key)
	}
	if !r.Changed() {
		fmt.Fprintln(p.Stdout, "Nothing changed.")
		return
	}
	fmt.Fprintf(p.Stdout, "%d created, %d changed, %d unchanged.\n",
		r.Count(catalog.Created), r.Count(catalog.Changed), r.Count(catalog.Unchanged))
}

func dataOf(params map[string]string) map[string]any {
	data := make(map[string]any, len(params))
	for name, value := range params {
		data[name] = value
	}
	return data
}
