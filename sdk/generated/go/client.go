package shortlist

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

// Client calls the shortlist API.
type Client struct {
	// Catalog keeps the catalogue.
	Catalog *Catalog
	// Events takes what users do.
	Events *Events
	// Recommendations answers with slates: ranked lists of items for a subject, an item or a page.
	Recommendations *Recommendations
	// Users keeps profiles and honours the rights of users over their data.
	Users *Users
	// Explanations says why a request is answered as it is.
	Explanations *Explanations
	// Rules keeps the rules of the surfaces: pins, caps, boosts and blocks.
	Rules *Rules
	// ServingConfigs keeps the surfaces.
	ServingConfigs *ServingConfigs

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
		return nil, fmt.Errorf("shortlist: an API key and a token provider exclude each other")
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
	client.Catalog = &Catalog{e}
	client.Events = &Events{e}
	client.Recommendations = &Recommendations{e}
	client.Users = &Users{e}
	client.Explanations = &Explanations{e}
	client.Rules = &Rules{e}
	client.ServingConfigs = &ServingConfigs{e}
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
		return nil, nil, fmt.Errorf("shortlist: endpoint %q: %w", endpoint, err)
	}
	return conn, conn.Close, nil
}
