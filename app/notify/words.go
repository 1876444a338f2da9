package notify

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"headgate/app/i18n"
)

// Words says the change in one line and what there is to add in a few more.
func (c Change) Words(texts *i18n.Texts, now time.Time) (title, body string) {
	name := map[string]any{"Group": short(c.Group), "Provider": c.Answers.called(c.Failed)}
	var lines []string
	switch c.Kind {
	case Failover:
		title = texts.T("notify.failover", name)
		lines = []string{c.why(texts), c.again(texts, now)}
	case Exhausted:
		title = texts.T("notify.exhausted", name)
		lines = []string{c.why(texts), c.again(texts, now)}
	case Recovered:
		title = texts.T("notify.recovered", name)
		lines = []string{texts.T("notify.answered", name)}
	}
	if c.More > 0 {
		lines = append(lines, texts.N("notify.more", c.More, nil))
	}
	return title, strings.Join(lines, "\n")
}

func (c Change) why(texts *i18n.Texts) string {
	class := "class." + string(c.Class)
	reason := "reason." + c.Reason
	words := texts.T(reason, nil)
	if words == reason { // a code that no catalog has says nothing to a person
		words = ""
	}
	return strings.TrimSpace(texts.T("notify.why", map[string]any{
		"Provider": c.Failed.called(c.Answers), "Class": texts.T(class, nil), "Reason": words,
	}))
}

// again says when the next try is: with its time of day, for who reads it later.
func (c Change) again(texts *i18n.Texts, now time.Time) string {
	left := c.NextTry.Sub(now)
	if c.NextTry.IsZero() || left <= 0 {
		return texts.T("notify.next_call", nil)
	}
	clock := c.NextTry.Local().Format("15:04")
	switch {
	case left < time.Minute:
		return texts.T("notify.next_seconds", map[string]any{"Seconds": ceil(left, time.Second)})
	case left < time.Hour:
		return texts.T("notify.next_minutes", map[string]any{"Minutes": ceil(left, time.Minute), "Time": clock})
	default:
		return texts.T("notify.next_at", map[string]any{"Time": clock})
	}
}

func ceil(d, unit time.Duration) string {
	return strconv.FormatInt(int64((d+unit-1)/unit), 10)
}

// called is the member's provider, with the model where the other one is the
// same provider's.
func (m Member) called(other Member) string {
	if m.Provider == other.Provider && m.Model != other.Model {
		return short(m.Provider + " · " + m.Model)
	}
	return short(m.Provider)
}

const longest = 60 // characters of a name

// short makes a name fit into a line: what it is called matters, not how long.
func short(name string) string {
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, name))
	if len(letters) > longest {
		return string(letters[:longest-1]) + "…"
	}
	return string(letters)
}
