package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"sync"
)

// forward accepts connections at one address, and connects each to another address. An address is `tcp:HOST:PORT` or
// `unix:PATH`. A unix socket can be reached from every network namespace.
func forward(arguments []string) error {
	flags := flag.NewFlagSet("forward", flag.ContinueOnError)
	from := flags.String("from", "", "address to listen at")
	to := flags.String("to", "", "address to connect to")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	network, address, err := splitAddress(*from)
	if err != nil {
		return err
	}
	toNetwork, toAddress, err := splitAddress(*to)
	if err != nil {
		return err
	}
	if network == "unix" { // left behind by a listener that was killed
		if err := os.Remove(address); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			target, err := net.Dial(toNetwork, toAddress)
			if err != nil {
				log.Printf("cannot reach %s: %v", *to, err)
				_ = connection.Close()
				return
			}
			join(connection, target)
		}()
	}
}

func splitAddress(text string) (network, address string, err error) {
	network, address, found := strings.Cut(text, ":")
	if !found || (network != "tcp" && network != "unix") {
		return "", "", fmt.Errorf("%q is not an address of the form tcp:HOST:PORT or unix:PATH", text)
	}
	return network, address, nil
}

func join(left, right net.Conn) {
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{left, right}, {right, left}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1]) // when one side closes, the other is closed too
			if half, ok := pair[0].(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite()
			}
		})
	}
	both.Wait()
	_ = left.Close()
	_ = right.Close()
}
