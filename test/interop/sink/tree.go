package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/openconfig/gnmi/proto/gnmi"
	"google.golang.org/protobuf/proto"
)

// A leaf is the last value that was seen at a path.
type leaf struct {
	elems []*gnmi.PathElem
	value *gnmi.TypedValue
}

// A tree is what a subscriber knows after the notifications it applied: leaves by their printed path. Two trees with
// the same digest hold the same leaves, whichever server they came from: target and origin are no part of a path.
type tree map[string]leaf

// apply takes deletes first, then updates; an atomic notification replaces all below its prefix.
func (t tree) apply(n *gnmi.Notification) {
	prefix := elemsOf(n.GetPrefix())
	if n.GetAtomic() {
		t.remove(prefix)
	}
	for _, path := range n.GetDelete() {
		t.remove(join(prefix, elemsOf(path)))
	}
	for _, update := range n.GetUpdate() {
		elems := join(prefix, elemsOf(update.GetPath()))
		t[printPath(elems)] = leaf{elems: elems, value: update.GetVal()}
	}
}

// remove takes out every leaf at or below a path, which may have wildcards.
func (t tree) remove(path []*gnmi.PathElem) {
	exact := printPath(path)
	if _, ok := t[exact]; ok {
		delete(t, exact) // A leaf has nothing below it, so there is no need to walk.
		return
	}
	for name, one := range t {
		if covers(path, one.elems) {
			delete(t, name)
		}
	}
}

// lines are the leaves as "path = value", sorted.
func (t tree) lines() []string {
	lines := make([]string, 0, len(t))
	for _, path := range slices.Sorted(maps.Keys(t)) {
		lines = append(lines, path+" = "+printValue(t[path].value))
	}
	return lines
}

// digest is the SHA-256 of lines.
func (t tree) digest() string {
	hash := sha256.New()
	for _, line := range t.lines() {
		io.WriteString(hash, line)
		io.WriteString(hash, "\n")
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// elemsOf reads a path; the deprecated form counts only where there are no elems.
func elemsOf(path *gnmi.Path) []*gnmi.PathElem {
	if elems := path.GetElem(); len(elems) > 0 {
		return elems
	}
	old := path.GetElement()
	elems := make([]*gnmi.PathElem, len(old))
	for i, name := range old {
		elems[i] = &gnmi.PathElem{Name: name}
	}
	return elems
}

func join(prefix, path []*gnmi.PathElem) []*gnmi.PathElem {
	return append(slices.Clip(prefix), path...)
}

// covers tells whether a leaf lies at or below a path whose "*", and whose absent keys, match anything.
func covers(path, leaf []*gnmi.PathElem) bool {
	if len(path) > len(leaf) {
		return false
	}
	for i, elem := range path {
		if elem.GetName() != "*" && elem.GetName() != leaf[i].GetName() {
			return false
		}
		for key, value := range elem.GetKey() {
			if value != "*" && value != leaf[i].GetKey()[key] {
				return false
			}
		}
	}
	return true
}

var (
	nameEscape = strings.NewReplacer(`\`, `\\`, `/`, `\/`, `[`, `\[`)
	keyEscape  = strings.NewReplacer(`\`, `\\`, `]`, `\]`)
)

// printPath writes a path in gNMI's string form, keys sorted.
func printPath(elems []*gnmi.PathElem) string {
	var out strings.Builder
	for _, elem := range elems {
		out.WriteByte('/')
		nameEscape.WriteString(&out, elem.GetName())
		keys := elem.GetKey()
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			fmt.Fprintf(&out, "[%s=", key)
			keyEscape.WriteString(&out, keys[key])
			out.WriteByte(']')
		}
	}
	return out.String()
}

// printValue writes a value with its type, as a peer that turns an int into a uint is at fault.
func printValue(value *gnmi.TypedValue) string {
	switch v := value.GetValue().(type) {
	case *gnmi.TypedValue_StringVal:
		return "string " + strconv.Quote(v.StringVal)
	case *gnmi.TypedValue_IntVal:
		return fmt.Sprintf("int %d", v.IntVal)
	case *gnmi.TypedValue_UintVal:
		return fmt.Sprintf("uint %d", v.UintVal)
	case *gnmi.TypedValue_BoolVal:
		return fmt.Sprintf("bool %t", v.BoolVal)
	case *gnmi.TypedValue_DoubleVal:
		return fmt.Sprintf("double %v", v.DoubleVal)
	case *gnmi.TypedValue_LeaflistVal:
		items := make([]string, 0, len(v.LeaflistVal.GetElement()))
		for _, item := range v.LeaflistVal.GetElement() {
			items = append(items, printValue(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case *gnmi.TypedValue_JsonVal:
		return "json " + compact(v.JsonVal)
	case *gnmi.TypedValue_JsonIetfVal:
		return "json_ietf " + compact(v.JsonIetfVal)
	default:
		wire, _ := proto.MarshalOptions{Deterministic: true}.Marshal(value)
		return "wire " + hex.EncodeToString(wire)
	}
}

// compact writes JSON without its white space; what is not JSON stays as it is.
func compact(text []byte) string {
	var out bytes.Buffer
	if json.Compact(&out, text) != nil {
		return string(text)
	}
	return out.String()
}
