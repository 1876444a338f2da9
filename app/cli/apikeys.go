package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"headgate/app/apperr"
	"headgate/app/catalog"
)

// keyReport is an API key as `keys --json` prints it. Times are Unix milliseconds.
type keyReport struct {
	Name       string   `json:"name"`
	Key        string   `json:"key,omitempty"` // only of one that was made just now
	Hint       string   `json:"hint"`
	Groups     []string `json:"groups"`
	Models     bool     `json:"models"`
	Enabled    bool     `json:"enabled"`
	ExpiresAt  int64    `json:"expiresAt"`  // 0: never
	LastUsedAt int64    `json:"lastUsedAt"` // 0: never
}

func reportKey(k catalog.APIKey, groups []catalog.Group) keyReport {
	r := keyReport{
		Name: k.Name, Hint: k.Prefix + "…" + k.LastFour, Groups: []string{}, Models: k.Models,
		Enabled: k.Enabled, ExpiresAt: k.ExpiresAt, LastUsedAt: k.LastUsedAt,
	}
	for _, g := range groups {
		if slices.Contains(k.GroupIDs, g.ID) {
			r.Groups = append(r.Groups, g.Name)
		}
	}
	return r
}

// createKey makes an API key; only its text goes to stdout.
// Codes: group_unknown and those of catalog.CreateAPIKey.
func (p Program) createKey(g given) error {
	in := catalog.APIKeyInput{Name: g.words[0], GroupIDs: []int64{}, Models: g.is("models"), Enabled: true}
	if days := g.text("days"); days != "" {
		n, err := strconv.Atoi(days)
		if err != nil || n < 1 || n > 36500 {
			return p.misused("keys create", "--days takes a whole number, 1 at least")
		}
		in.ExpiresAt = time.Now().AddDate(0, 0, n).UnixMilli()
	}
	wanted := strings.FieldsFunc(g.text("group"), func(r rune) bool { return r == ',' })
	if len(wanted) == 0 && !in.Models {
		return p.misused("keys create", "say what the key may use: --group GROUPS, or --models")
	}
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		var groups []catalog.Group
		if err := c.call(ctx, "Groups/List", &groups); err != nil {
			return err
		}
		for _, name := range wanted {
			at := slices.IndexFunc(groups, func(g catalog.Group) bool { return g.Name == strings.TrimSpace(name) })
			if at < 0 {
				return apperr.New("group_unknown", "Group", strings.TrimSpace(name))
			}
			in.GroupIDs = append(in.GroupIDs, groups[at].ID)
		}
		var made catalog.NewAPIKey
		if err := c.call(ctx, "APIKeys/Create", &made, in); err != nil {
			return err
		}
		report := reportKey(made.APIKey, groups)
		report.Key = made.Key
		if !g.is("json") {
			fmt.Fprintln(p.Stderr, "This key is shown this once:")
		}
		return p.tell(g, report, func(w io.Writer) { fmt.Fprintln(w, made.Key) })
	})
}

func (p Program) listKeys(g given) error {
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		var keys []catalog.APIKey
		if err := c.call(ctx, "APIKeys/List", &keys); err != nil {
			return err
		}
		var groups []catalog.Group
		if err := c.call(ctx, "Groups/List", &groups); err != nil {
			return err
		}
		reports := []keyReport{}
		for _, k := range keys {
			reports = append(reports, reportKey(k, groups))
		}
		return p.tell(g, reports, func(w io.Writer) {
			if len(reports) == 0 {
				fmt.Fprintln(w, "There is no API key yet: headgate keys create NAME --group GROUP")
			}
			for _, k := range reports {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.Name, k.Hint, k.may(), k.state())
			}
		})
	})
}

func (k keyReport) may() string {
	may := k.Groups
	if k.Models {
		may = append(slices.Clone(may), "any model")
	}
	return strings.Join(may, ", ")
}

func (k keyReport) state() string {
	switch {
	case !k.Enabled:
		return "off"
	case k.ExpiresAt > 0 && k.ExpiresAt <= time.Now().UnixMilli():
		return "ended " + clock(k.ExpiresAt)
	case k.ExpiresAt > 0:
		return "until " + clock(k.ExpiresAt)
	case k.LastUsedAt > 0:
		return "used " + clock(k.LastUsedAt)
	}
	return "never used"
}

// revokeKey deletes an API key. Code: api_key_unknown.
func (p Program) revokeKey(g given) error {
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		var keys []catalog.APIKey
		if err := c.call(ctx, "APIKeys/List", &keys); err != nil {
			return err
		}
		at := slices.IndexFunc(keys, func(k catalog.APIKey) bool { return k.Name == g.words[0] })
		if at < 0 {
			return apperr.New("api_key_unknown", "Name", g.words[0])
		}
		if err := c.call(ctx, "APIKeys/Delete", nil, keys[at].ID); err != nil {
			return err
		}
		fmt.Fprintf(p.Stdout, "The API key %q is refused from now on.\n", keys[at].Name)
		return nil
	})
}
