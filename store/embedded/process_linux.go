package embedded

import (
	"os"
	"strconv"
	"syscall"
)

// attributes of a child that ends with us, however we end, by the signal given; an own process group, so that Ctrl-C
// reaches us first and we stop things in their order.
func attributes(a *account, whenWeDie syscall.Signal) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: whenWeDie, Credential: a.credential()}
}

// serves: is this process a server on that data folder? A server's working folder is its data folder.
func serves(pid int, data string) bool {
	folder, err := os.Readlink("/proc/" + strconv.Itoa(pid) + "/cwd")
	return err == nil && folder == data
}
