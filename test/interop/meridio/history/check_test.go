package history

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	web = "web.edge.demo"
	api = "api.core.demo"
)

var limits = Limits{
	Call:    time.Second,
	Settle:  5 * time.Second,
	Lag:     time.Second,
	Transit: 250 * time.Millisecond,
	Settled: []string{"OPEN"},
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func list(at int, watch int, pairs ...string) Event {
	e := Event{At: ms(at), Kind: Listed, Watch: watch, Statuses: []Status{}}
	for i := 0; i < len(pairs); i += 2 {
		e.Statuses = append(e.Statuses, Status{pairs[i], pairs[i+1]})
	}
	return e
}

func target(stream, ip, identifier, status string) Target {
	return Target{Stream: stream, IPs: []string{ip}, Identifier: identifier, Status: status}
}

func targets(at int, of ...Target) Event {
	return Event{At: ms(at), Kind: Targets, Targets: of}
}

func event(at int, kind Kind, stream string) Event {
	return Event{At: ms(at), Kind: kind, Stream: stream}
}

func begun() []Event {
	return []Event{
		{Kind: Configured, Config: &Config{
			MaxTargets: map[string]int{web: 2, api: 100},
			VIPs:       []netip.Prefix{netip.MustParsePrefix("20.0.0.1/32")},
		}},
		targets(0),
		{Kind: Connected},
		event(1, WatchBegun, ""),
		list(2, 0),
	}
}

var connected = Event{At: ms(115), Kind: Connected,
	Connections: []Connection{{"pod-1", "edge.demo", []string{"172.16.0.2/24", "20.0.0.1/32"}}}}

// good is a stream that is opened and closed as it should be.
func good() []Event {
	return append(begun(),
		event(100, OpenCalled, web),
		list(101, 0, web, "UNAVAILABLE"),
		event(110, OpenAnswered, web),
		connected,
		targets(120, target(web, "172.16.0.2/24", "2", "DISABLED")),
		targets(130, target(web, "172.16.0.2/24", "2", "ENABLED")),
		list(140, 0, web, "OPEN"),
		event(3000, CloseCalled, web),
		event(3010, CloseAnswered, web),
		list(3015, 0),
		targets(3020),
		Event{At: ms(3030), Kind: Connected},
	)
}

// openNow is good until the stream is open.
func openNow() []Event {
	return slices.DeleteFunc(good(), func(e Event) bool { return e.At >= ms(3000) })
}

func TestAGoodHistoryBreaksNothing(t *testing.T) {
	for name, events := range map[string][]Event{"closed": good(), "open": openNow()} {
		if found := Check(events, ms(60_000), limits); len(found) != 0 {
			t.Fatalf("%s: %v", name, found)
		}
	}
}

func TestWhatIsLateButInTimeBreaksNothing(t *testing.T) {
	events := append(openNow(),
		event(3000, CloseCalled, web),
		event(3010, CloseAnswered, web),
		list(3010+250, 0),
		targets(3010+5000),
		Event{At: ms(3010 + 5000), Kind: Connected},
	)
	if found := Check(events, ms(60_000), limits); len(found) != 0 {
		t.Fatal(found)
	}
}

// without leaves out the events of a kind after a time.
func without(events []Event, kind Kind, after int) []Event {
	return slices.DeleteFunc(events, func(e Event) bool { return e.Kind == kind && e.At > ms(after) })
}

func TestEachRuleIsFoundBroken(t *testing.T) {
	cases := []struct {
		name   string
		events []Event
		rule   string
		// at is when the violation is, in ms.
		at int
	}{
		{"a target that stays", without(good(), Targets, 3000),
			"an entry of the registry does not outlive the Close", 3010 + 5000},
		{"a connection that stays", without(good(), Connected, 3000),
			"a connection does not outlive the last Close of its conduit", 3010 + 5000},
		{"an entry that stays listed", without(good(), Listed, 3000),
			"a closed stream is not listed", 3010 + 250},
		{"a closed stream in a new watch", append(good(), event(3040, WatchBegun, ""),
			Event{At: ms(3041), Kind: Listed, Watch: 0, Statuses: []Status{{web, "OPEN"}}}),
			"a closed stream is not listed", 3041},
		{"an opened stream missing in a new watch", append(openNow(),
			Event{At: ms(200), Kind: WatchBegun, Watch: 1}, list(201, 1)),
			"an opened stream is listed", 201},
		{"an Open that is never listed", append(begun(),
			event(100, OpenCalled, web), event(110, OpenAnswered, web)),
			"an opened stream is listed", 110 + 250},
		{"an Open that does not become OPEN", append(begun(),
			event(100, OpenCalled, web), list(101, 0, web, "PENDING"), event(110, OpenAnswered, web)),
			"an opened stream comes to rest", 110 + 5000},
		{"an Open that is never answered", append(begun(),
			event(100, OpenCalled, web), list(101, 0, web, "PENDING")),
			"a call is answered in time", 100 + 1000},
		{"a Close that is answered late", append(openNow(),
			event(3000, CloseCalled, web), list(3001, 0), targets(3002), Event{At: ms(3003), Kind: Connected},
			event(4500, CloseAnswered, web)),
			"a call is answered in time", 3000 + 1000},
		{"a refusal without a reason", append(begun(), event(100, OpenCalled, web),
			Event{At: ms(110), Kind: OpenAnswered, Stream: web, Error: "Unavailable: "}),
			"a refused Open says why", 110},
		{"a Close that is refused", append(openNow(), event(3000, CloseCalled, web),
			Event{At: ms(3001), Kind: CloseAnswered, Stream: web, Error: "Internal: no"}),
			"a Close is not refused", 3001},
		{"a target of another stream", append(openNow(),
			targets(150, target(web, "172.16.0.2/24", "2", "ENABLED"), target("dns.edge.demo", "172.16.0.2/24", "1", "DISABLED"))),
			"a target is of a stream that somebody opened", 150},
		{"two targets of one tap", append(openNow(),
			targets(150, target(web, "172.16.0.2/24", "1", "ENABLED"), target(web, "172.16.0.2/24", "2", "DISABLED"))),
			"an entry of the registry does not outlive the Close", 150 + 5000},
		{"an identifier above max-targets", append(openNow(), targets(150, target(web, "172.16.0.2/24", "3", "ENABLED"))),
			"an identifier is 1 to max-targets", 150},
		{"an identifier of 0", append(openNow(), targets(150, target(web, "172.16.0.2/24", "0", "ENABLED"))),
			"an identifier is 1 to max-targets", 150},
		{"no identifier", append(openNow(), targets(150, target(web, "172.16.0.2/24", "", "ENABLED"))),
			"an identifier is 1 to max-targets", 150},
		{"an identifier held twice", append(openNow(), targets(150,
			target(web, "172.16.0.2/24", "2", "ENABLED"), target(web, "172.16.0.3/24", "2", "ENABLED"))),
			"identifiers of enabled targets are unique", 150},
		{"more enabled than max-targets", append(openNow(), targets(150, target(web, "172.16.0.2/24", "1", "ENABLED"),
			target(web, "172.16.0.3/24", "2", "ENABLED"), target(web, "172.16.0.4/24", "2", "ENABLED"))),
			"no more targets are enabled than max-targets", 150},
		{"no address", append(openNow(), targets(150, Target{Stream: web, Identifier: "2", Status: "ENABLED"})),
			"a target has addresses, and none is a VIP", 150},
		{"a VIP", append(openNow(), targets(150, target(web, "20.0.0.1/32", "2", "ENABLED"))),
			"a target has addresses, and none is a VIP", 150},
		{"an address without a length", append(openNow(), targets(150, target(web, "172.16.0.2", "2", "ENABLED"))),
			"a target has addresses, and none is a VIP", 150},
		{"addresses of before", append(openNow(), targets(150, target(web, "172.16.9.9/24", "2", "ENABLED"))),
			"a target has the addresses of a connection", 150 + 5000},
		{"OPEN and disabled", append(openNow(), targets(150, target(web, "172.16.0.2/24", "2", "DISABLED"))),
			"OPEN is registered and enabled", 150 + 1000},
		{"a list sent twice", append(openNow(), list(150, 0, web, "OPEN")), "a list is not sent twice", 150},
		{"targets sent twice", append(openNow(), targets(150, target(web, "172.16.0.2/24", "2", "ENABLED"))),
			"a list is not sent twice", 150},
		{"a stream listed twice", append(openNow(), list(150, 0, web, "OPEN", web, "PENDING")),
			"a stream is listed once", 150},
		{"a stream that the filter leaves out", append(openNow(),
			Event{At: ms(200), Kind: WatchBegun, Watch: 1, Stream: ".core"}, list(201, 1, web, "OPEN")),
			"a watch shows what its filter matches", 201},
		{"a watch that the tap ends", append(good(), Event{At: ms(4000), Kind: WatchEnded, Error: "Unavailable: bye"}),
			"a tap does not end a watch", 4000},
		{"a watch that the registry ends", append(good(), Event{At: ms(4000), Kind: TargetsLost, Error: "bye"}),
			"a server does not end a watch", 4000},
	}
	covered := map[string]bool{}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			covered[c.rule] = true
			for _, v := range Check(c.events, ms(60_000), limits) {
				if v.Rule == c.rule && v.At == ms(c.at) {
					return
				}
			}
			t.Fatalf("no violation of %q at %s in %v", c.rule, ms(c.at), Check(c.events, ms(60_000), limits))
		})
	}
	for _, r := range rules {
		if !covered[r.name] {
			t.Errorf("no case breaks %q", r.name)
		}
	}
}

func TestAStatusThatComesBackIsFoundOnlyWhenNothingChanges(t *testing.T) {
	events := append(openNow(), list(150, 0, web, "PENDING"), list(160, 0, web, "OPEN"))
	if found := Check(events, ms(60_000), limits); len(found) != 0 {
		t.Fatal(found)
	}
	steady := limits
	steady.Steady = true
	if found := Check(events, ms(60_000), steady); len(found) != 1 || found[0].At != ms(160) {
		t.Fatal(found)
	}
}

func TestAnOutageIsNoViolationWhereOneIsExpected(t *testing.T) {
	events := append(openNow(),
		Event{At: ms(200), Kind: TargetsLost, Error: "Unavailable: gone"},
		event(3000, CloseCalled, web),
		event(3010, CloseAnswered, web),
		list(3020, 0),
		Event{At: ms(3030), Kind: Connected},
		// While it is not known nothing is held against the registry; afterwards the time counts anew.
		targets(20_000, target(web, "172.16.0.2/24", "2", "ENABLED")),
		targets(24_000),
	)
	outages := limits
	outages.Outages = true
	if found := Check(events, ms(60_000), outages); len(found) != 0 {
		t.Fatal(found)
	}
}

func TestTwoTapsMayHoldOneStream(t *testing.T) {
	second := []Event{
		{At: ms(200), Kind: WatchBegun, Tap: 1},
		{At: ms(201), Kind: Listed, Tap: 1, Statuses: []Status{}},
		{At: ms(210), Kind: OpenCalled, Tap: 1, Stream: web},
		{At: ms(211), Kind: OpenAnswered, Tap: 1, Stream: web},
		{At: ms(212), Kind: Connected, Connections: []Connection{
			{"pod-1", "edge.demo", []string{"172.16.0.2/24"}}, {"pod-2", "edge.demo", []string{"172.16.0.3/24"}}}},
		targets(220, target(web, "172.16.0.2/24", "2", "ENABLED"), target(web, "172.16.0.3/24", "1", "ENABLED")),
		{At: ms(221), Kind: Listed, Tap: 1, Statuses: []Status{{web, "OPEN"}}},
	}
	if found := Check(append(openNow(), second...), ms(60_000), limits); len(found) != 0 {
		t.Fatal(found)
	}
	gone := append(append(openNow(), second...), targets(300, target(web, "172.16.0.3/24", "1", "ENABLED")))
	found := Check(gone, ms(60_000), limits)
	if len(found) != 1 || found[0].Rule != "OPEN is registered and enabled" {
		t.Fatal(found)
	}
}

func TestTheEventsOfAViolationAreTold(t *testing.T) {
	events := without(good(), Targets, 3000)
	found := Check(events, ms(60_000), limits)
	var out strings.Builder
	Tell(&out, found[0], events)
	for _, want := range []string{"VIOLATION at 8.01s since 3.01s", "web.edge.demo: 1 targets, opened by 0", `"kind":"close answered"`} {
		if !strings.Contains(out.String(), want) {
			t.Fatalf("no %q in\n%s", want, out.String())
		}
	}
}

func TestASummaryCounts(t *testing.T) {
	s := Summarize(good())
	if s.Opens != 1 || s.Closes != 1 || s.Reached["OPEN"] != 1 || s.SlowestOpenMs != 40 || s.SlowestCallMs != 10 || s.MostTargets != 1 {
		t.Fatalf("%+v", s)
	}
}
