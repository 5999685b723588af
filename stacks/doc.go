// Package stacks makes a whole environment: a Stage with the stacks network, inference, frontend
// and monitoring.
//
// Begin with [NewEnvironment], and a config.Environment from a file or from Go. Use it where one
// file should say all of an environment, and its result's fields to add to what it made. To
// choose and connect the parts yourself, use the constructs in packages constructs/inference,
// constructs/scaling, constructs/frontend and constructs/monitoring instead.
package stacks
