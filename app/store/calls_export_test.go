package store

// LookBack sets through how many calls a page looks until the returned function
// is called.
func LookBack(calls int) (restore func()) { return swapped(&lookBack, calls) }

// BacklogCalls sets how many calls CatchUp and SortIn take at a time, likewise.
func BacklogCalls(calls int) (restore func()) { return swapped(&backlogCalls, calls) }

func swapped(of *int, to int) (restore func()) {
	before := *of
	*of = to
	return func() { *of = before }
}

// KindsMost sets how many kinds know names.
func KindsMost(kinds int) (restore func()) { return swapped(&kindsMost, kinds) }
