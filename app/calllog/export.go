package calllog

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"
	"time"

	"headgate/app/apperr"
)

// The formats of Export.
const (
	FormatCSV  = "csv"  // UTF-8 with a head line; times in UTC, what is unknown is empty
	FormatJSON = "json" // an array of Row
)

// CheckExport tells why Export would refuse.
// Codes: export_format_unknown and those of Page.
func CheckExport(q Query, format string) error {
	if format != FormatCSV && format != FormatJSON {
		return apperr.New("export_format_unknown", "Format", format)
	}
	_, err := checked(exported(q))
	return err
}

// exported is q from its newest call on, in the longest pages.
func exported(q Query) Query {
	q.Limit, q.Before, q.After = maxPage, 0, 0
	return q
}

// Export writes all calls that match q to w, newest first, a page at a time.
// Calls that arrive meanwhile are not among them. Limit, Before and After don't matter.
// Codes: export_format_unknown and those of Page.
func (l *Log) Export(ctx context.Context, q Query, format string, w io.Writer) error {
	if err := CheckExport(q, format); err != nil {
		return err
	}
	q, _ = checked(exported(q))
	out := bufio.NewWriterSize(w, 64<<10)
	var to rowWriter = &jsonRows{out: out}
	if format == FormatCSV {
		to = &csvRows{csv.NewWriter(out)}
	}
	if err := to.begin(); err != nil {
		return err
	}
	for more := true; more; {
		page, err := l.store.Page(ctx, q)
		if err != nil {
			return err
		}
		for i := range page.Rows {
			if err := to.row(&page.Rows[i]); err != nil {
				return err
			}
		}
		q.Before, more = page.Next, page.More || page.Cut
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if err := to.end(); err != nil {
		return err
	}
	return out.Flush()
}

type rowWriter interface {
	begin() error
	row(*Row) error
	end() error
}

type csvRows struct{ out *csv.Writer }

func (c *csvRows) begin() error {
	return c.out.Write([]string{
		"id", "started_at", "duration_ms", "first_token_ms", "route", "api_key_id", "api_key", "group_id", "model",
		"stream", "state", "status", "error_code", "message", "attempts", "provider_id", "provider", "member",
		"input_tokens", "output_tokens", "cost_usd",
	})
}

func (c *csvRows) row(r *Row) error {
	first := ""
	if r.FirstTokenMS != nil {
		first = decimal(*r.FirstTokenMS)
	}
	return c.out.Write([]string{
		cell(r.ID), time.UnixMilli(r.StartedAt).UTC().Format("2006-01-02T15:04:05.000Z"), decimal(r.DurationMS), first, cell(r.Route),
		whole(r.APIKeyID), cell(r.APIKey), whole(r.GroupID), cell(r.Model), strconv.FormatBool(r.Stream), cell(r.State),
		strconv.Itoa(r.Status), cell(r.ErrorCode), cell(r.Message), strconv.Itoa(r.Attempts), whole(r.ProviderID),
		cell(r.Provider), cell(r.Member), maybe(r.InputTokens), maybe(r.OutputTokens), dollars(r.CostNanos),
	})
}

func (c *csvRows) end() error {
	c.out.Flush()
	return c.out.Error()
}

// cell keeps a spreadsheet from taking a text for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

func whole(n int64) string      { return strconv.FormatInt(n, 10) }
func decimal(ms float64) string { return strconv.FormatFloat(ms, 'f', -1, 64) }

func maybe(n *int64) string {
	if n == nil {
		return ""
	}
	return whole(*n)
}

func dollars(nanos *int64) string {
	const perDollar = 1_000_000_000
	if nanos == nil {
		return ""
	}
	rest := whole(*nanos%perDollar + perDollar)[1:]
	return strings.TrimSuffix(whole(*nanos/perDollar)+"."+strings.TrimRight(rest, "0"), ".")
}

type jsonRows struct {
	out *bufio.Writer
	any bool
}

func (j *jsonRows) begin() error {
	_, err := j.out.WriteString("[")
	return err
}

func (j *jsonRows) row(r *Row) error {
	separator := ",\n"
	if !j.any {
		separator = "\n"
	}
	j.any = true
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := j.out.WriteString(separator); err != nil {
		return err
	}
	_, err = j.out.Write(text)
	return err
}

func (j *jsonRows) end() error {
	_, err := j.out.WriteString("\n]\n")
	return err
}
