package main

import (
	"context"
	"flag"
	"math"
	"slices"
	"strings"

	_ "github.com/networkservicemesh/api/pkg/api/networkservice"
	_ "github.com/nordix/meridio/api/ipam/v1"
	_ "github.com/nordix/meridio/api/loadbalancer/v1"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// goldenPackages is all that Meridio and Network Service Mesh publish of what we speak.
var goldenPackages = []protoreflect.FullName{
	"ambassador.v1", "nsp.v1", "ipam.v1", "loadbalancer.v1", "networkservice", "connection", "connectioncontext",
}

// A golden is a message as the published stubs write it.
type golden struct {
	Message string `json:"message"`
	Bytes   []byte `json:"bytes"`
}

// printGolden prints every message of the packages with all its fields set, once for each value of its enums. Maps have
// one entry, so that there is one way to write them.
func printGolden(_ context.Context, flags *flag.FlagSet, args []string) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	for _, one := range goldens() {
		if err := printLine(one); err != nil {
			return err
		}
	}
	return nil
}

func goldens() []golden {
	var out []golden
	for _, pkg := range goldenPackages {
		protoregistry.GlobalFiles.RangeFilesByPackage(pkg, func(file protoreflect.FileDescriptor) bool {
			out = append(out, goldensOf(file.Messages())...)
			return true
		})
	}
	slices.SortStableFunc(out, func(a, b golden) int { return strings.Compare(a.Message, b.Message) })
	return out
}

func goldensOf(messages protoreflect.MessageDescriptors) []golden {
	var out []golden
	for i := range messages.Len() {
		m := messages.Get(i)
		if m.IsMapEntry() {
			continue
		}
		kind, err := protoregistry.GlobalTypes.FindMessageByName(m.FullName())
		if err != nil {
			panic(err) // its file is registered
		}
		for n := range mostValues(m) {
			full := kind.New()
			fill(full, n)
			bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(full.Interface())
			if err != nil {
				panic(err) // its strings are valid
			}
			out = append(out, golden{string(m.FullName()), bytes})
		}
		out = append(out, goldensOf(m.Messages())...)
	}
	return out
}

// mostValues is how many values the largest enum among a message's own fields has; 1 when there is none.
func mostValues(m protoreflect.MessageDescriptor) int {
	most := 1
	for i := range m.Fields().Len() {
		if e := m.Fields().Get(i).Enum(); e != nil {
			most = max(most, e.Values().Len())
		}
	}
	return most
}

// fill sets every field to a value that would be seen if it were read as another type or from another number.
func fill(m protoreflect.Message, value int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		switch {
		case f.IsMap():
			entries := m.Mutable(f).Map()
			entries.Set(scalar(f.MapKey(), value).MapKey(), filled(f.MapValue(), entries.NewValue, value))
		case f.IsList():
			list := m.Mutable(f).List()
			for range 2 {
				list.Append(filled(f, list.NewElement, value))
			}
		default:
			m.Set(f, filled(f, func() protoreflect.Value { return m.NewField(f) }, value))
		}
	}
}

func filled(f protoreflect.FieldDescriptor, empty func() protoreflect.Value, value int) protoreflect.Value {
	if f.Message() == nil {
		return scalar(f, value)
	}
	message := empty()
	fill(message.Message(), value)
	return message
}

func scalar(f protoreflect.FieldDescriptor, value int) protoreflect.Value {
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(string(f.Name()) + " ä€")
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(math.MaxUint32 - uint32(f.Number()))
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(math.MinInt32 + int32(f.Number()))
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(math.MinInt64 + int64(f.Number()))
	case protoreflect.EnumKind:
		values := f.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(value % values.Len()).Number())
	default:
		panic("no value for " + f.Kind().String())
	}
}
