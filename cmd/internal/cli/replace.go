package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// Replace writes a file as a whole or not at all, unless it is not as it was read.
func Replace(file string, old, text []byte) error {
	return Writing(func() error { return replace(file, old, text) })
}

func replace(file string, old, text []byte) error {
	file, err := filepath.EvalSymlinks(file)
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	// Hidden, so that nobody takes it for an environment.
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temporary.Name()) //nolint:errcheck // it is gone when all went well
	_, err = temporary.Write(text)
	for _, then := range []func() error{
		func() error { return temporary.Chmod(info.Mode().Perm()) },
		temporary.Sync,
	} {
		if err == nil {
			err = then()
		}
	}
	if closed := temporary.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, old) {
		return fmt.Errorf("the file was changed meanwhile; run it again")
	}
	return os.Rename(temporary.Name(), file)
}
