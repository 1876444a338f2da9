package store

// LookBack sets through how many calls a page looks until the returned function
// is called.
func LookBack(calls int) (restore func()) {
	before := lookBack
	lookBack = calls
	return func() { lookBack = before }
}
