package app

// Patiently is how names are looked up again.
var Patiently = patiently
