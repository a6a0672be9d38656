package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/shortlist-rec/shortlist-go"
	"google.golang.org/protobuf/proto"
)

// session runs the steps of one test, one after the other, on one client.
type session struct {
	asked   *request
	client  *testClient
	slate   *slate
	tracker *shortlist.ImpressionTracker
}

// slate is the last call's request and reply.
type slate struct {
	request proto.Message
	reply   any
}

// action does a step; info is told how its call was answered.
type action func(s *session, step *step, info *shortlist.CallInfo) (any, error)

var actions = map[string]action{}

func init() {
	for name, each := range map[string]action{
		"call": call, "cancel_after": cancelAfter, "paginate_all": paginateAll, "stream": stream,
		"enqueue_events": enqueueEvents, "flush": flush, "send_events_then_flush": sendEventsThenFlush,
		"kill_and_restart": killAndRestart, "close": closeClient, "shown": shown, "clicked": clicked,
		"wait": wait, "encode": encode,
	} {
		actions[name] = each
	}
}

func newSession(asked *request) *session {
	return &session{asked: asked, client: &testClient{asked: asked}}
}

// run does a step and returns what came of it.
func (s *session) run(step *step) *outcome {
	var info shortlist.CallInfo
	found := new(outcome)
	begun := time.Now()
	reply, err := actions[step.Do](s, step, &info)
	found.ElapsedMS = time.Since(begun).Milliseconds()
	found.Reply = reply
	if err != nil {
		found.Error = errorJSON(err)
	}
	if info != (shortlist.CallInfo{}) {
		found.Info = map[string]any{
			"attempts": info.Attempts, "request_id": info.RequestID,
			"from_cache": info.FromCache, "is_stale": info.IsStale,
		}
	}
	return found
}

func (s *session) callOptions(step *step, info *shortlist.CallInfo) []shortlist.CallOption {
	found := []shortlist.CallOption{shortlist.WithCallInfo(info)}
	if step.TimeoutMS > 0 {
		found = append(found, shortlist.WithTimeout(time.Duration(step.TimeoutMS)*time.Millisecond))
	}
	if step.IdempotencyKey != "" {
		found = append(found, shortlist.WithIdempotencyKey(step.IdempotencyKey))
	}
	if step.MaxItems > 0 {
		found = append(found, shortlist.WithMaxItems(step.MaxItems))
	}
	if retry := s.asked.Options.Retry; retry != nil && !*retry {
		found = append(found, shortlist.WithoutRetry())
	}
	for name, value := range step.Metadata {
		found = append(found, shortlist.WithMetadata(name, value))
	}
	return found
}

// prepare finds a step's method and reads its request.
func (s *session) prepare(step *step, text json.RawMessage) (*rpc, proto.Message, error) {
	client, err := s.client.get()
	if err != nil {
		return nil, nil, err
	}
	method, err := findRPC(client, step.Method)
	if err != nil {
		return nil, nil, err
	}
	message, err := method.parse(text)
	return method, message, err
}

func call(s *session, step *step, info *shortlist.CallInfo) (any, error) {
	if step.Times > 1 {
		return burst(s, step)
	}
	return s.call(context.Background(), step, info)
}

func (s *session) call(ctx context.Context, step *step, info *shortlist.CallInfo) (any, error) {
	method, message, err := s.prepare(step, step.Request)
	if err != nil {
		return nil, err
	}
	reply, err := method.call(ctx, message, s.callOptions(step, info))
	if err != nil {
		return nil, err
	}
	s.slate, s.tracker = &slate{message, reply}, nil
	return replyJSON(reply)
}

// burst makes the same call several times at once.
func burst(s *session, step *step) (any, error) {
	method, message, err := s.prepare(step, step.Request)
	if err != nil {
		return nil, err
	}
	var calls sync.WaitGroup
	var failed atomic.Int64
	for range step.Times {
		calls.Go(func() {
			options := s.callOptions(step, new(shortlist.CallInfo))
			if _, err := method.call(context.Background(), proto.Clone(message), options); err != nil {
				failed.Add(1)
			}
		})
	}
	calls.Wait()
	return map[string]int64{"succeeded": int64(step.Times) - failed.Load(), "failed": failed.Load()}, nil
}

func cancelAfter(s *session, step *step, info *shortlist.CallInfo) (any, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	timer := time.AfterFunc(time.Duration(step.AfterMS)*time.Millisecond, cancel)
	defer timer.Stop()
	return s.call(ctx, step, info)
}

func paginateAll(s *session, step *step, info *shortlist.CallInfo) (any, error) {
	method, message, err := s.prepare(step, step.Request)
	if err != nil {
		return nil, err
	}
	items := []json.RawMessage{}
	err = method.items(context.Background(), message, s.callOptions(step, info), func(item proto.Message) error {
		text, err := messageJSON(item)
		items = append(items, text)
		return err
	})
	return map[string]any{"items": items}, err
}

func stream(s *session, step *step, info *shortlist.CallInfo) (any, error) {
	var texts []json.RawMessage
	if err := json.Unmarshal(step.Request, &texts); err != nil {
		return nil, err
	}
	method, _, err := s.prepare(step, nil)
	if err != nil {
		return nil, err
	}
	opened, err := method.stream(context.Background(), s.callOptions(step, info))
	if err != nil {
		return nil, err
	}
	for _, text := range texts {
		message, err := method.parse(text)
		if err != nil {
			return nil, err
		}
		if err := opened.SendMsg(message); errors.Is(err, io.EOF) {
			break // the stream has ended; receiving says why
		} else if err != nil {
			return nil, err
		}
	}
	if err := opened.CloseSend(); err != nil {
		return nil, err
	}
	for replies := []json.RawMessage{}; ; {
		reply := newMessage(method.descriptor.Output())
		if err := opened.RecvMsg(reply); errors.Is(err, io.EOF) {
			return map[string]any{"replies": replies}, nil
		} else if err != nil {
			return nil, err
		}
		text, err := messageJSON(reply)
		if err != nil {
			return nil, err
		}
		replies = append(replies, text)
	}
}

func killAndRestart(s *session, _ *step, _ *shortlist.CallInfo) (any, error) {
	return struct{}{}, s.client.kill()
}

func closeClient(s *session, _ *step, _ *shortlist.CallInfo) (any, error) {
	return struct{}{}, s.client.close()
}

func wait(_ *session, step *step, _ *shortlist.CallInfo) (any, error) {
	time.Sleep(time.Duration(step.AfterMS) * time.Millisecond)
	return struct{}{}, nil
}
