package api

import "headgate/app/link"

// Links are headgate:// links that were opened on this desktop. They are bound in the
// window alone.
type Links struct{ taker LinkTaker }

// LinkTaker has the link that was opened last.
type LinkTaker interface {
	// TakeLink returns it once; "" when there is none.
	TakeLink() string
}

// NewLinks returns what the window binds beside All.
func NewLinks(t LinkTaker) *Links { return &Links{t} }

// Take returns what the link that was opened last offers, once; null when there is
// none. Nothing is done about it: a person looks at it first.
// Codes: link_unknown, link_invalid.
func (l *Links) Take() (*link.Offer, error) {
	text := l.taker.TakeLink()
	if text == "" {
		return nil, nil
	}
	offer, err := link.Parse(text)
	if err != nil {
		return nil, err
	}
	return &offer, nil
}
