package music

import (
	"context"

	musicadminv1 "github.com/music-rec/music-go/music/admin/v1"
)

// Charts keeps the charts.
//
// It is a field of [Client].
type Charts struct{ engine *engine }

// SetChart replaces a chart.
func (s *Charts) SetChart(
	ctx context.Context, request *musicadminv1.SetChartRequest, options ...CallOption,
) (*musicadminv1.SetChartResponse, error) {
	return invoke(ctx, s.engine, chartsSetChart, request, fresh[musicadminv1.SetChartResponse], options)
}
