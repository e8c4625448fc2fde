// cluster-tool does what the local cluster needs and no Debian package or program of Kubernetes provides.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

var commands = map[string]func(arguments []string) error{
	"certificates": makeCertificates, // creates authorities, keys and certificates for a request on stdin
	"with-parent":  runWithParent,    // runs a program that is killed when its parent exits
	"forward":      forward,          // forwards connections between TCP ports and unix sockets
	"registry":     serveRegistry,    // an image registry on loopback
	"push":         pushImage,        // pushes an image, from a layout or from single files
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		names := make([]string, 0, len(commands))
		for name := range commands {
			names = append(names, name)
		}
		sort.Strings(names)
		fmt.Fprintf(os.Stderr, "usage: cluster-tool %s\n", strings.Join(names, "|"))
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "cluster-tool %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
