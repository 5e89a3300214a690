package main

import "fmt"

// verbatim is a codec that leaves messages as the bytes they are.
type verbatim struct{}

// Marshal takes bytes.
func (verbatim) Marshal(message any) ([]byte, error) {
	bytes, ok := message.([]byte)
	if !ok {
		return nil, fmt.Errorf("cannot send a %T", message)
	}
	return bytes, nil
}

// Unmarshal takes a pointer to bytes.
func (verbatim) Unmarshal(data []byte, message any) error {
	into, ok := message.(*[]byte)
	if !ok {
		return fmt.Errorf("cannot receive a %T", message)
	}
	*into = data
	return nil
}

// Name makes the content type the usual one.
func (verbatim) Name() string { return "proto" }
