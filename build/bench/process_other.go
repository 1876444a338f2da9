//go:build !linux

package main

import (
	"errors"
	"runtime"
	"time"
)

var errNoProc = errors.New("processes are measured on Linux only")

func (p *process) cpu() (time.Duration, error) { return 0, errNoProc }

func (p *process) memory() (int64, error) { return 0, errNoProc }

func openFiles() int { return 1024 }

func sleepUntil(at time.Time) { time.Sleep(time.Until(at)) }

func machine() (model, kernel string) { return runtime.GOARCH, runtime.GOOS }
