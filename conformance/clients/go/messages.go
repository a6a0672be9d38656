package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/shortlist-rec/shortlist-go"
	codepb "google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// messageJSON returns a message in the shared JSON form.
func messageJSON(message proto.Message) (json.RawMessage, error) {
	return protojson.Marshal(message)
}

// replyJSON returns a method's reply: a message, or a long-running operation.
func replyJSON(reply any) (any, error) {
	switch reply := reply.(type) {
	case proto.Message:
		return messageJSON(reply)
	case interface {
		Name() string
		Done() bool
	}:
		return map[string]any{"name": reply.Name(), "done": reply.Done()}, nil
	}
	return nil, fmt.Errorf("a reply of type %T", reply)
}

// encode brings a message from one form into both.
func encode(_ *session, step *step, _ *shortlist.CallInfo) (any, error) {
	kind, err := findMessage(step.Method)
	if err != nil {
		return nil, err
	}
	message := kind.New().Interface()
	if err := decode(step, message); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	text, err := messageJSON(message)
	if err != nil {
		return nil, err
	}
	binary, err := proto.MarshalOptions{Deterministic: true}.Marshal(message)
	return map[string]any{"json": text, "hex": hex.EncodeToString(binary)}, err
}

func decode(step *step, message proto.Message) error {
	var given struct {
		JSON json.RawMessage `json:"json"`
	}
	if len(step.Request) > 0 {
		if err := json.Unmarshal(step.Request, &given); err != nil {
			return err
		}
	}
	if given.JSON != nil {
		return protojson.Unmarshal(given.JSON, message)
	}
	if len(step.RequestBytes) == 0 {
		return errors.New("neither JSON nor bytes")
	}
	return proto.Unmarshal(step.RequestBytes[0], message)
}

// findMessage finds a message by its full name, or by the last part of it.
func findMessage(name string) (protoreflect.MessageType, error) {
	if found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(name)); err == nil {
		return found, nil
	}
	var found protoreflect.MessageType
	protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
		if string(kind.Descriptor().Name()) == name {
			found = kind
		}
		return found == nil
	})
	if found == nil {
		return nil, fmt.Errorf("there is no message %s", name)
	}
	return found, nil
}

// errorJSON returns an error as the runner compares it.
func errorJSON(err error) map[string]any {
	var failure *shortlist.APIError
	if !errors.As(err, &failure) {
		// Not an error of the SDK, but of encoding, or of what the program does itself.
		return map[string]any{"code": codeName(status.Code(err)), "message": err.Error()}
	}
	violations := []map[string]string{}
	for _, each := range failure.FieldViolations() {
		violations = append(violations, map[string]string{"field": each.Field, "description": each.Description})
	}
	found := map[string]any{
		"code": codeName(failure.Code), "reason": failure.Reason, "message": failure.Message,
		"request_id": failure.RequestID, "field_violations": violations, "type": typeName(err),
	}
	if failure.Metadata != nil {
		found["metadata"] = failure.Metadata
	}
	if failure.RetryDelay > 0 {
		found["retry_delay_s"] = failure.RetryDelay.Seconds()
	}
	return found
}

func typeName(err error) string {
	kind := reflect.TypeOf(err)
	if kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	return kind.Name()
}

// codeName returns a code as the contract spells it.
func codeName(code codes.Code) string { return codepb.Code(code).String() }
