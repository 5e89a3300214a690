package main

import (
	// Each registers its package's descriptors; see reference.pkg.
	_ "github.com/openconfig/gnmi/proto/gnmi"
	_ "github.com/openconfig/gnmi/proto/gnmi_ext"
	_ "github.com/sdcio/sdc-protos/sdcpb"
)

// references is every package that we share with somebody: import its published stubs above, add a line here.
var references = []reference{
	{pkg: "gnmi", extent: whole},
	{pkg: "gnmi_ext", extent: whole},
	{pkg: "data", extent: subset},
	{pkg: "schema", extent: subset},
}
