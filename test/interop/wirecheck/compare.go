package main

import (
	"fmt"
	"sort"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// extent tells how much of a published package ours has to declare.
type extent int

const (
	// whole: everything that is published.
	whole extent = iota
	// subset: any services, RPCs, messages and enums, but each message with all its fields and each enum
	// with all its values, as a field that we do not know is data that we lose.
	subset
)

// A reference is one proto package of ours that somebody else publishes.
type reference struct {
	pkg    protoreflect.FullName
	extent extent
	// own is where the field numbers begin that we add to their messages; 0 when we add none.
	own protoreflect.FieldNumber
	// omitted is what ours lacks on purpose, with the reason.
	omitted map[protoreflect.FullName]string
}

// compare lists what is wrong with ours, sorted; nothing when they agree.
func compare(ref reference, ours, published declarations) []string {
	var lines []string
	for name, our := range ours {
		their, ok := published[name]
		switch {
		case !ok && isOwn(ref, our):
		case !ok:
			lines = append(lines, fmt.Sprintf("%s %s: ours alone (%s)", our.kind, name, our.shape))
		case our.kind != their.kind || our.shape != their.shape:
			lines = append(lines, fmt.Sprintf("%s %s: ours is %q, published is %s %q",
				our.kind, name, our.shape, their.kind, their.shape))
		}
		if reason, stale := ref.omitted[name]; stale {
			lines = append(lines, fmt.Sprintf("%s %s: is declared, yet listed as omitted (%s)", our.kind, name, reason))
		}
	}
	for name, their := range published {
		if _, ok := ours[name]; ok || ref.omitted[name] != "" || !required(ref, ours, their) {
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s: missing in ours (%s)", their.kind, name, their.shape))
	}
	for name := range ref.omitted {
		if _, ok := published[name]; !ok {
			lines = append(lines, fmt.Sprintf("%s: listed as omitted, yet not published", name))
		}
	}
	sort.Strings(lines)
	return lines
}

// isOwn tells whether a declaration is a field that we have added to a message of theirs.
func isOwn(ref reference, our declaration) bool {
	return ref.own > 0 && our.kind == field && our.number >= ref.own
}

// required tells whether ours has to declare what the published package does.
func required(ref reference, ours declarations, their declaration) bool {
	if ref.extent == whole {
		return true
	}
	_, parent := ours[their.parent]
	return parent && (their.kind == field || their.kind == enumValue)
}
