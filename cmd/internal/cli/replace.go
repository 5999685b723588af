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
	temporary, err := beside(file, text, info.Mode().Perm())
	if err != nil {
		return err
	}
	defer os.Remove(temporary) //nolint:errcheck // it is gone when all went well
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, old) {
		return fmt.Errorf("the file was changed meanwhile; run it again")
	}
	return os.Rename(temporary, file)
}

// Create writes a new file as a whole or not at all. Where there is one already, the
// error is fs.ErrExist.
func Create(file string, text []byte) error {
	return Writing(func() error { return create(file, text) })
}

func create(file string, text []byte) error {
	temporary, err := beside(file, text, 0o644)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)      //nolint:errcheck // the file has another name too
	return os.Link(temporary, file) // a rename would replace what stands
}

// Write writes a file as a whole or not at all, over one that stands, and makes its folder.
func Write(file string, text []byte) error {
	return Writing(func() error {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		temporary, err := beside(file, text, 0o644)
		if err != nil {
			return err
		}
		defer os.Remove(temporary) //nolint:errcheck // it is gone when all went well
		return os.Rename(temporary, file)
	})
}

// beside writes a temporary file in the folder of file, and returns its name.
func beside(file string, text []byte, mode os.FileMode) (name string, err error) {
	// Hidden, so that nobody takes it for an environment.
	temporary, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return "", err
	}
	_, err = temporary.Write(text)
	for _, then := range []func() error{
		func() error { return temporary.Chmod(mode) },
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
		os.Remove(temporary.Name()) //nolint:errcheck // the first error tells more
		return "", err
	}
	return temporary.Name(), nil
}
