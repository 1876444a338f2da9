//go:build (desktop || dev) && !bindings

package desktop

// generating is true in the program that Wails builds and runs to read the
// bound methods. It must touch nothing outside the work tree.
const generating = false
