package catalog

import (
	"maps"
	"slices"

	"headgate/gateway/dialect"
)

// dialects are the upstream dialects that a provider may speak: the engine's.
var dialects = slices.Sorted(maps.Keys(dialect.All))
