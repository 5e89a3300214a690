package history

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A rule finds what is not as it should be; it is broken when one subject is not for longer than allowed, as what two
// servers say of one moment reaches us at two.
type rule struct {
	name    string
	allowed func(Limits) time.Duration
	// broken gives each subject that is not as it should be, with what is seen.
	broken func(w *world, report func(subject, detail string))
}

func never(Limits) time.Duration          { return 0 }
func call(limits Limits) time.Duration    { return limits.Call }
func settle(limits Limits) time.Duration  { return limits.Settle }
func lag(limits Limits) time.Duration     { return limits.Lag }
func transit(limits Limits) time.Duration { return limits.Transit }

var rules = []rule{
	{"a closed stream is not listed", transit, listedThoughClosed},
	{"an opened stream is listed", transit, unlistedThoughOpened},
	{"an opened stream comes to rest", settle, unsettled},
	{"a call is answered in time", call, unanswered},
	{"a target is of a stream that somebody opened", never, targetOfNobody},
	{"an entry of the registry does not outlive the Close", settle, moreTargetsThanOpens},
	{"OPEN is registered and enabled", lag, openWithoutTarget},
	{"an identifier is 1 to max-targets", never, identifierOutOfRange},
	{"identifiers of enabled targets are unique", never, identifierTwice},
	{"no more targets are enabled than max-targets", never, tooManyEnabled},
	{"a target has addresses, and none is a VIP", never, wrongAddress},
	{"a target has the addresses of a connection", settle, foreignAddress},
	{"a connection does not outlive the last Close of its conduit", settle, moreConnectionsThanOpens},
}

func listedThoughClosed(w *world, report func(string, string)) {
	for number, c := range w.clients {
		for watch, v := range c.views {
			for _, one := range v.list {
				if c.stream(one.Stream).want == closed {
					report(fmt.Sprintf("%s on watch %d of tap %d", one.Stream, watch, number), one.Status)
				}
			}
		}
	}
}

func unlistedThoughOpened(w *world, report func(string, string)) {
	for number, c := range w.clients {
		for watch, v := range c.views {
			for name, s := range c.streams {
				if _, there := v.status(name); v.listed && s.want == opened && !there && matches(v.filter, name) {
					report(fmt.Sprintf("%s on watch %d of tap %d", name, watch, number), "")
				}
			}
		}
	}
}

func unsettled(w *world, report func(string, string)) {
	for number, c := range w.clients {
		v := c.views[0]
		if v == nil {
			continue
		}
		for name, s := range c.streams {
			if status, _ := v.status(name); s.want == opened && !slices.Contains(w.limits.Settled, status) {
				report(fmt.Sprintf("%s of tap %d", name, number), "its status is "+status)
			}
		}
	}
}

func unanswered(w *world, report func(string, string)) {
	for number, c := range w.clients {
		for name, s := range c.streams {
			if s.want == changing {
				// The moment of the call is in the subject, so that two calls in a row are two.
				report(fmt.Sprintf("%s of tap %d, called at %s", name, number, s.since), "")
			}
		}
	}
}

// perTarget looks at each target, while they are known.
func perTarget(look func(w *world, t Target) string) func(*world, func(string, string)) {
	return func(w *world, report func(string, string)) {
		if !w.targetsKnown {
			return
		}
		for _, t := range w.targets {
			if detail := look(w, t); detail != "" {
				report(fmt.Sprintf("%s %s", t.Stream, strings.Join(t.IPs, ",")), detail)
			}
		}
	}
}

// perStream looks at each stream that has targets or is listed, while the targets are known.
func perStream(look func(w *world, stream string) string) func(*world, func(string, string)) {
	return func(w *world, report func(string, string)) {
		if !w.targetsKnown {
			return
		}
		names := map[string]bool{}
		for _, t := range w.targets {
			names[t.Stream] = true
		}
		for name := range w.ever {
			names[name] = true
		}
		for name := range names {
			if detail := look(w, name); detail != "" {
				report(name, detail)
			}
		}
	}
}

var targetOfNobody = perTarget(func(w *world, t Target) string {
	if w.ever[t.Stream] {
		return ""
	}
	return "nobody has opened it"
})

var moreTargetsThanOpens = perStream(func(w *world, stream string) string {
	if have, want := w.targetsOf(stream), w.wanting(stream); have > want {
		return fmt.Sprintf("%d targets, opened by %d", have, want)
	}
	return ""
})

var openWithoutTarget = perStream(func(w *world, stream string) string {
	open := 0
	for _, c := range w.clients {
		if v := c.views[0]; v != nil {
			if status, _ := v.status(stream); status == "OPEN" {
				open++
			}
		}
	}
	if enabled := w.targetsOf(stream, "ENABLED"); enabled < open {
		return fmt.Sprintf("OPEN at %d taps, %d targets are enabled", open, enabled)
	}
	return ""
})

var identifierOutOfRange = perTarget(func(w *world, t Target) string {
	highest, known := w.config.MaxTargets[t.Stream]
	number, err := strconv.Atoi(t.Identifier)
	switch {
	case err != nil || number < 1 || strconv.Itoa(number) != t.Identifier:
		return fmt.Sprintf("identifier %q", t.Identifier)
	case known && number > highest:
		return fmt.Sprintf("identifier %d of %d", number, highest)
	}
	return ""
})

var identifierTwice = perStream(func(w *world, stream string) string {
	holders := map[string][]string{}
	for _, t := range w.targets {
		if t.Stream == stream && t.Status == "ENABLED" {
			holders[t.Identifier] = append(holders[t.Identifier], strings.Join(t.IPs, ","))
		}
	}
	for identifier, of := range holders {
		if len(of) > 1 {
			return fmt.Sprintf("%s is held by %s", identifier, strings.Join(of, " and "))
		}
	}
	return ""
})

var tooManyEnabled = perStream(func(w *world, stream string) string {
	highest, known := w.config.MaxTargets[stream]
	if enabled := w.targetsOf(stream, "ENABLED"); known && enabled > highest {
		return fmt.Sprintf("%d of %d", enabled, highest)
	}
	return ""
})

var wrongAddress = perTarget(func(w *world, t Target) string {
	if len(t.IPs) == 0 {
		return "it has no address"
	}
	for _, text := range t.IPs {
		ip, err := netip.ParsePrefix(text)
		if err != nil {
			return err.Error()
		}
		for _, vip := range w.config.VIPs {
			if vip.Contains(ip.Addr()) {
				return fmt.Sprintf("%s is of the VIP %s", text, vip)
			}
		}
	}
	return ""
})

var foreignAddress = perTarget(func(w *world, t Target) string {
	if !w.connectionsKnown {
		return ""
	}
	for _, c := range w.connections {
		if strings.HasSuffix(t.Stream, "."+c.Conduit) &&
			!slices.ContainsFunc(t.IPs, func(ip string) bool { return !slices.Contains(c.IPs, ip) }) {
			return ""
		}
	}
	return "no connection of its conduit has them"
})

func moreConnectionsThanOpens(w *world, report func(string, string)) {
	if !w.connectionsKnown {
		return
	}
	have := map[string]int{}
	for _, c := range w.connections {
		have[c.Conduit]++
	}
	for conduit, n := range have {
		if want := w.wanting(conduit); n > want {
			report(conduit, fmt.Sprintf("%d connections, wanted by %d", n, want))
		}
	}
}
