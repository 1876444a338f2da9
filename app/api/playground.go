package api

import (
	"context"
	"time"

	"headgate/app"
	"headgate/app/playground"
)

// Playground lets a person try a group or a model.
type Playground struct{ app *app.App }

// newsLimit is how long Read waits for news.
const newsLimit = 10 * time.Second

// Send begins a try and returns its id.
func (p *Playground) Send(q playground.Question) (string, error) { return p.app.Playground.Send(q) }

// Read returns what a try has said since next, which is the Next of the News
// before, or 0. Without news it waits for some, ten seconds at most.
func (p *Playground) Read(id string, next int64) (playground.News, error) {
	ctx, cancel := context.WithTimeout(context.Background(), newsLimit)
	defer cancel()
	return p.app.Playground.Read(ctx, id, next)
}

// Stop ends a try; what it said so far stays readable.
func (p *Playground) Stop(id string) { p.app.Playground.Stop(id) }
