package localaws

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAddedTypes takes the resource types that moto's CloudFormation lacks
// through creation, changes and deletion, and reads each back through its API.
func TestAddedTypes(t *testing.T) {
	t.Parallel()
	r := ownRegion(t, "us-east-2")
	inventory := func() map[string]string {
		found := r.inventory()
		delete(found, "iam ListRoles") // those of another test
		return found
	}
	before := inventory()
	r.putCode()
	template := text(t, "testdata/added.yaml")

	must(t, r.create("added", template))
	stands(r, []string{
		`"InferenceComponentName": "odds-a"`, `"DesiredCopyCount": 2`, `"MinMemoryRequiredInMb": 1024`, `"InferenceComponentStatus": "InService"`,
		`"EnableNetworkIsolation": true`, `"ExecutionRoleArn": "arn:aws:iam::123456789012:role/added-us-east-2"`,
		`"RequestedProvisionedConcurrentExecutions": 5`, `"FunctionVersion": "1"`, `elasticloadbalancing.amazonaws.com`, `function:aliased:live`,
		`"desiredCount": 2`, `"launchType": "FARGATE"`, `"cpuArchitecture": "ARM64"`, `"containerPort": 8080`, `"assignPublicIp": "DISABLED"`,
		`"ScheduleExpression": "at(2027-05-29T17:00:00)"`, `"ScheduleExpressionTimezone": "Europe/London"`, `"MaximumRetryAttempts": 10`, `"EndDate": 1811808000`,
		`"Limit": 1000`, `aws:SecureTransport`, `"cloudwatch.amazonaws.com"`,
		`01::/64</ipv6CidrBlock>`, `<assignIpv6AddressOnCreation>true`, `"Status": "ISSUED"`, `<Name>odds.example.com.</Name>`,
		`<isEgress>true</isEgress><ipProtocol>tcp</ipProtocol>`, `<isEgress>false</isEgress><ipProtocol>tcp</ipProtocol>`,
	})
	targets := map[string][2]int{
		"inference-component/odds-a": {0, 8}, "endpoint/serverless/variant/main": {1, 10},
		"service/CLUSTER/gateway": {2, 20}, "function:aliased:live": {5, 50},
	}
	targetsStand(r, targets)
	serviceIs(r, Service{
		Name: "gateway", LaunchType: "FARGATE", DesiredTasks: 2, RunningTasks: 2,
		Containers: []Container{{
			Name: "gateway", Image: "123456789012.dkr.ecr.us-east-2.amazonaws.com/gateway:1", Ports: []int{8080},
			Environment: map[string]string{"ENDPOINT_NAME": "components"},
		}},
	})

	// What changes in place, and bounds that move the capacity into them (fact A39).
	for _, change := range [][2]string{
		{"ResourceId: inference-component/odds-a\n      MinCapacity: 0", "ResourceId: inference-component/odds-a\n      MinCapacity: 3"},
		{"ResourceId: endpoint/serverless/variant/main\n      MinCapacity: 1", "ResourceId: endpoint/serverless/variant/main\n      MinCapacity: 4"},
		{"MinCapacity: 2\n      MaxCapacity: 20", "MinCapacity: 6\n      MaxCapacity: 20"},
		{"ProvisionedConcurrentExecutions: 5", "ProvisionedConcurrentExecutions: 7"},
		{"at(2027-05-29T17:00:00)", "at(2027-05-30T17:00:00)"},
		{"Limit: 1000", "Limit: 2000"},
		{"Cpu: '512'", "Cpu: '1024'"},
		{"MinMemoryRequiredInMb: 1024", "MinMemoryRequiredInMb: 2048"},
		{"Action: sns:Publish", "Action: sns:Subscribe"},
	} {
		template = replaced(t, template, change[0], change[1])
	}
	must(t, r.update("added", template))
	targets["inference-component/odds-a"], targets["endpoint/serverless/variant/main"] = [2]int{3, 8}, [2]int{4, 10}
	targets["service/CLUSTER/gateway"] = [2]int{6, 20}
	targetsStand(r, targets)
	stands(r, []string{
		`"DesiredCopyCount": 3`, `"MinMemoryRequiredInMb": 2048`, `"ProvisionedConcurrency": 4`, `"RequestedProvisionedConcurrentExecutions": 7`,
		`"desiredCount": 6`, `"taskDefinition": "arn:aws:ecs:us-east-2:123456789012:task-definition/gateway:2"`, `"cpu": "1024"`,
		`"ScheduleExpression": "at(2027-05-30T17:00:00)"`, `"Limit": 2000`, `sns:Subscribe`,
	})

	must(t, r.delete("added"))
	if diff := cmp.Diff(before, inventory()); diff != "" {
		t.Errorf("left behind (-before +after):\n%s", diff)
	}
	if s := r.snapshot(); !cmp.Equal(s, Snapshot{}) {
		t.Errorf("left behind: %+v", s)
	}
	for _, none := range []string{
		r.json("sagemaker", "SageMaker.ListInferenceComponents", "{}"),
		r.json("ecs", "AmazonEC2ContainerServiceV20141113.ListClusters", "{}"),
		r.json("wafv2", "AWSWAF_20190729.ListWebACLs", `{"Scope": "REGIONAL"}`),
		r.request(http.MethodGet, "/schedules", "scheduler", nil, nil),
	} {
		if !emptyList.MatchString(none) {
			t.Errorf("left behind: %s", none)
		}
	}
	must(t, shared.Err())
}

// serviceIs wants the one service to be in the one target group, and like want.
func serviceIs(r inRegion, want Service) {
	r.t.Helper()
	s := r.snapshot()
	if len(s.Services) != 1 || len(s.TargetGroups) != 1 {
		r.t.Fatalf("got %d services and %d target groups, want one of each", len(s.Services), len(s.TargetGroups))
	}
	want.Cluster, want.TargetGroupARNs = r.stack("added").Outputs["Cluster"], []string{s.TargetGroups[0].ARN}
	if diff := cmp.Diff(want, s.Services[0]); diff != "" {
		r.t.Errorf("the service (-want +got)\n%s", diff)
	}
}

// stands looks for texts in what the APIs say of the stack "added".
func stands(r inRegion, want []string) {
	r.t.Helper()
	out := r.stack("added").Outputs
	service := `"cluster": "` + out["Cluster"] + `"`
	said := strings.Join([]string{
		r.json("sagemaker", "SageMaker.DescribeInferenceComponent", `{"InferenceComponentName": "odds-a"}`),
		r.json("sagemaker", "SageMaker.DescribeEndpoint", `{"EndpointName": "serverless"}`),
		r.describeConfig("components"),
		r.request(http.MethodGet, "/2015-03-31/functions/aliased/aliases", "lambda", nil, nil),
		r.request(http.MethodGet, "/2015-03-31/functions/aliased/policy", "lambda", nil, nil),
		r.request(http.MethodGet, "/2019-09-30/functions/aliased/provisioned-concurrency?Qualifier=live", "lambda", nil, nil),
		r.json("ecs", "AmazonEC2ContainerServiceV20141113.DescribeServices", `{`+service+`, "services": ["gateway"]}`),
		r.json("ecs", "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition", `{"taskDefinition": "gateway"}`),
		r.request(http.MethodGet, "/schedules/up?groupName=capacity", "scheduler", nil, nil),
		r.json("wafv2", "AWSWAF_20190729.GetWebACLForResource", `{"ResourceArn": "`+out["Balancer"]+`"}`),
		r.request(http.MethodGet, "/"+out["Bucket"]+"?policy", "s3", nil, nil),
		r.json("sqs", "AmazonSQS.GetQueueAttributes", `{"QueueUrl": "`+out["Dead"]+`", "AttributeNames": ["Policy"]}`),
		r.request(http.MethodPost, "/", "sns", url.Values{"Action": {"GetTopicAttributes"}, "Version": {"2010-03-31"}, "TopicArn": {out["Topic"]}}, nil),
		r.request(http.MethodPost, "/", "ec2", url.Values{"Action": {"DescribeSubnets"}, "Version": {"2016-11-15"}}, nil),
		r.json("acm", "CertificateManager.DescribeCertificate", `{"CertificateArn": "`+out["Certificate"]+`"}`),
		r.request(http.MethodGet, "/2013-04-01/hostedzone/Z0123456789ABCDEFGHIJ/rrset", "route53", nil, nil),
		r.request(http.MethodPost, "/", "ec2", url.Values{"Action": {"DescribeSecurityGroupRules"}, "Version": {"2016-11-15"}}, nil),
	}, "\n")
	said = spaces.ReplaceAllString(strings.NewReplacer(`\"`, `"`, "&quot;", `"`).Replace(said), `": $1`)
	for _, text := range want {
		if !strings.Contains(said, text) {
			r.t.Errorf("no %s in\n%s", text, said)
		}
	}
}

var (
	spaces    = regexp.MustCompile(`": ?([^ ])`)
	emptyList = regexp.MustCompile(`\[\]`)
)

// targetsStand holds the bounds of the scalable targets against want, whose
// CLUSTER is the name of the one cluster.
func targetsStand(r inRegion, want map[string][2]int) {
	r.t.Helper()
	cluster := r.stack("added").Outputs["Cluster"]
	got := map[string][2]int{}
	for _, target := range r.snapshot().ScalableTargets {
		got[strings.Replace(target.ResourceID, cluster, "CLUSTER", 1)] = [2]int{target.Min, target.Max}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Errorf("scalable targets (-want +got)\n%s", diff)
	}
}

// json calls an operation of a JSON API.
func (r inRegion) json(service, target, body string) string {
	r.t.Helper()
	return r.request(http.MethodPost, "/", service, url.Values{"X-Amz-Target": {target}}, []byte(body))
}

// describeConfig is the configuration of an endpoint.
func (r inRegion) describeConfig(endpoint string) string {
	r.t.Helper()
	for _, e := range r.snapshot().Endpoints {
		if e.Name == endpoint {
			return r.json("sagemaker", "SageMaker.DescribeEndpointConfig", fmt.Sprintf(`{"EndpointConfigName": %q}`, e.ConfigName))
		}
	}
	r.t.Fatalf("no endpoint %s", endpoint)
	return ""
}
