package music

import (
	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Option configures a client.
type Option func(*clientSettings)

type clientSettings struct {
	apiKey        string
	tokens        TokenProvider
	transport     grpc.ClientConnInterface
	transportAuth grpccredentials.TransportCredentials
	dialOptions   []grpc.DialOption
	interceptors  []Interceptor
	hooks         hookList
	cacheEntries  int
	clock         Clock
	random        func() float64
}

// WithAPIKey sends an API key with every call.
func WithAPIKey(key string) Option {
	return func(s *clientSettings) { s.apiKey = key }
}

// WithTokenProvider sends a bearer token with every call, refreshed before it expires.
func WithTokenProvider(provider TokenProvider) Option {
	return func(s *clientSettings) { s.tokens = provider }
}

// WithPlaintext connects without TLS: for servers on this machine, or behind a mesh that encrypts.
func WithPlaintext() Option { return WithTransportCredentials(insecure.NewCredentials()) }

// WithTransportCredentials connects with these instead of TLS and the system's certificates.
func WithTransportCredentials(transport grpccredentials.TransportCredentials) Option {
	return func(s *clientSettings) { s.transportAuth = transport }
}

// WithDialOptions adds gRPC dial options (a proxy, keepalive, a resolver). Retries and interceptors are
// this package's own.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *clientSettings) { s.dialOptions = append(s.dialOptions, options...) }
}

// WithTransport makes calls on an existing connection, or on a mock (musictest); New's
// endpoint is not used then. Close does not close it.
func WithTransport(conn grpc.ClientConnInterface) Option {
	return func(s *clientSettings) { s.transport = conn }
}

// WithInterceptors adds interceptors; the first is the outermost.
func WithInterceptors(interceptors ...Interceptor) Option {
	return func(s *clientSettings) { s.interceptors = append(s.interceptors, interceptors...) }
}

// WithHooks adds telemetry hooks.
func WithHooks(hooks ...Hooks) Option {
	return func(s *clientSettings) { s.hooks = append(s.hooks, hooks...) }
}

// WithCache keeps the replies of methods whose policy allows it, the most recently used entries of
// them; 0: 100. It is off by default: a backend serves many subjects. CallInfo tells kept replies.
func WithCache(entries int) Option {
	if entries <= 0 {
		entries = defaultCacheEntries
	}
	return func(s *clientSettings) { s.cacheEntries = entries }
}

// WithClock replaces the clock, for tests. Deadlines stay the context's.
func WithClock(clock Clock) Option {
	return func(s *clientSettings) { s.clock = clock }
}

// WithRandom replaces the source of jitter, for tests: a function that returns values in [0, 1).
func WithRandom(random func() float64) Option {
	return func(s *clientSettings) { s.random = random }
}
