package api

// Notifications are what the system shows of Headgate outside its window. They
// are bound in the window alone: a server has no desktop.
type Notifications struct{ board Board }

// Board is where the system shows notifications.
type Board interface {
	State() string
	Try() error
	Attend(here bool)
}

// Whether notifications can be seen.
const (
	NotificationsShown  = "shown"
	NotificationsAbsent = "absent" // no service shows any
	NotificationsDenied = "denied" // the system has not been allowed to, or not been asked
)

// NewNotifications returns what the window binds beside All.
func NewNotifications(b Board) *Notifications { return &Notifications{b} }

// State tells whether notifications can be seen: shown, absent or denied.
func (n *Notifications) State() string { return n.board.State() }

// Try shows one now, and asks for leave where a system wants that.
// Code: notification_failed.
func (n *Notifications) Try() error { return n.board.Try() }

// Attend tells whether a person is at the window, which then says itself what
// would be a notification.
func (n *Notifications) Attend(here bool) { n.board.Attend(here) }
