// Command icon draws every picture of Headgate from the SVG sources in
// build/icon. Its output depends on nothing but them: the same sources give the
// same bytes on every machine.
//
// Usage: icon [-check] ROOT. With -check it writes nothing and fails when a
// committed picture isn't the one that the sources give.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"github.com/srwiley/oksvg"
	"github.com/srwiley/rasterx"
)

// A picture is one file to draw, path and source being relative to the root.
// Sizes are in pixels; a PNG has one, an ICO any number, an SVG none: it is the
// source itself.
type picture struct {
	path   string
	source string
	sizes  []int
}

func pictures() []picture {
	const (
		sources = "build/icon/"
		tray    = "app/desktop/icons/"
	)
	all := []picture{
		{"build/appicon.png", sources + "headgate.svg", []int{1024}},
		{"build/windows/icon.ico", sources + "headgate.svg", []int{24, 32, 48, 64, 128, 256}},
		{"frontend/public/icon.svg", sources + "headgate.svg", nil},
		{tray + "window.png", sources + "headgate.svg", []int{128}},
	}
	for _, size := range []int{32, 48, 64, 128, 256, 512} {
		all = append(all, picture{fmt.Sprintf("build/icon/png/headgate-%d.png", size), sources + "headgate.svg", []int{size}})
	}
	all = append(all, picture{"build/icon/png/headgate-16.png", sources + "running.svg", []int{16}})
	for _, state := range []string{"running", "stopped", "failed"} {
		all = append(
			all,
			picture{tray + state + ".png", sources + state + ".svg", []int{48}},
			picture{tray + state + ".ico", sources + state + ".svg", []int{16, 20, 24, 32, 48}},
			picture{tray + "template-" + state + ".png", sources + "template-" + state + ".svg", []int{32}},
		)
	}
	return all
}

func main() {
	check := flag.Bool("check", false, "compare, don't write")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: icon [-check] ROOT")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *check); err != nil {
		fmt.Fprintln(os.Stderr, "icon:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	var stale []error
	for _, p := range pictures() {
		drawn, err := p.draw(root)
		if err != nil {
			return fmt.Errorf("draw %s: %w", p.path, err)
		}
		file := filepath.Join(root, filepath.FromSlash(p.path))
		if check {
			if have, err := os.ReadFile(file); err != nil || !bytes.Equal(have, drawn) {
				stale = append(stale, fmt.Errorf("%s is not what %s gives: run `make icons`", p.path, p.source))
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, drawn, 0o644); err != nil {
			return err
		}
	}
	return errors.Join(stale...)
}

func (p picture) draw(root string) ([]byte, error) {
	svg, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p.source)))
	if err != nil {
		return nil, err
	}
	if filepath.Ext(p.path) == ".svg" {
		return svg, nil
	}
	images := make([][]byte, len(p.sizes))
	for i, size := range p.sizes {
		if images[i], err = rasterise(svg, size); err != nil {
			return nil, err
		}
	}
	if filepath.Ext(p.path) == ".ico" {
		return ico(p.sizes, images), nil
	}
	return images[0], nil
}

// rasterise draws svg as a square PNG of size pixels.
func rasterise(svg []byte, size int) ([]byte, error) {
	drawing, err := oksvg.ReadIconStream(bytes.NewReader(svg), oksvg.StrictErrorMode)
	if err != nil {
		return nil, err
	}
	drawing.SetTarget(0, 0, float64(size), float64(size))
	canvas := image.NewRGBA(image.Rect(0, 0, size, size))
	scanner := rasterx.NewScannerGV(size, size, canvas, canvas.Bounds())
	drawing.Draw(rasterx.NewDasher(size, size, scanner), 1)
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, canvas); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// ico packs PNG images into one icon file, as Windows Vista and later read it.
func ico(sizes []int, images [][]byte) []byte {
	const headerSize, entrySize = 6, 16
	var out bytes.Buffer
	write := func(v any) { _ = binary.Write(&out, binary.LittleEndian, v) } // into memory: can't fail
	write([]uint16{0, 1, uint16(len(images))})
	offset := headerSize + entrySize*len(images)
	for i, data := range images {
		side := uint8(sizes[i]) // 256 is written as 0, which is what the format wants
		write([]uint8{side, side, 0, 0})
		write([]uint16{1, 32})
		write([]uint32{uint32(len(data)), uint32(offset)})
		offset += len(data)
	}
	for _, data := range images {
		out.Write(data)
	}
	return out.Bytes()
}
