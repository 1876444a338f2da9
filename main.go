// Headgate is a gateway on localhost that answers OpenAI-compatible calls with
// the first healthy member of a group. See README.md.
package main

import (
	"os"

	"headgate/app/cli"
	"headgate/frontend"
)

// version is set by the build.
var version = "dev"

func main() {
	os.Exit(cli.Run(cli.Program{
		Args: os.Args[1:], Env: os.Environ(), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: version, Pages: frontend.Pages,
	}))
}
