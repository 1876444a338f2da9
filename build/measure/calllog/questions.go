package main

import (
	"context"
	"fmt"
	"time"

	"headgate/app/calllog"
)

// What a list and a dashboard may take, however long the log is.
const (
	pageMay      = 50 * time.Millisecond
	dashboardMay = 100 * time.Millisecond
)

// pageRows is how many rows the window asks for at once.
const pageRows = 100

// ask makes the questions out of what the newest call and the statistics name.
func ask(ctx context.Context, log *calllog.Log) ([]question, error) {
	newest, err := log.Page(ctx, calllog.Query{Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(newest.Rows) == 0 {
		return nil, fmt.Errorf("the call log is empty: fill it with build/measure/fillcalls")
	}
	last := newest.Rows[0]
	now := time.UnixMilli(last.StartedAt)
	day := 24 * time.Hour
	stats, err := log.Stats(ctx, calllog.StatsQuery{From: now.Add(-90 * day).UnixMilli(), To: now.UnixMilli(), Top: 100})
	if err != nil {
		return nil, err
	}
	many, few := stats.ByModel[0], stats.ByModel[len(stats.ByModel)-1]
	key, provider, member := stats.ByAPIKey[0], stats.ByProvider[0], stats.ByMember[0]
	fmt.Printf("calls of the last 90 days: %d\n", stats.Totals.Calls)

	page := func(what string, q calllog.Query) question {
		q.Limit = pageRows
		return question{what, pageMay, func(ctx context.Context) (int, error) {
			found, err := log.Page(ctx, q)
			return len(found.Rows), err
		}}
	}
	dashboard := func(what string, days int, q calllog.StatsQuery) question {
		q.From, q.To, q.Zone = now.Add(-time.Duration(days)*day).UnixMilli(), now.UnixMilli(), "Asia/Taipei"
		return question{what, dashboardMay, func(ctx context.Context) (int, error) {
			s, err := log.Stats(ctx, q)
			return len(s.Series), err
		}}
	}
	middle := last.Seq / 2
	old, err := log.Page(ctx, calllog.Query{Before: middle, Limit: 1})
	if err != nil {
		return nil, err
	}
	oldID := old.Rows[0].ID
	return []question{
		page("newest page", calllog.Query{}),
		page("page in the middle of the log", calllog.Query{Before: middle}),
		page("only failed", calllog.Query{States: []string{"failed"}}),
		page("failed, partial and refused", calllog.Query{States: []string{"failed", "partial", "refused"}}),
		page("group "+many.Name, calllog.Query{Model: many.Name}),
		page("model asked for least, "+few.Name, calllog.Query{Model: few.Name}),
		page("API key "+key.Name, calllog.Query{APIKeyID: key.ID}),
		page("provider "+provider.Name, calllog.Query{ProviderID: provider.ID}),
		page("member "+member.Name, calllog.Query{Member: member.Name}),
		page("API key and provider, failed", calllog.Query{APIKeyID: key.ID, ProviderID: provider.ID, States: []string{"failed"}}),
		page("a day, 60 days ago", calllog.Query{From: now.Add(-60 * day).UnixMilli(), To: now.Add(-59 * day).UnixMilli()}),
		page("a day of one member, 60 days ago", calllog.Query{Member: member.Name, From: now.Add(-60 * day).UnixMilli(), To: now.Add(-59 * day).UnixMilli()}),
		page("text that many have", calllog.Query{Text: "overloaded"}),
		page("text that none has", calllog.Query{Text: "no such words"}),
		page("a call's id", calllog.Query{ID: last.ID}),
		page("an old call's id", calllog.Query{ID: oldID}),
		{"a call with its attempts", pageMay, func(ctx context.Context) (int, error) {
			d, err := log.Get(ctx, oldID)
			return len(d.Attempts), err
		}},
		dashboard("dashboard, 24 hours", 1, calllog.StatsQuery{}),
		dashboard("dashboard, 7 days", 7, calllog.StatsQuery{}),
		dashboard("dashboard, 30 days", 30, calllog.StatsQuery{}),
		dashboard("dashboard, 30 days of a group", 30, calllog.StatsQuery{Model: many.Name}),
		dashboard("dashboard, 90 days", 90, calllog.StatsQuery{}),
	}, nil
}
