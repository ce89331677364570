package whatsapp_test

import (
	"os"
	"testing"

	"marketa/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
