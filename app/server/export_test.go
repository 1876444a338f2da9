package server

// Patterns are all that the server routes.
func (s *Server) Patterns() (list []string) {
	for _, at := range s.routes() {
		list = append(list, at.pattern)
	}
	return list
}

// realCost is what a password check costs, but for these tests, which check many.
var realCost = costNow

func init() { costNow = cost{memory: 8, time: 1, threads: 1} }
