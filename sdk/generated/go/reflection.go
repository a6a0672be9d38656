package shortlist

import (
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// fieldOf returns a message's field by name; nil if there is no message, or the
// name is empty or unknown.
func fieldOf(message proto.Message, name string) protoreflect.FieldDescriptor {
	if name == "" || message == nil {
		return nil
	}
	return message.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name))
}

func statusOf(code codes.Code, err error) *status.Status {
	return status.New(code, err.Error())
}

// fresh returns a new, empty message.
func fresh[T any]() *T { return new(T) }
