package secret

// BreakSync lets folders not reach the disk until mend.
func BreakSync(err error) (mend func()) {
	syncTo = func(string) error { return err }
	return func() { syncTo = syncFolder }
}
