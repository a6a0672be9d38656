package music

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Client calls the music API.
type Client struct {
	// Albums keeps albums.
	Albums *Albums
	// Plays takes what is played.
	Plays *Plays
	// Radios plays without end.
	Radios *Radios
	// Charts keeps the charts.
	Charts *Charts

	engine *engine
	close  func() error
}

// New returns a client of the server at endpoint: "host:port", or with a scheme ("http://": without
// TLS). It connects when it is first used.
func New(endpoint string, options ...Option) (*Client, error) {
	settings := clientSettings{clock: systemClock{}, random: rand.Float64}
	for _, option := range options {
		option(&settings)
	}
	if settings.apiKey != "" && settings.tokens != nil {
		return nil, fmt.Errorf("music: an API key and a token provider exclude each other")
	}
	conn, closeConn, err := connect(endpoint, &settings)
	if err != nil {
		return nil, err
	}
	e := &engine{
		conn: conn, credentials: settings.credentials(), budget: newRetryBudget(), hooks: settings.hooks,
		interceptors: settings.interceptors, clock: settings.clock, random: settings.random,
	}
	if settings.cacheEntries > 0 {
		e.cache = newReplyCache(settings.cacheEntries)
	}
	client := &Client{engine: e, close: closeConn}
	client.Albums = &Albums{e}
	client.Plays = &Plays{e}
	client.Radios = &Radios{e}
	client.Charts = &Charts{e}
	return client, nil
}

// Close closes the connection. Close event queues before.
func (c *Client) Close() error { return c.close() }

// ClearCache forgets all kept replies: call it when the subject signs out.
func (c *Client) ClearCache() {
	if c.engine.cache != nil {
		c.engine.cache.clear()
	}
}

func (s *clientSettings) credentials() credentials {
	switch {
	case s.apiKey != "":
		return apiKey(s.apiKey)
	case s.tokens != nil:
		return &tokenCache{provider: s.tokens, clock: s.clock}
	}
	return noCredentials{}
}

func connect(endpoint string, settings *clientSettings) (grpc.ClientConnInterface, func() error, error) {
	if settings.transport != nil {
		return settings.transport, func() error { return nil }, nil
	}
	transport := settings.transportAuth
	address, isPlain := strings.CutPrefix(endpoint, "http://")
	if isPlain && transport == nil {
		transport = insecure.NewCredentials()
	}
	if transport == nil {
		transport = grpccredentials.NewTLS(nil)
	}
	dial := append([]grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithUserAgent(clientID),
		// Repetitions are this package's, by the contract; gRPC's own would multiply them.
		grpc.WithDisableRetry(),
		grpc.WithDisableServiceConfig(),
	}, settings.dialOptions...)
	conn, err := grpc.NewClient(strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/"), dial...)
	if err != nil {
		return nil, nil, fmt.Errorf("music: endpoint %q: %w", endpoint, err)
	}
	return conn, conn.Close, nil
}
