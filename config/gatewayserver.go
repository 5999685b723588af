package config

import (
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

const serverPath = "frontend.server"

// validateServer holds the settings to what the gateway asks at its start.
func validateServer(e Environment, src source) problem.List {
	f := e.Frontend
	if f.Server == nil {
		return nil
	}
	ps := inYAML[settings.Server](f.Server.Validate(), serverPath)
	if a := f.Authentication; a != nil && a.LogsIn() && len(f.Server.CORSOrigins) > 0 {
		ps.Add(serverPath+".corsOrigins", nil, "a browser's preflight request has no session, which the login asks for",
			"remove it, or verify tokens by frontend.authentication.jwt")
	}
	if from := f.Server.ClaimsFrom; f.ExistingListener == nil && !f.Authentication.Verifies(from) {
		ps.Add(serverPath+".claimsFrom", from, "the load balancer does not verify it, so that any client could write claims",
			"verify it by frontend.authentication, or remove it")
	}
	ps = append(ps, validateOnShed(e, src)...)
	// Nothing said and no time at all are the same there.
	for key, d := range map[string]time.Duration{
		"streamTimeout": f.Server.StreamTimeout, "queueTimeout": f.Server.QueueTimeout,
		"writeTimeout": f.Server.WriteTimeout,
	} {
		if path := serverPath + "." + key; d == 0 && src.given(path) && !src.faulty(path) {
			ps.Add(path, d, "a time-out is over 0s", "leave it out for the default")
		}
	}
	return ps
}
