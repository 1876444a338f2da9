package cli

import (
	"context"
	"fmt"
	"io"

	"headgate/app/catalog"
	"headgate/app/i18n"
)

// groupReport is a group as `groups --json` and `status --json` print it.
type groupReport struct {
	Name    string         `json:"name"`
	Enabled bool           `json:"enabled"`
	Policy  string         `json:"policy"`
	Answers *memberReport  `json:"answers"` // who would answer a call now; null: nobody
	Members []memberReport `json:"members"` // in the order in which they would be asked
}

type memberReport struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Priority int    `json:"priority"`
	Weight   int    `json:"weight"`
	Turn     int    `json:"turn"`   // 1: it would answer; 0: passed over
	Reason   string `json:"reason"` // why it is passed over, in words; "": it isn't
	Until    int64  `json:"until"`  // Unix milliseconds; 0: that depends

	id int64
}

func (g groupReport) who() string {
	switch {
	case !g.Enabled:
		return "off"
	case g.Answers == nil:
		return "nobody can answer"
	}
	return g.Answers.Provider + "/" + g.Answers.Model
}

// groups asks for the groups, by name.
func (c *caller) groups(ctx context.Context) ([]groupReport, error) {
	var stored []catalog.Group
	if err := c.call(ctx, "Groups/List", &stored); err != nil {
		return nil, err
	}
	texts := i18n.New("en")
	reports := []groupReport{}
	for _, g := range stored {
		var prospects []catalog.Prospect
		if err := c.call(ctx, "Groups/Explain", &prospects, g.ID); err != nil {
			return nil, err
		}
		members := map[int64]catalog.Member{}
		for _, m := range g.Members {
			members[m.ID] = m
		}
		report := groupReport{Name: g.Name, Enabled: g.Enabled, Policy: g.Policy, Members: []memberReport{}}
		for _, p := range prospects {
			m := members[p.MemberID]
			one := memberReport{
				Provider: m.Provider, Model: m.Model, Priority: m.Priority, Weight: m.Weight,
				Turn: p.Turn, Until: p.Until, id: m.ID,
			}
			if p.Turn == 0 {
				one.Reason = texts.T("plan."+p.Reason, nil)
			}
			report.Members = append(report.Members, one)
			if p.Turn == 1 && g.Enabled {
				report.Answers = &one
			}
		}
		reports = append(reports, report)
	}
	return reports, nil
}

func (p Program) groups(g given) error {
	return p.inAny(g.text("data"), func(ctx context.Context, c *caller) error {
		groups, err := c.groups(ctx)
		if err != nil {
			return err
		}
		return p.tell(g, groups, func(w io.Writer) {
			if len(groups) == 0 {
				fmt.Fprintln(w, "There is no group yet. Make one in the window, or import a configuration.")
			}
			for _, group := range groups {
				fmt.Fprintf(w, "%s → %s\n", group.Name, group.who())
				for _, m := range group.Members {
					why := m.Reason
					if m.Until > 0 {
						why += ", until " + clock(m.Until)
					}
					fmt.Fprintf(w, "  %s/%s\tpriority %d\t%s\n", m.Provider, m.Model, m.Priority, why)
				}
			}
		})
	})
}
