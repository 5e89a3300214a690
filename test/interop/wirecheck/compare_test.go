package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// publishedSet is the published packages with their imports, less what ours omits, free to be doctored.
func publishedSet(t *testing.T) *descriptorpb.FileDescriptorSet {
	t.Helper()
	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(file protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, ref := range references {
		filesOf(protoregistry.GlobalFiles, ref.pkg)(func(file protoreflect.FileDescriptor) bool {
			add(file)
			return true
		})
	}
	for _, ref := range references {
		for name := range ref.omitted {
			leaveOut(t, set, name)
		}
	}
	return set
}

// leaveOut takes a field out of the set.
func leaveOut(t *testing.T, set *descriptorpb.FileDescriptorSet, name protoreflect.FullName) {
	t.Helper()
	for _, file := range set.File {
		for _, m := range file.MessageType {
			if protoreflect.FullName(file.GetPackage()).Append(protoreflect.Name(m.GetName())) != name.Parent() {
				continue
			}
			before := len(m.Field)
			m.Field = slices.DeleteFunc(m.Field, func(f *descriptorpb.FieldDescriptorProto) bool {
				return f.GetName() == string(name.Name())
			})
			if len(m.Field) == before-1 {
				return
			}
		}
	}
	t.Fatalf("no field %s", name)
}

func fileOf(t *testing.T, set *descriptorpb.FileDescriptorSet, pkg string) *descriptorpb.FileDescriptorProto {
	t.Helper()
	for _, file := range set.File {
		if file.GetPackage() == pkg {
			return file
		}
	}
	t.Fatalf("no file of package %s", pkg)
	return nil
}

func messageOf(t *testing.T, file *descriptorpb.FileDescriptorProto, name string) *descriptorpb.DescriptorProto {
	t.Helper()
	for _, m := range file.MessageType {
		if m.GetName() == name {
			return m
		}
	}
	t.Fatalf("no message %s", name)
	return nil
}

func fieldOf(t *testing.T, m *descriptorpb.DescriptorProto, name string) *descriptorpb.FieldDescriptorProto {
	t.Helper()
	for _, f := range m.Field {
		if f.GetName() == name {
			return f
		}
	}
	t.Fatalf("no field %s", name)
	return nil
}

func addField(t *testing.T, m *descriptorpb.DescriptorProto, name string, number int32) {
	t.Helper()
	m.Field = append(m.Field, &descriptorpb.FieldDescriptorProto{
		Name:   proto.String(name),
		Number: proto.Int32(number),
		Type:   descriptorpb.FieldDescriptorProto_TYPE_BYTES.Enum(),
		Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	})
}

func reportOn(t *testing.T, set *descriptorpb.FileDescriptorSet) (string, bool) {
	t.Helper()
	files, err := protodesc.NewFiles(set)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	good := report(&out, files)
	return out.String(), good
}

func TestThePublishedDescriptorsAgreeWithThemselves(t *testing.T) {
	out, good := reportOn(t, publishedSet(t))
	if !good {
		t.Fatal(out)
	}
	if lines := strings.Count(out, "\n"); lines != len(references) {
		t.Fatalf("%d lines for %d packages:\n%s", lines, len(references), out)
	}
}

func TestADoctoredDescriptorIsFound(t *testing.T) {
	type file = descriptorpb.FileDescriptorProto
	cases := []struct {
		name   string
		pkg    string
		doctor func(t *testing.T, f *file)
		want   string
	}{
		{"a field's number", "gnmi", func(t *testing.T, f *file) {
			fieldOf(t, messageOf(t, f, "Notification"), "atomic").Number = proto.Int32(7)
		}, `field gnmi.Notification.atomic: ours is "7 bool", published is field "6 bool"`},
		{"a field's type", "gnmi", func(t *testing.T, f *file) {
			kind := descriptorpb.FieldDescriptorProto_TYPE_SINT64
			fieldOf(t, messageOf(t, f, "Notification"), "timestamp").Type = &kind
		}, `field gnmi.Notification.timestamp: ours is "1 sint64"`},
		{"a field's message", "gnmi", func(t *testing.T, f *file) {
			fieldOf(t, messageOf(t, f, "Notification"), "prefix").TypeName = proto.String(".gnmi.PathElem")
		}, `field gnmi.Notification.prefix: ours is "2 gnmi.PathElem"`},
		{"a field's name", "gnmi", func(t *testing.T, f *file) {
			fieldOf(t, messageOf(t, f, "Update"), "duplicates").Name = proto.String("duplicate")
		}, `field gnmi.Update.duplicates: missing in ours (4 uint32)`},
		{"a repeated field made singular", "gnmi", func(t *testing.T, f *file) {
			label := descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL
			fieldOf(t, messageOf(t, f, "Path"), "elem").Label = &label
		}, `field gnmi.Path.elem: ours is "3 gnmi.PathElem", published is field "3 repeated gnmi.PathElem"`},
		{"a field taken out of its oneof", "gnmi", func(t *testing.T, f *file) {
			fieldOf(t, messageOf(t, f, "TypedValue"), "string_val").OneofIndex = nil
		}, `field gnmi.TypedValue.string_val: ours is "1 string", published is field "1 string of oneof value"`},
		{"a map's value type", "schema", func(t *testing.T, f *file) {
			kind := descriptorpb.FieldDescriptorProto_TYPE_BYTES
			entry := messageOf(t, f, "PathElem").NestedType[0]
			fieldOf(t, entry, "value").Type = &kind
		}, `field schema.PathElem.key: ours is "2 map<string, bytes>"`},
		{"proto3 optional left out", "data", func(t *testing.T, f *file) {
			m := messageOf(t, f, "TransactionSetRequest")
			timeout := fieldOf(t, m, "timeout")
			timeout.Proto3Optional, timeout.OneofIndex, m.OneofDecl = nil, nil, nil
		}, `field data.TransactionSetRequest.timeout: ours is "4 int32", published is field "4 optional int32"`},
		{"an enum value's number", "gnmi", func(t *testing.T, f *file) {
			for _, e := range f.EnumType {
				if e.GetName() == "Encoding" {
					e.Value[len(e.Value)-1].Number = proto.Int32(5)
				}
			}
		}, `value gnmi.Encoding.JSON_IETF: ours is "5", published is value "4"`},
		{"a streaming flag", "gnmi", func(t *testing.T, f *file) {
			for _, m := range f.Service[0].Method {
				m.ServerStreaming = nil
			}
		}, `rpc gnmi.gNMI.Subscribe: ours is "stream gnmi.SubscribeRequest -> gnmi.SubscribeResponse"`},
		{"an rpc's request", "data", func(t *testing.T, f *file) {
			f.Service[0].Method[0].InputType = proto.String(".data.GetDataStoreRequest")
		}, `rpc data.DataServer.`},
		{"a message that nobody publishes", "gnmi_ext", func(t *testing.T, f *file) {
			f.MessageType = append(f.MessageType, &descriptorpb.DescriptorProto{Name: proto.String("Tunnel")})
		}, `message gnmi_ext.Tunnel: ours alone`},
		{"a field of ours below the numbers that are ours", "pdpb", func(t *testing.T, f *file) {
			addField(t, messageOf(t, f, "SyncRegionResponse"), "digest", 19999)
		}, `field pdpb.SyncRegionResponse.digest: ours alone (19999 bytes)`},
		{"a field of ours in a package that has none", "metapb", func(t *testing.T, f *file) {
			addField(t, messageOf(t, f, "Region"), "digest", 20001)
		}, `field metapb.Region.digest: ours alone (20001 bytes)`},
		{"a field of a subset's message left out", "data", func(t *testing.T, f *file) {
			m := messageOf(t, f, "Credentials")
			m.Field = m.Field[:len(m.Field)-1]
		}, `field data.Credentials.token: missing in ours (3 string)`},
		{"a field moved to the number that is left free", "nsp.v1", func(t *testing.T, f *file) {
			fieldOf(t, messageOf(t, f, "Flow"), "byteMatches").Number = proto.Int32(9)
		}, `field nsp.v1.Flow.byteMatches: ours is "9 repeated string", published is field "10 repeated string"`},
		{"another status for a field that is not set", "ambassador.v1", func(t *testing.T, f *file) {
			status := messageOf(t, f, "StreamStatus").EnumType[0]
			status.Value[0].Number, status.Value[1].Number = proto.Int32(1), proto.Int32(0)
			slices.Reverse(status.Value[:2])
		}, `value ambassador.v1.StreamStatus.Status.OPEN: ours is "1", published is value "0"`},
		{"a service in the package of its stubs", "connection", func(t *testing.T, f *file) {
			f.Service[0].Name = proto.String("Monitor")
		}, `service connection.MonitorConnection: missing in ours`},
		{"a message left out of a whole package", "connectioncontext", func(t *testing.T, f *file) {
			m := messageOf(t, f, "ConnectionContext")
			m.Field = slices.DeleteFunc(m.Field, func(f *descriptorpb.FieldDescriptorProto) bool {
				return f.GetName() == "ethernet_context"
			})
			f.MessageType = slices.DeleteFunc(f.MessageType, func(m *descriptorpb.DescriptorProto) bool {
				return m.GetName() == "EthernetContext"
			})
		}, `message connectioncontext.EthernetContext: missing in ours`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			set := publishedSet(t)
			c.doctor(t, fileOf(t, set, c.pkg))
			out, good := reportOn(t, set)
			if good || !strings.Contains(out, c.want) {
				t.Fatalf("want %q in\n%s", c.want, out)
			}
		})
	}
}

func TestAFieldOfOursIsNoDifference(t *testing.T) {
	set := publishedSet(t)
	addField(t, messageOf(t, fileOf(t, set, "pdpb"), "SyncRegionResponse"), "digest", 20000)
	if out, good := reportOn(t, set); !good {
		t.Fatal(out)
	}
}

func TestAMessageOfASubsetMayBeLeftOutAndOneOfAWholePackageMayNot(t *testing.T) {
	gone := declarations{}
	published := declarations{"p.Old": {kind: message}, "p.Old.a": {kind: field, parent: "p.Old", shape: "1 bool"}}
	if lines := compare(reference{pkg: "p", extent: subset}, gone, published); len(lines) != 0 {
		t.Fatal(lines)
	}
	if lines := compare(reference{pkg: "p", extent: whole}, gone, published); len(lines) != 2 {
		t.Fatal(lines)
	}
}

func TestAnOmissionMustBePublishedAndNotDeclared(t *testing.T) {
	published := declarations{"p.A": {kind: message}}
	omitted := reference{pkg: "p", extent: whole, omitted: map[protoreflect.FullName]string{"p.A": "of no rpc"}}
	if lines := compare(omitted, declarations{}, published); len(lines) != 0 {
		t.Fatal(lines)
	}
	if lines := compare(omitted, published, published); len(lines) != 1 {
		t.Fatal(lines)
	}
	if lines := compare(omitted, declarations{}, declarations{}); len(lines) != 1 {
		t.Fatal(lines)
	}
}

func TestAPackageThatOursLacksIsReported(t *testing.T) {
	out, good := reportOn(t, &descriptorpb.FileDescriptorSet{})
	if good || !strings.Contains(out, "ours declares nothing") {
		t.Fatal(out)
	}
}
