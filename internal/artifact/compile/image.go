package compile

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
)

//go:embed Dockerfile
var dockerfile []byte

// Image writes the build context of the server's image for linux/arch into dir: the
// program and its Dockerfile. Its errors are those of Gateway, and of writing.
func Image(ctx context.Context, arch, dir string) error {
	program, err := Gateway(ctx, Platform{OS: "linux", Arch: arch})
	if err != nil {
		return err
	}
	if err = os.WriteFile(filepath.Join(dir, "gateway"), program, 0o755); err == nil {
		err = os.WriteFile(filepath.Join(dir, "Dockerfile"), dockerfile, 0o644)
	}
	if err != nil {
		return fmt.Errorf("gateway: write what its image is built from: %w", err)
	}
	return nil
}
