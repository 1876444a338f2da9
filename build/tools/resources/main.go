// Command resources writes what Windows shows of a program, its icon, manifest and version,
// as an object file that `go build` links in when it lies beside the program's main package.
// The same input gives the same bytes.
//
// Usage: resources -version 1.2.3 -title "Headgate" -file headgate.exe -arch amd64 -out rsrc_windows_amd64.syso ROOT
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"text/template"

	"github.com/tc-hib/winres"
	"github.com/tc-hib/winres/version"
)

// info is what the templates in build/windows are filled with: wails.json's words, the
// names being those that Wails' own command fills in.
type info struct {
	CompanyName, ProductName, ProductVersion, Copyright, Comments string
}

// sheet is what is said of one program.
type sheet struct {
	root    string
	version string // SemVer
	title   string // what the task manager calls it
	file    string // the program's file name
	arch    winres.Arch
}

func main() {
	var s sheet
	flag.StringVar(&s.version, "version", "", "version of the program (SemVer)")
	flag.StringVar(&s.title, "title", "", "what the task manager calls it")
	flag.StringVar(&s.file, "file", "", "its file name")
	arch := flag.String("arch", "", "amd64 or arm64")
	out := flag.String("out", "", "object file to write")
	flag.Parse()
	s.root, s.arch = flag.Arg(0), winres.Arch(*arch)
	if err := s.write(*out); err != nil {
		fmt.Fprintf(os.Stderr, "resources: %v\n", err)
		os.Exit(1)
	}
}

func (s sheet) write(out string) error {
	var object bytes.Buffer
	resources, err := s.resources()
	if err != nil {
		return err
	}
	if err := resources.WriteObject(&object, s.arch); err != nil {
		return fmt.Errorf("make %s: %w", out, err)
	}
	return os.WriteFile(out, object.Bytes(), 0o644)
}

func (s sheet) resources() (*winres.ResourceSet, error) {
	var resources winres.ResourceSet
	icon, err := os.Open(filepath.Join(s.root, "build/windows/icon.ico"))
	if err != nil {
		return nil, err
	}
	defer icon.Close()
	pictures, err := winres.LoadICO(icon)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", icon.Name(), err)
	}
	// The number under which Wails looks for the window's icon.
	if err := resources.SetIcon(winres.RT_ICON, pictures); err != nil {
		return nil, err
	}
	manifest, err := s.filled("build/windows/wails.exe.manifest")
	if err != nil {
		return nil, err
	}
	checked, err := winres.AppManifestFromXML(manifest)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	resources.SetManifest(checked)
	words, err := s.filled("build/windows/info.json")
	if err != nil {
		return nil, err
	}
	var about version.Info
	if err := about.UnmarshalJSON(words); err != nil {
		return nil, fmt.Errorf("info.json: %w", err)
	}
	about.SetProductVersion(numbers.FindString(s.version))
	for name, value := range map[string]string{
		version.ProductVersion: s.version, version.FileVersion: s.version,
		version.FileDescription: s.title, version.OriginalFilename: s.file,
	} {
		for language := range about.Table() {
			if err := about.Set(language, name, value); err != nil {
				return nil, err
			}
		}
	}
	resources.SetVersionInfo(about)
	return &resources, nil
}

// numbers are the part of a version that Windows compares.
var numbers = regexp.MustCompile(`^\d+\.\d+\.\d+`)

// filled returns the template with wails.json's words and this version's numbers.
func (s sheet) filled(path string) ([]byte, error) {
	text, err := os.ReadFile(filepath.Join(s.root, "wails.json"))
	if err != nil {
		return nil, err
	}
	var project struct{ Info info }
	if err := json.Unmarshal(text, &project); err != nil {
		return nil, fmt.Errorf("wails.json: %w", err)
	}
	project.Info.ProductVersion = numbers.FindString(s.version)
	if project.Info.ProductVersion == "" {
		return nil, fmt.Errorf("%q is no version: three numbers are needed", s.version)
	}
	parsed, err := template.ParseFiles(filepath.Join(s.root, path))
	if err != nil {
		return nil, err
	}
	var full bytes.Buffer
	err = parsed.Execute(&full, project)
	return full.Bytes(), err
}
