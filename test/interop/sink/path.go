package main

import (
	"fmt"
	"strings"

	"github.com/openconfig/gnmi/proto/gnmi"
)

// parsePath reads gNMI's string form of a path: /a/b[key=value]/c, with "\" before a "]" in a value or a "/" in a name.
func parsePath(text string) (*gnmi.Path, error) {
	path := &gnmi.Path{}
	rest := strings.TrimPrefix(text, "/")
	for rest != "" {
		var elem gnmi.PathElem
		var stop byte
		elem.Name, rest, stop = until(rest, "/[")
		if elem.Name == "" {
			return nil, fmt.Errorf("path %q has an element without a name", text)
		}
		for stop == '[' {
			var key, value string
			if key, rest, stop = until(rest, "="); stop != '=' || key == "" {
				return nil, fmt.Errorf("path %q: a key of %q has no value", text, elem.Name)
			}
			if value, rest, stop = until(rest, "]"); stop != ']' {
				return nil, fmt.Errorf("path %q: the key %q of %q is not closed", text, key, elem.Name)
			}
			if elem.Key == nil {
				elem.Key = map[string]string{}
			}
			elem.Key[key] = value
			if rest != "" {
				stop, rest = rest[0], rest[1:]
			} else {
				stop = 0
			}
			if stop != 0 && stop != '[' && stop != '/' {
				return nil, fmt.Errorf("path %q: %q follows a key", text, stop)
			}
		}
		path.Elem = append(path.Elem, &elem)
	}
	return path, nil
}

// until takes text up to the first of the stop bytes that is not escaped, gives what follows it, and which it was;
// 0 when the text ended.
func until(text, stops string) (taken, rest string, stop byte) {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			out.WriteByte(text[i])
		case strings.IndexByte(stops, text[i]) >= 0:
			return out.String(), text[i+1:], text[i]
		default:
			out.WriteByte(text[i])
		}
	}
	return out.String(), "", 0
}
