//go:build !unix

package gateway_test

// runsAlone is for the tests of many clients, which need descriptors to count.
func runsAlone() bool { return false }
