//go:build !unix

package gatewaytest

import (
	"errors"
	"net"
)

func shortenBacklog(*net.TCPListener) error {
	return errors.New("this system can't shorten the queue of connections")
}
