package shortlist

import (
	"runtime"
	"strconv"

	"google.golang.org/grpc/metadata"
)

const (
	apiKeyHeader         = "x-api-key"
	authorizationHeader  = "authorization"
	idempotencyKeyHeader = "idempotency-key"
	requestIDHeader      = "x-request-id"
	attemptHeader        = "x-shortlist-attempt"
	clientHeader         = "x-shortlist-client"
)

// clientID tells the server which package calls, and on what.
var clientID = "sdk/go/" + Version + "; lang/" + runtime.Version() + "; platform/" + runtime.GOOS

// attemptMetadata returns the headers of one attempt.
func attemptMetadata(call *Call, attempt int) metadata.MD {
	sent := call.Metadata.Copy()
	if sent == nil {
		sent = metadata.MD{}
	}
	sent.Set(clientHeader, clientID)
	sent.Set(attemptHeader, strconv.Itoa(attempt))
	return sent
}
