package checks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/artifact"
)

// Policy is an IAM policy document.
type Policy struct {
	Version   string
	Statement []Statement
}

// Statement is a statement of a Policy.
type Statement struct {
	Effect   string
	Action   []string
	Resource []string
}

// ReadPolicy returns what whoever runs the checks of an environment has to be allowed:
// reading actions only. sts:GetCallerIdentity needs no permission.
func ReadPolicy(e config.Environment) Policy {
	e = e.WithDefaults()
	place := strings.NewReplacer("{partition}", settings.Partition(e.Region), "{region}", e.Region,
		"{account}", e.Account, "{environment}", e.Name, "{endpoint}", strings.ToLower(e.Endpoint.Name))
	own, resources := namedResources(e), map[string][]string{} // by placeholder, and by action
	for _, c := range table {
		for _, p := range c.permissions {
			arns, named := own[p.resource]
			if !named {
				arns = []string{place.Replace(p.resource)}
			}
			for _, arn := range arns {
				if !slices.Contains(resources[p.action], arn) {
					resources[p.action] = append(resources[p.action], arn)
				}
			}
		}
	}
	byResources := map[string]*Statement{}
	for _, action := range slices.Sorted(maps.Keys(resources)) {
		its := slices.Sorted(slices.Values(resources[action]))
		key := strings.Join(its, "\n")
		if byResources[key] == nil {
			byResources[key] = &Statement{Effect: "Allow", Resource: its}
		}
		byResources[key].Action = append(byResources[key].Action, action)
	}
	policy := Policy{Version: "2012-10-17"}
	for _, key := range slices.Sorted(maps.Keys(byResources)) {
		policy.Statement = append(policy.Statement, *byResources[key])
	}
	return policy
}

// namedResources are the ARNs of what the environment's file names, by the table's placeholders.
func namedResources(e config.Environment) map[string][]string {
	partition := settings.Partition(e.Region)
	repositories := func(uris []string, by artifact.Puller) (arns []string) {
		for _, uri := range uris {
			if i, err := artifact.ParseImage(uri, by); err == nil && i.Account == e.Account {
				arns = append(arns, fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", partition, i.Region, i.Account, i.Repository))
			}
		}
		return arns
	}
	own := map[string][]string{
		"{gateway repositories}": repositories(gatewayImageURIs(e), artifact.ECS),
		"{model repositories}":   repositories(containerImages(e), artifact.SageMaker),
		"{keys}":                 keyARNs(e), "{archives}": nil, "{buckets}": nil, "{hosted zone}": nil,
		"{certificate}": {fmt.Sprintf("arn:%s:acm:%s:%s:certificate/*", partition, e.Region, e.Account)},
	}
	for _, url := range archiveURLs(e) {
		bucket, key, _ := strings.Cut(strings.TrimPrefix(url, "s3://"), "/")
		own["{buckets}"] = append(own["{buckets}"], fmt.Sprintf("arn:%s:s3:::%s", partition, bucket))
		own["{archives}"] = append(own["{archives}"], fmt.Sprintf("arn:%s:s3:::%s/%s", partition, bucket, key))
	}
	if d := e.Frontend.Domain; d != nil {
		own["{hosted zone}"] = []string{fmt.Sprintf("arn:%s:route53:::hostedzone/%s", partition, d.HostedZoneID)}
	}
	if arn := e.Frontend.CertificateARN; arn != "" {
		own["{certificate}"] = []string{arn}
	} else if e.Frontend.Domain == nil {
		own["{certificate}"] = nil
	}
	return own
}
