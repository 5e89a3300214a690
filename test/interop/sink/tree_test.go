package main

import (
	"slices"
	"testing"

	"github.com/openconfig/gnmi/proto/gnmi"
)

func path(t *testing.T, text string) *gnmi.Path {
	t.Helper()
	p, err := parsePath(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func set(t *testing.T, text string, value int64) *gnmi.Update {
	t.Helper()
	return &gnmi.Update{Path: path(t, text), Val: &gnmi.TypedValue{Value: &gnmi.TypedValue_IntVal{IntVal: value}}}
}

func expect(t *testing.T, got tree, want ...string) {
	t.Helper()
	if lines := got.lines(); !slices.Equal(lines, want) {
		t.Fatalf("got %q, want %q", lines, want)
	}
}

func TestAPathIsPrintedAsItWasRead(t *testing.T) {
	for _, text := range []string{"", "/a", "/a/b[k=v]", `/a[k=x\]/y][l=\\]/c`, `/a\/b/c`, "/a[k=*]"} {
		if got := printPath(path(t, text).Elem); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestABadPathIsRefused(t *testing.T) {
	for _, text := range []string{"/a//b", "/a[b", "/a[b=c", "/a[=c]", "/a[b=c]d"} {
		if p, err := parsePath(text); err == nil {
			t.Errorf("%q was read as %v", text, p)
		}
	}
}

func TestDeletesComeBeforeUpdatesAndReachBelow(t *testing.T) {
	got := tree{}
	got.apply(&gnmi.Notification{Update: []*gnmi.Update{set(t, "/a/b", 1), set(t, "/a/c", 2), set(t, "/ab", 3)}})
	got.apply(&gnmi.Notification{Delete: []*gnmi.Path{path(t, "/a")}, Update: []*gnmi.Update{set(t, "/a/b", 4)}})
	expect(t, got, "/a/b = int 4", "/ab = int 3")
}

func TestADeleteWithAWildcardOrWithoutAKeyTakesEveryEntry(t *testing.T) {
	for _, text := range []string{"/l[k=*]/v", "/l/v", "/*", "/l[k=1]"} {
		got := tree{}
		got.apply(&gnmi.Notification{Update: []*gnmi.Update{set(t, "/l[k=1]/v", 1)}})
		got.apply(&gnmi.Notification{Delete: []*gnmi.Path{path(t, text)}})
		expect(t, got)
	}
	got := tree{}
	got.apply(&gnmi.Notification{Update: []*gnmi.Update{set(t, "/l[k=1]/v", 1)}})
	got.apply(&gnmi.Notification{Delete: []*gnmi.Path{path(t, "/l[k=2]")}})
	expect(t, got, "/l[k=1]/v = int 1")
}

func TestAnAtomicNotificationReplacesAllBelowItsPrefix(t *testing.T) {
	got := tree{}
	got.apply(&gnmi.Notification{Update: []*gnmi.Update{set(t, "/a/b", 1), set(t, "/c", 2)}})
	got.apply(&gnmi.Notification{Atomic: true, Prefix: path(t, "/a"), Update: []*gnmi.Update{set(t, "/d", 3)}})
	expect(t, got, "/a/d = int 3", "/c = int 2")
}

func TestTheDigestKnowsLeavesAndTypesAndNotTheirOrder(t *testing.T) {
	one, other := tree{}, tree{}
	one.apply(&gnmi.Notification{Update: []*gnmi.Update{set(t, "/a", 1), set(t, "/b", 2)}})
	other.apply(&gnmi.Notification{
		Prefix: &gnmi.Path{Target: "r1", Origin: "openconfig"},
		Update: []*gnmi.Update{set(t, "/b", 2), set(t, "/a", 1)},
	})
	if one.digest() != other.digest() {
		t.Fatal("the order of updates shows")
	}
	one["/a"] = leaf{elems: one["/a"].elems, value: &gnmi.TypedValue{Value: &gnmi.TypedValue_UintVal{UintVal: 1}}}
	if one.digest() == other.digest() {
		t.Fatal("an int and a uint have one digest")
	}
}
