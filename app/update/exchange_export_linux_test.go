package update

// Exchange is what Linux does with an archive.
var Exchange = exchange
