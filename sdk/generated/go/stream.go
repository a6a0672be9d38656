package shortlist

import (
	"context"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// streamConn gives streams the client's headers and errors. Streams are not repeated.
type streamConn struct {
	engine   *engine
	method   *Method
	settings callSettings
}

func (c *streamConn) Invoke(ctx context.Context, method string, args, reply any, opts ...grpc.CallOption) error {
	return c.engine.conn.Invoke(ctx, method, args, reply, opts...)
}

func (c *streamConn) NewStream(
	ctx context.Context, desc *grpc.StreamDesc, method string, opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	call := c.engine.newCall(c.method, nil, c.settings)
	sent := attemptMetadata(call, 1)
	requestID := sent.Get(requestIDHeader)[0]
	c.settings.info.Attempts, c.settings.info.RequestID = 1, requestID
	name, credential, err := c.engine.credentials.header(ctx)
	if err != nil {
		return nil, typed(credentialsFailed(ctx, err, c.method, requestID))
	}
	if name != "" {
		sent.Set(name, credential)
	}
	var cancel context.CancelFunc = func() {}
	if c.settings.timeout > 0 {
		ctx, cancel = context.WithTimeout(ctx, c.settings.timeout)
	}
	stream, err := c.engine.conn.NewStream(metadata.NewOutgoingContext(ctx, joined(ctx, sent)), desc, method, opts...)
	if err != nil {
		cancel()
		return nil, typed(failed(err, c.method, requestID))
	}
	return &errorStream{ClientStream: stream, conn: c, requestID: requestID, cancel: cancel}, nil
}

// errorStream turns a stream's errors into this package's.
type errorStream struct {
	grpc.ClientStream
	conn      *streamConn
	requestID string
	cancel    context.CancelFunc
}

func (s *errorStream) SendMsg(m any) error {
	err := s.ClientStream.SendMsg(m)
	if err == nil || err == io.EOF { // EOF: the stream has ended; RecvMsg says why
		return err
	}
	s.cancel()
	return typed(failed(err, s.conn.method, s.requestID))
}

func (s *errorStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if err == nil {
		return nil
	}
	s.cancel()
	if err == io.EOF {
		return err
	}
	return typed(failed(err, s.conn.method, s.requestID, s.Trailer()))
}
