// Package api holds the methods that a window may call.
//
// All is the one list of them: the desktop binds it, the server offers it at
// /rpc. Methods take and return plain data; an error is an apperr.Error or
// becomes "internal". No method takes a path, a URL to open, SQL or a command.
package api

import (
	"context"
	"time"

	"headgate/app"
)

// All returns the bound values of a program. The program need not have started.
func All(a *app.App) []any {
	return []any{
		&Providers{a}, &Groups{a}, &APIKeys{a}, &Keywords{a},
		&Calls{a}, &Gateway{a}, &Settings{a}, &System{a},
		&Imports{a}, &Backups{a}, &Playground{a}, &Secrets{a}, &Updates{a}, &Support{a},
	}
}

// callLimit bounds a bound method: a window has no way to give up.
const callLimit = 30 * time.Second

func bounded() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), callLimit)
}
