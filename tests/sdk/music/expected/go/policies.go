package music

import (
	"time"

	"google.golang.org/grpc/codes"
)

var albumsGetAlbum = &Method{
	FullName:          "/music.v1.AlbumService/GetAlbum",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable, codes.Aborted},
	DefaultTimeout:    3 * time.Second,
	CacheMaxAge:       1 * time.Minute,
	CacheStaleIfError: 1 * time.Hour,
}

var albumsListAlbums = &Method{
	FullName:       "/music.v1.AlbumService/ListAlbums",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 1500 * time.Millisecond,
}

var albumsUpdateAlbum = &Method{
	FullName:       "/music.v1.AlbumService/UpdateAlbum",
	DefaultTimeout: 3 * time.Second,
}

var albumsDelete = &Method{
	FullName:       "/music.v1.AlbumService/Delete",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 3 * time.Second,
}

var albumsImport = &Method{
	FullName:       "/music.v1.AlbumService/Import",
	DefaultTimeout: 30 * time.Second,
}

var playsWritePlays = &Method{
	FullName:       "/music.v1.PlayService/WritePlays",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 10 * time.Second,
}

var playsStreamPlays = &Method{
	FullName:   "/music.v1.PlayService/StreamPlays",
	Idempotent: true,
}

var radiosNextTracks = &Method{
	FullName:          "/music.v1.RadioService/NextTracks",
	Idempotent:        true,
	RetryableCodes:    []codes.Code{codes.Unavailable},
	DefaultTimeout:    2 * time.Second,
	CacheMaxAge:       10 * time.Second,
	CacheStaleIfError: 10 * time.Minute,
	requestIDField:    "request_id",
}

var radiosWatchStation = &Method{
	FullName:   "/music.v1.RadioService/WatchStation",
	Idempotent: true,
}

var chartsSetChart = &Method{
	FullName:       "/music.admin.v1.ChartService/SetChart",
	Idempotent:     true,
	RetryableCodes: []codes.Code{codes.Unavailable},
	DefaultTimeout: 5 * time.Second,
}
