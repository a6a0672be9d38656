package music

import (
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// Method is a method of the API with its call policy, as the contract states it.
type Method struct {
	// FullName is the gRPC path, "/package.Service/Method".
	FullName string
	// Idempotent tells that a call may be repeated when its outcome is unknown.
	Idempotent bool
	// RetryableCodes are the codes after which an idempotent call is repeated.
	RetryableCodes []codes.Code
	// DefaultTimeout limits a call, all its attempts included, that has no other limit; 0: no limit.
	DefaultTimeout time.Duration
	// CacheMaxAge is for how long a reply is fresh; 0: replies are not kept.
	CacheMaxAge time.Duration
	// CacheStaleIfError is for how long after that it stands in while the server can't be reached.
	CacheStaleIfError time.Duration

	requestIDField string
}

// Service returns the service's full name, "package.Service".
func (m *Method) Service() string {
	service, _, _ := strings.Cut(strings.TrimPrefix(m.FullName, "/"), "/")
	return service
}

// Name returns the name within the service.
func (m *Method) Name() string {
	return m.FullName[strings.LastIndexByte(m.FullName, '/')+1:]
}

func (m *Method) isRetryable(code codes.Code) bool {
	for _, each := range m.RetryableCodes {
		if each == code {
			return m.Idempotent
		}
	}
	return false
}
