package calllog

import (
	"context"

	"headgate/app/apperr"
	"headgate/gateway"
)

var errUnbuilt = apperr.New(apperr.Internal)

func (l *Log) KeywordUse(ctx context.Context) (map[int64]KeywordUse, error) { return nil, nil }
func (l *Log) FindKeyword(ctx context.Context, k gateway.Keyword) (KeywordFinds, error) {
	return KeywordFinds{}, errUnbuilt
}
func (l *Log) Bodies(ctx context.Context, id string) (Bodies, error)    { return Bodies{}, errUnbuilt }
func (l *Log) Clear(ctx context.Context, before int64) (Cleared, error) { return Cleared{}, errUnbuilt }
