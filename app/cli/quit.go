package cli

import (
	"fmt"
	"time"

	"headgate/app/apperr"
	"headgate/app/instance"
)

// tellLimit is how long a start may take until it can be told to end.
const tellLimit = 15 * time.Second

// quit ends the running program, and returns when the folder is free.
// Codes: program_silent, still_busy.
func (p Program) quit(g given) error {
	env, err := p.environment()
	if err != nil {
		return err
	}
	folder, err := dataFolder(g.text("data"), env)
	if err != nil {
		return err
	}
	held, err := instance.Held(folder)
	if err != nil {
		return apperr.Wrap(err, "data_folder_unusable", "Folder", folder)
	}
	if !held {
		fmt.Fprintln(p.Stdout, "No Headgate runs.")
		return nil
	}
	told := false
	for begun := time.Now(); time.Since(begun) < stopLimit; time.Sleep(stopAgain) {
		if held, err := instance.Held(folder); err != nil {
			return apperr.Wrap(err, "data_folder_unusable", "Folder", folder)
		} else if !held {
			fmt.Fprintln(p.Stdout, "Headgate has ended.")
			return nil
		}
		if !told {
			told = instance.Quit(folder) == nil // a start can't be told yet
		}
		if !told && time.Since(begun) > tellLimit {
			return apperr.New("program_silent", "Folder", folder)
		}
	}
	return apperr.New("still_busy")
}
