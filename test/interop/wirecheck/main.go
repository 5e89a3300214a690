// Wirecheck compares the packages of our descriptor set that others publish too with the descriptors inside their
// published Go stubs, and fails on any difference a peer could see: numbers, names, types, labels, streaming.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

func main() {
	path := flag.String("descriptors", "../../proto/gen/suite.binpb", "our FileDescriptorSet, with its imports")
	flag.Parse()
	ours, err := load(*path)
	if err != nil {
		fmt.Fprintln(os.Stderr, "wirecheck:", err)
		os.Exit(2)
	}
	if !report(os.Stdout, ours) {
		os.Exit(1)
	}
}

// load reads and links a FileDescriptorSet.
func load(path string) (*protoregistry.Files, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(bytes, set); err != nil {
		return nil, fmt.Errorf("%s is no FileDescriptorSet: %w", path, err)
	}
	files, err := protodesc.NewFiles(set)
	if err != nil {
		return nil, fmt.Errorf("%s does not link: %w", path, err)
	}
	return files, nil
}

// report writes a line for each package that agrees, and every difference of those that do not.
// It tells whether all agree.
func report(w io.Writer, ours *protoregistry.Files) bool {
	good := true
	for _, ref := range references {
		declared := read(filesOf(ours, ref.pkg))
		lines := compare(ref, declared, read(filesOf(protoregistry.GlobalFiles, ref.pkg)))
		if len(declared) == 0 {
			lines = []string{"ours declares nothing"}
		}
		if len(lines) == 0 {
			fmt.Fprintf(w, "ok %s: %d messages, %d fields, %d enum values, %d rpcs\n", ref.pkg,
				declared.count(message), declared.count(field), declared.count(enumValue), declared.count(rpc))
			continue
		}
		good = false
		fmt.Fprintf(w, "DIFFERENT %s: %d\n", ref.pkg, len(lines))
		for _, line := range lines {
			fmt.Fprintln(w, " ", line)
		}
	}
	return good
}

func filesOf(files *protoregistry.Files, pkg protoreflect.FullName) func(func(protoreflect.FileDescriptor) bool) {
	return func(yield func(protoreflect.FileDescriptor) bool) { files.RangeFilesByPackage(pkg, yield) }
}
