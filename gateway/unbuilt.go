package gateway

// Explain tells what awaits each member of a group if a call came now: those
// with a turn first, in its order. nil: there is no such group.
func (g *Gateway) Explain(groupID int64) []Prospect { return nil }

// KeyHealth returns the state of every provider key that was used or has failed
// since the start.
func (g *Gateway) KeyHealth() []KeyHealth { return nil }

// FindKeyword returns where a keyword is found in a text, in bytes, from first
// to last and without overlap. The error tells why a regular expression is none.
func FindKeyword(k Keyword, text string) ([][2]int, error) { return nil, nil }

// ReplyText returns what a reply says, as keywords are looked for in it: the
// decoded text of a whole reply or of a stream, cut or not.
func ReplyText(reply []byte) string { return "" }
