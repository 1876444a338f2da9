//go:build !linux

package main

import (
	"context"
	"errors"
)

func failingDisk(context.Context, options) (ok bool, err error) {
	return false, errors.New("a disk can be made to fail on Linux only")
}
