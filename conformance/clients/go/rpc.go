package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/shortlist-rec/shortlist-go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// rpc is a method of the contract and of the client, found by its name.
type rpc struct {
	descriptor protoreflect.MethodDescriptor
	// service is the field of the client that has it.
	service reflect.Value
}

// findRPC finds "package.Service/Method" in the client.
func findRPC(client *shortlist.Client, name string) (*rpc, error) {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(
		protoreflect.FullName(strings.ReplaceAll(name, "/", ".")))
	if err != nil {
		return nil, err
	}
	method, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no method", name)
	}
	fields := reflect.ValueOf(client).Elem()
	for i := range fields.NumField() {
		if !fields.Type().Field(i).IsExported() {
			continue
		}
		candidate := &rpc{method, fields.Field(i)}
		if candidate.isOfService() {
			return candidate, nil
		}
	}
	return nil, fmt.Errorf("the client has no %s", name)
}

// isOfService tells whether the field has the method with the contract's request.
func (r *rpc) isOfService() bool {
	function := r.service.MethodByName(string(r.descriptor.Name()))
	if !function.IsValid() {
		return false
	}
	if r.descriptor.IsStreamingClient() {
		return true
	}
	return function.Type().In(1) == reflect.TypeOf(r.newRequest())
}

func (r *rpc) newRequest() proto.Message { return newMessage(r.descriptor.Input()) }

// parse reads a request's JSON.
func (r *rpc) parse(text json.RawMessage) (proto.Message, error) {
	message := r.newRequest()
	if len(text) == 0 {
		return message, nil
	}
	return message, protojson.Unmarshal(text, message)
}

// call makes a unary call.
func (r *rpc) call(ctx context.Context, request proto.Message, options []shortlist.CallOption) (any, error) {
	function := r.service.MethodByName(string(r.descriptor.Name()))
	results := function.Call(arguments(options, reflect.ValueOf(ctx), reflect.ValueOf(request)))
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return results[0].Interface(), nil
}

// items calls yield with the items of all pages, and returns the error that ended them.
func (r *rpc) items(
	ctx context.Context, request proto.Message, options []shortlist.CallOption, yield func(proto.Message) error,
) error {
	function := r.service.MethodByName(string(r.descriptor.Name()) + "All")
	if !function.IsValid() {
		return fmt.Errorf("%s has no pages", r.descriptor.FullName())
	}
	all := function.Call(arguments(options, reflect.ValueOf(ctx), reflect.ValueOf(request)))[0]
	for item, failure := range all.Seq2() {
		if err, failed := failure.Interface().(error); failed {
			return err
		}
		if err := yield(item.Interface().(proto.Message)); err != nil {
			return err
		}
	}
	return nil
}

// stream opens a stream.
func (r *rpc) stream(ctx context.Context, options []shortlist.CallOption) (grpc.ClientStream, error) {
	function := r.service.MethodByName(string(r.descriptor.Name()))
	results := function.Call(arguments(options, reflect.ValueOf(ctx)))
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	return results[0].Interface().(grpc.ClientStream), nil
}

func arguments(options []shortlist.CallOption, first ...reflect.Value) []reflect.Value {
	for _, each := range options {
		first = append(first, reflect.ValueOf(each))
	}
	return first
}

func newMessage(descriptor protoreflect.MessageDescriptor) proto.Message {
	found, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		panic(err) // the descriptor came from a linked file, and so does its type
	}
	return found.New().Interface()
}
