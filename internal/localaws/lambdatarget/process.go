package lambdatarget

import (
	"context"
	"maps"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws/process"
)

const functionName = "lambdatarget"

// startProcess starts opts.Binary with runtimeAPI as its Lambda Runtime API. It
// ends with ctx.
func startProcess(ctx context.Context, opts Options, runtimeAPI string) (*process.Process, error) {
	return process.Start(ctx, process.Options{
		Name: "the function", Binary: opts.Binary, Env: environ(opts.Env, runtimeAPI), Log: opts.Log,
	})
}

// environ adds the variables that Lambda sets to own.
func environ(own map[string]string, runtimeAPI string) map[string]string {
	all := map[string]string{
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"AWS_LAMBDA_FUNCTION_NAME":        functionName,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"TZ":                              ":UTC",
	}
	maps.Copy(all, own)
	all["AWS_LAMBDA_RUNTIME_API"] = runtimeAPI
	return all
}
