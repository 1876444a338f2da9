package main

import (
	"fmt"
	"strings"
)

// judge holds what a client saw against what the upstreams do. It returns "" or
// what is wrong.
func judge(k *call, members map[string]*member) string {
	if k.fault != "" {
		return k.fault
	}
	switch k.seen {
	case sawWhole, sawBroken:
		return k.judgeReply(members)
	default:
		return ""
	}
}

func (k *call) judgeReply(members map[string]*member) string {
	if k.refused != 0 {
		return fmt.Sprintf("answered, where a %d was due", k.refused)
	}
	name, seq, ok := origin(k.replyID)
	m := members[name]
	if !ok || m == nil || seq > len(m.acts) {
		return fmt.Sprintf("a reply of nobody: id %q", k.replyID)
	}
	a := m.acts[seq-1]
	text := a.text(name)
	can := a.json
	if k.stream {
		can = a.stream
	}
	if k.seen == sawBroken {
		switch {
		case can != broken && !m.proxied:
			return fmt.Sprintf("broke off, where %s did %v", name, a)
		case !k.stream || k.done || k.finish != "":
			return "broke off, and looks complete"
		case !strings.HasPrefix(text, k.text):
			return fmt.Sprintf("%s said %.80q, the client has %.80q", name, text, k.text)
		}
		return ""
	}
	switch {
	case can == onlyNext || can == broken || can == passed:
		return fmt.Sprintf("a whole reply, where %s did %v", name, a)
	case a.speaksKeyword() && k.group == code:
		return "a reply with the failure keyword"
	case k.text != text:
		return fmt.Sprintf("%s said %.80q (%d bytes), the client has %.80q (%d bytes)", name, text, len(text), k.text, len(k.text))
	case k.stream && !k.done:
		return "a whole stream without [DONE]"
	case k.finish == "" && can != unended && a.ends(k.stream):
		return "a whole reply without a finish_reason"
	}
	return k.judgeUsage(m, a)
}

// judgeUsage is about tokens. On a bad way a reply may end before they are told:
// it is whole all the same.
func (k *call) judgeUsage(m *member, a act) string {
	wants := !k.stream || k.usage
	tells := a.tells(k.stream)
	switch {
	case !wants && k.told:
		return "usage that was not asked for"
	case k.told && k.tokens != [2]int64{a.input, a.output}:
		return fmt.Sprintf("%s told %d and %d tokens, the client has %v", m.name, a.input, a.output, k.tokens)
	case wants && !k.told && tells && !m.proxied:
		return fmt.Sprintf("%s told %d and %d tokens in %v, the client has none", m.name, a.input, a.output, a)
	case k.told && !tells && a.name != "FLT-067:options":
		return fmt.Sprintf("tokens, where %s told none in %v", m.name, a)
	}
	return ""
}
