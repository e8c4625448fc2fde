package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The parent-death signal belongs to a thread. The main thread is the one that becomes the other program.
func init() { runtime.LockOSThread() }

// runWithParent replaces this process with another program. The kernel kills it as soon as the parent, whose pid is the
// first argument, exits for any reason. So a test run that is killed leaves no API server behind.
func runWithParent(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("usage: with-parent PARENT_PID PROGRAM [ARGUMENT…]")
	}
	parent, err := strconv.Atoi(arguments[0])
	if err != nil {
		return fmt.Errorf("parent pid: %w", err)
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("set the parent-death signal: %w", err)
	}
	if os.Getppid() != parent {
		return fmt.Errorf("the parent %d has already exited", parent)
	}
	program, err := exec.LookPath(arguments[1])
	if err != nil {
		return err
	}
	return syscall.Exec(program, arguments[1:], os.Environ())
}
