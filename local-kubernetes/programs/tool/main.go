// What the local cluster needs and no Debian package or Kubernetes program has, in one small binary.
package main

import (
	"fmt"
	"os"
	"sort"
	"strings"
)

var commands = map[string]func(arguments []string) error{
	"certificates": makeCertificates, // makes authorities, keys and certificates as told on stdin
	"with-parent":  runWithParent,    // becomes another program that dies with its parent
	"forward":      forward,          // joins a TCP port and a unix socket, or two ports
	"registry":     serveRegistry,    // an image registry on loopback
	"push":         pushImage,        // makes an image of single files and pushes it
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
