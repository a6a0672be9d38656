package music

import (
	"time"

	"google.golang.org/grpc/metadata"
)

// CallInfo tells how a call was answered; see WithCallInfo.
type CallInfo struct {
	// Attempts is how often the request was sent; 0: the reply came from the cache.
	Attempts int
	// RequestID is the id under which the server knows the call.
	RequestID string
	// FromCache tells that the reply is a kept one.
	FromCache bool
	// IsStale tells that it is a kept one past its time: the server could not be reached.
	IsStale bool
}

// CallOption changes one call.
type CallOption func(*callSettings)

type callSettings struct {
	timeout        time.Duration
	idempotencyKey string
	metadata       metadata.MD
	noRetry        bool
	maxItems       int
	info           *CallInfo
}

// WithTimeout limits the call, all attempts and waits included, instead of the method's default. The
// context's own deadline holds beside it. For an iterator over pages it limits each page.
func WithTimeout(d time.Duration) CallOption {
	return func(s *callSettings) { s.timeout = d }
}

// WithIdempotencyKey sets the key by which the server knows repetitions of this call. It is chosen at
// random otherwise; set it to repeat a call across restarts.
func WithIdempotencyKey(key string) CallOption {
	return func(s *callSettings) { s.idempotencyKey = key }
}

// WithMetadata adds headers: names and values in turn. It panics on an odd number of them.
func WithMetadata(pairs ...string) CallOption {
	added := metadata.Pairs(pairs...)
	return func(s *callSettings) { s.metadata = metadata.Join(s.metadata, added) }
}

// WithoutRetry makes a single attempt.
func WithoutRetry() CallOption {
	return func(s *callSettings) { s.noRetry = true }
}

// WithMaxItems ends an iterator over items after so many.
func WithMaxItems(n int) CallOption {
	return func(s *callSettings) { s.maxItems = n }
}

// WithCallInfo fills info when the call ends, also when it fails.
func WithCallInfo(info *CallInfo) CallOption {
	return func(s *callSettings) { s.info = info }
}

func settingsOf(options []CallOption) callSettings {
	var settings callSettings
	for _, option := range options {
		option(&settings)
	}
	if settings.info == nil {
		settings.info = new(CallInfo)
	}
	return settings
}
