// Package config is what an environment file may say: typed, strict, and with every mistake
// located. It knows nothing of CDK.
//
// Begin with [Load], which reads a folder of files, or [Parse] for one that is elsewhere. An
// [Environment] can also be written in Go: [Environment.WithDefaults] gives it a file's
// defaults, and [Environment.Validate] has a file's rules. Package stacks makes the stacks of
// it.
//
// The JSON Schema beside this package, environment.schema.json, is generated from these types,
// and says what each key means.
package config
