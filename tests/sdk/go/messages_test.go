package sdktest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"cloud.google.com/go/longrunning/autogen/longrunningpb"
	"github.com/shortlist-rec/shortlist-go"
	shortlistv1 "github.com/shortlist-rec/shortlist-go/shortlist/v1"
	"github.com/shortlist-rec/shortlist-go/shortlisttest"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
)

func TestUnknownFieldsAndEnumValuesDoNotBreak(t *testing.T) {
	known, _ := proto.Marshal(&shortlistv1.RecommendResponse{
		SessionId:    "s",
		Degradations: []*shortlistv1.Degradation{{Kind: shortlistv1.DegradationKind(99)}},
	})
	newer := protowire.AppendString(protowire.AppendTag(known, 4000, protowire.BytesType), "from a newer server")
	reply := new(shortlistv1.RecommendResponse)
	if err := proto.Unmarshal(newer, reply); err != nil {
		t.Fatal(err)
	}
	client, _ := shortlist.New("", shortlist.WithTransport(shortlisttest.New().Reply(recommendPath, reply)))
	got, err := client.Recommendations.Recommend(t.Context(), &shortlistv1.RecommendRequest{})
	if err != nil || got.GetSessionId() != "s" || got.GetDegradations()[0].GetKind() != 99 {
		t.Fatal(got, err)
	}
	if again, _ := proto.Marshal(got); len(again) != len(newer) {
		t.Error("the unknown field was lost")
	}
}

func TestMessagesHaveTheSharedJSONForm(t *testing.T) {
	paths, _ := filepath.Glob("../vectors/*.json")
	if len(paths) == 0 {
		t.Fatal("no vectors")
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Vectors []struct {
				Name, Message string
				Proto         []byte
				JSON, Input   json.RawMessage
			}
		}
		if err := json.Unmarshal(content, &file); err != nil {
			t.Fatal(err)
		}
		for _, vector := range file.Vectors {
			t.Run(vector.Name, func(t *testing.T) {
				input := vector.Input
				if input == nil {
					input = vector.JSON
				}
				checkVector(t, vector.Message, vector.Proto, vector.JSON, input)
			})
		}
	}
}

func checkVector(t *testing.T, name string, encoded []byte, text, input json.RawMessage) {
	found, err := protoregistry.GlobalTypes.FindMessageByURL(name)
	if err != nil {
		t.Skip(name + " is not of this package")
	}
	read, parsed := found.New().Interface(), found.New().Interface()
	if err := proto.Unmarshal(encoded, read); err != nil {
		t.Fatal(err)
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(input, parsed); err != nil {
		t.Fatal(err)
	}
	printed, err := protojson.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	var got, want any
	_ = json.Unmarshal(printed, &got)
	_ = json.Unmarshal(text, &want)
	if !proto.Equal(read, parsed) || !reflect.DeepEqual(got, want) {
		t.Errorf("%s\n%s", printed, text)
	}
}

func TestWaitReturnsAnOperationsResult(t *testing.T) {
	result, _ := anypb.New(&shortlistv1.ImportItemsResponse{AcceptedCount: 3})
	get := longrunningpb.Operations_GetOperation_FullMethodName
	mock := shortlisttest.New().
		Reply(shortlistv1.CatalogService_ImportItems_FullMethodName, &longrunningpb.Operation{Name: "operations/1"}).
		Reply(get, &longrunningpb.Operation{Name: "operations/1"}).
		Reply(get, &longrunningpb.Operation{
			Name: "operations/1", Done: true, Result: &longrunningpb.Operation_Response{Response: result},
		})
	clock := newFakeClock()
	client, _ := shortlist.New("", shortlist.WithTransport(mock), shortlist.WithClock(clock))
	operation, err := client.Catalog.ImportItems(t.Context(), &shortlistv1.ImportItemsRequest{Path: "a.csv"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := operation.Wait(t.Context())
	if err != nil || got.GetAcceptedCount() != 3 || len(mock.Calls(get)) != 2 || len(clock.slept()) != 1 {
		t.Fatal(got, err)
	}
}
