package main

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// A kind tells what a declaration is; the zero kind is not used.
type kind string

const (
	service   kind = "service"
	rpc       kind = "rpc"
	message   kind = "message"
	field     kind = "field"
	enum      kind = "enum"
	enumValue kind = "value"
	extension kind = "extension"
)

// A declaration is one thing of a proto package that a peer can see on the wire.
type declaration struct {
	kind kind
	// parent is the message, enum or service that it belongs to; empty for those of the package itself.
	parent protoreflect.FullName
	// number is a field's.
	number protoreflect.FieldNumber
	// shape is all that must be the same on both sides, written so that a difference reads well.
	shape string
}

// declarations is what a package declares, by full name. An enum's values are put below their enum,
// as C++ scoping would put those of two enums of a package beside each other.
type declarations map[protoreflect.FullName]declaration

func (d declarations) count(k kind) int {
	n := 0
	for _, one := range d {
		if one.kind == k {
			n++
		}
	}
	return n
}

// read collects what the files of one package declare. Comments, options and file names are no part of it.
func read(files func(yield func(protoreflect.FileDescriptor) bool)) declarations {
	d := declarations{}
	files(func(file protoreflect.FileDescriptor) bool {
		d.readMessages(file.Messages(), "")
		d.readEnums(file.Enums(), "")
		for i := range file.Extensions().Len() {
			f := file.Extensions().Get(i)
			shape := fmt.Sprintf("extends %s: %s", f.ContainingMessage().FullName(), fieldShape(f))
			d[f.FullName()] = declaration{kind: extension, shape: shape}
		}
		for i := range file.Services().Len() {
			d.readService(file.Services().Get(i))
		}
		return true
	})
	return d
}

func (d declarations) readMessages(messages protoreflect.MessageDescriptors, parent protoreflect.FullName) {
	for i := range messages.Len() {
		m := messages.Get(i)
		if m.IsMapEntry() {
			continue
		}
		d[m.FullName()] = declaration{kind: message, parent: parent}
		for j := range m.Fields().Len() {
			f := m.Fields().Get(j)
			d[f.FullName()] = declaration{
				kind: field, parent: m.FullName(), number: f.Number(), shape: fieldShape(f)}
		}
		d.readEnums(m.Enums(), m.FullName())
		d.readMessages(m.Messages(), m.FullName())
	}
}

func (d declarations) readEnums(enums protoreflect.EnumDescriptors, parent protoreflect.FullName) {
	for i := range enums.Len() {
		e := enums.Get(i)
		d[e.FullName()] = declaration{kind: enum, parent: parent}
		for j := range e.Values().Len() {
			v := e.Values().Get(j)
			name := e.FullName().Append(v.Name())
			d[name] = declaration{kind: enumValue, parent: e.FullName(), shape: fmt.Sprint(v.Number())}
		}
	}
}

func (d declarations) readService(s protoreflect.ServiceDescriptor) {
	d[s.FullName()] = declaration{kind: service}
	for i := range s.Methods().Len() {
		m := s.Methods().Get(i)
		shape := fmt.Sprintf("%s%s -> %s%s",
			streaming(m.IsStreamingClient()), m.Input().FullName(),
			streaming(m.IsStreamingServer()), m.Output().FullName())
		d[m.FullName()] = declaration{kind: rpc, parent: s.FullName(), shape: shape}
	}
}

func streaming(yes bool) string {
	if yes {
		return "stream "
	}
	return ""
}

// fieldShape writes a field as .proto text would: number, label, type, and the oneof it is a member of.
func fieldShape(f protoreflect.FieldDescriptor) string {
	if f.IsMap() {
		return fmt.Sprintf("%d map<%s, %s>", f.Number(), typeName(f.MapKey()), typeName(f.MapValue()))
	}
	label := ""
	switch {
	case f.IsList() && f.IsPacked():
		label = "packed repeated "
	case f.Cardinality() == protoreflect.Repeated:
		label = "repeated "
	case f.Cardinality() == protoreflect.Required:
		label = "required "
	case f.HasOptionalKeyword():
		label = "optional "
	}
	member := ""
	if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
		member = fmt.Sprintf(" of oneof %s", o.Name())
	}
	return fmt.Sprintf("%d %s%s%s", f.Number(), label, typeName(f), member)
}

func typeName(f protoreflect.FieldDescriptor) string {
	switch f.Kind() {
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return string(f.Message().FullName())
	case protoreflect.EnumKind:
		return string(f.Enum().FullName())
	default:
		return f.Kind().String()
	}
}
