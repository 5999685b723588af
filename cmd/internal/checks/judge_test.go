package checks

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	acmtypes "github.com/aws/aws-sdk-go-v2/service/acm/types"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	smtypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/smithy-go"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/config"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/changes"
)

var evening = time.Date(2027, 5, 29, 18, 0, 0, 0, time.UTC)

// TestJudgements has each judgement once with something sound, and once with each fault;
// the fix names the value that is right.
func TestJudgements(t *testing.T) {
	ten := demand{unit: "instances", most: 10, whileUpdated: 20, holds: func(q int) int { return q / 2 }}
	quotaOf := func(value float64, adjustable bool) Result {
		return judgeQuota([]quota{{"sagemaker", "L-1", "q", value, adjustable}}, "q", "eu-west-1", ten)[0]
	}
	role := serviceLinkedRole{"AWSServiceRoleForECS", "ecs.amazonaws.com"}
	certificate := func(status acmtypes.CertificateStatus, until time.Time) Result {
		return judgeCertificate(&acmtypes.CertificateDetail{Status: status, NotAfter: &until,
			Type: acmtypes.CertificateTypeImported}, evening)
	}
	pending := acmtypes.CertificateStatusPendingValidation
	reserved := func(units int32, state elbtypes.CapacityReservationStateEnum) Result {
		return judgeReservation(&elb.DescribeCapacityReservationOutput{
			MinimumLoadBalancerCapacity: &elbtypes.MinimumLoadBalancerCapacity{CapacityUnits: &units},
			CapacityReservationState: []elbtypes.ZonalCapacityReservationState{{AvailabilityZone: aws.String("a"),
				State: &elbtypes.CapacityReservationStatus{Code: state, Reason: aws.String("none left")}}}}, 300, "reserve 300")
	}
	health := func(id string, state elbtypes.TargetHealthStateEnum) []elbtypes.TargetHealthDescription {
		return []elbtypes.TargetHealthDescription{{Target: &elbtypes.TargetDescription{Id: &id},
			TargetHealth: &elbtypes.TargetHealth{State: state, Description: aws.String("refused")}}}
	}
	ep := func(status smtypes.EndpointStatus, current, desired int32, why string) Result {
		out := &sagemaker.DescribeEndpointOutput{EndpointStatus: status, ProductionVariants: []smtypes.ProductionVariantSummary{
			{VariantName: aws.String("main"), CurrentInstanceCount: &current, DesiredInstanceCount: &desired}}}
		if why != "" {
			out.FailureReason = &why
		}
		return judgeEndpoint(out, "prod")
	}
	serviceOf := func(running, desired int32, state ecstypes.DeploymentRolloutState) Result {
		return judgeService(ecstypes.Service{RunningCount: running, DesiredCount: desired, Deployments: []ecstypes.Deployment{
			{RolloutState: state, RolloutStateReason: aws.String("no image")}}})
	}
	completed, failedRollout := ecstypes.DeploymentRolloutStateCompleted, ecstypes.DeploymentRolloutStateFailed
	alarmOf := func(state cwtypes.StateValue, enabled bool, actions ...string) Result {
		return judgeAlarm(cwtypes.MetricAlarm{AlarmName: aws.String("errors"), Namespace: aws.String("N"),
			MetricName: aws.String("M"), StateValue: state, StateReason: aws.String("over"), ActionsEnabled: &enabled,
			AlarmActions: actions}, "r")
	}
	const topic, policy = "arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:autoscaling:eu-west-1:111122223333:p"
	subscribed := func(arns ...string) Result {
		var all []snstypes.Subscription
		for _, arn := range arns {
			all = append(all, snstypes.Subscription{SubscriptionArn: aws.String(arn), Endpoint: aws.String("on-call")})
		}
		return judgeSubscribers(all, topic)
	}
	standing := []changes.Stack{{Name: "prod-inference"}}
	for _, c := range []struct {
		name string
		got  Result
		want Verdict
		says string // a part of what is found, needed, the reason and the fix
	}{
		{"free name", judgeName("", false, "delete"), OK, "free"},
		{"own name", judgeName("InService", true, "delete"), OK, "the stack's"},
		{"name taken", judgeName("Failed", false, "delete"), Wrong, "give endpoint.name another name, or, if nothing calls that endpoint, delete"},
		{"own account", judgeCredentials("1", "role", "1"), OK, "account 1"},
		{"other account", judgeCredentials("2", "role", "1"), Wrong, "account 1, such as with AWS_PROFILE"},
		{"no bootstrap", judgeBootstrap(false, "", "1", "r"), Wrong, "npx cdk bootstrap aws://1/r"},
		{"old bootstrap", judgeBootstrap(true, "5", "1", "r"), Wrong, "version 5"},
		{"bootstrap", judgeBootstrap(true, "21", "1", "r"), OK, "version 21"},
		{"bootstrap of another kind", judgeBootstrap(true, "", "1", "r"), Unknown, "does not say"},
		{"role", judgeRole(role, true, false), OK, "stands"},
		{"no role yet", judgeRole(role, false, true), Unknown, "iam:CreateServiceLinkedRole"},
		{"no role", judgeRole(role, false, false), Wrong, "create-service-linked-role --aws-service-name ecs.amazonaws.com"},
		{"quota for both fleets", quotaOf(20, true), OK, "20 instances"},
		{"quota for one fleet", quotaOf(19, true), Wrong, "--quota-code L-1 --desired-value 20; until then deploy while at most 9"},
		{"quota below the maximum", quotaOf(9, true), Wrong, "scaling stops at the quota"},
		{"fixed quota", quotaOf(9, false), Wrong, "AWS does not raise this quota"},
		{"no such quota", judgeQuota(nil, "q", "r", ten)[0], Unknown, "no quota \"q\""},
		{"pools together", judgeQuota([]quota{{code: "L-1", value: 12, adjustable: true}, {code: "L-2", value: 6, adjustable: true}},
			"q", "r", ten)[0], Wrong, "--quota-code L-1 --desired-value 14"},
		{"stack", judgeStack("s", "prod", "r", cfn.StackStatusUpdateComplete, false), OK, "UPDATE_COMPLETE"},
		{"rolled back update", judgeStack("s", "prod", "r", cfn.StackStatusUpdateRollbackComplete, false), OK, "ROLLBACK"},
		{"first stack", judgeStack("s", "prod", "r", "", true), OK, "first deployment"},
		{"a change set to create it", judgeStack("s", "prod", "r", cfn.StackStatusReviewInProgress, true), OK, "first deployment"},
		{"only a change set", judgeStack("s", "prod", "r", cfn.StackStatusReviewInProgress, false), Wrong, "make deploy ENV=prod"},
		{"no stack", judgeStack("s", "prod", "r", "", false), Wrong, "make deploy ENV=prod"},
		{"failed creation", judgeStack("s", "prod", "r", cfn.StackStatusRollbackComplete, true), Wrong, "aws --region r cloudformation delete-stack --stack-name s"},
		{"stuck rollback", judgeStack("s", "prod", "r", cfn.StackStatusUpdateRollbackFailed, true), Wrong, "aws --region r cloudformation continue-update-rollback --stack-name s"},
		{"deploying", judgeStack("s", "prod", "r", cfn.StackStatusUpdateInProgress, false), Wrong, "wait"},
		{"same template", judgeTemplates("prod", standing, nil), OK, "what the file makes"},
		{"other template", judgeTemplates("prod", standing, []changes.Change{{Stack: "prod-inference", LogicalID: "Endpoint",
			Action: changes.Update}, {Stack: "prod-new", LogicalID: "X"}}), Wrong, "1 resources differ: prod-inference/Endpoint (update)"},
		{"zones", judgeZones([]string{"a", "b"}, []string{"b", "a"}), OK, "a, b"},
		{"no zone", judgeZones([]string{"a", "x"}, []string{"b", "a"}), Wrong, "use the account's zones: a, b"},
		{"zone of the domain", judgeZone("Example.com.", "example.com", false), OK, "Example.com"},
		{"no zone of the domain", judgeZone("", "example.com", false), Wrong, "frontend.domain"},
		{"another domain's", judgeZone("example.org.", "example.com", false), Wrong, "a zone example.org"},
		{"private zone", judgeZone("example.com.", "example.com", true), Wrong, "public zone"},
		{"certificate", certificate(acmtypes.CertificateStatusIssued, evening.Add(time.Minute)), OK, "valid until"},
		{"expires at that time", certificate(acmtypes.CertificateStatusIssued, evening), Wrong, "import-certificate"},
		{"not validated", certificate(pending, evening.Add(time.Hour)), Wrong, "add the records"},
		{"revoked", certificate(acmtypes.CertificateStatusRevoked, evening.Add(time.Hour)), Wrong, "REVOKED"},
		{"reserved", reserved(300, "provisioned"), OK, "300"},
		{"too few reserved", reserved(200, "provisioned"), Wrong, "reserve 300"},
		{"reservation failed", reserved(300, "failed"), Wrong, "none left"},
		{"reservation pending", reserved(300, "pending"), Unknown, "pending in a"},
		{"tasks", serviceOf(2, 2, completed), OK, "2 of 2"},
		{"tasks missing", serviceOf(1, 2, completed), Wrong, "1 of 2"},
		{"no tasks wanted", serviceOf(0, 0, completed), Wrong, "1 task or more"},
		{"failed rollout", serviceOf(2, 2, failedRollout), Wrong, "no image"},
		{"healthy", judgeTargets(health("10.0.0.1", "healthy")), OK, "1 of 1"},
		{"function unchecked", judgeTargets(health("arn:aws:lambda:f", "unavailable")), OK, "1 of 1"},
		{"task unavailable", judgeTargets(health("10.0.0.1", "unavailable")), Wrong, "refused"},
		{"no targets", judgeTargets(nil), Wrong, "503"},
		{"in service", ep(smtypes.EndpointStatusInService, 6, 6, ""), OK, "main 6 instances"},
		{"instances missing", ep(smtypes.EndpointStatusInService, 4, 6, ""), Wrong, "main has 4 of 6"},
		{"failed update", ep(smtypes.EndpointStatusInService, 6, 6, "no ping"), Wrong, "no ping"},
		{"updating", ep(smtypes.EndpointStatusUpdating, 6, 6, ""), Unknown, "Updating"},
		{"failed", ep(smtypes.EndpointStatusFailed, 0, 6, "no ping"), Wrong, "Failed: no ping"},
		{"archive", judgeArchive("12 bytes", "s3://b/k"), OK, "12"},
		{"empty archive", judgeArchive("0 bytes", "s3://b/k"), Wrong, "empty"},
		{"no archive", judgeArchive("", "s3://b/k"), Wrong, "aws s3 cp model.tar.gz s3://b/k"},
		{"key", judgeKey("Enabled", "k", "r"), OK, "Enabled"},
		{"disabled key", judgeKey("Disabled", "k", "r"), Wrong, "aws --region r kms enable-key --key-id k"},
		{"deleted key", judgeKey("PendingDeletion", "k", "r"), Wrong, "cancel-key-deletion --key-id k"},
		{"no key", judgeKey("", "k", "r"), Wrong, "not there"},
		{"alarm", alarmOf("OK", true, topic), OK, "OK"},
		{"alarm without data", alarmOf("INSUFFICIENT_DATA", true, topic), Wrong, "N M"},
		{"alarm is on", alarmOf("ALARM", true, topic), Wrong, "over"},
		{"alarm scales", alarmOf("ALARM", true, policy), OK, "ALARM"},
		{"alarm is silent", alarmOf("OK", false, topic), Wrong, "aws --region r cloudwatch enable-alarm-actions --alarm-names errors"},
		{"subscribers", subscribed("arn:a", "arn:b"), OK, "2 confirmed"},
		{"not confirmed", subscribed("arn:a", "PendingConfirmation"), Wrong, "1 confirmed, not on-call"},
		{"nobody", subscribed(), Wrong, "aws --region eu-west-1 sns subscribe --topic-arn " + topic},
		{"cross-account", otherAccount("2"), Unknown, "account 2"},
		{"permission missing", failed("ecr:DescribeImages", &smithy.GenericAPIError{Code: "AccessDeniedException"}), Unknown,
			"use credentials that may call ecr:DescribeImages"},
	} {
		all := strings.Join([]string{c.got.Found, c.got.Needed, c.got.Reason, c.got.Fix}, "\n")
		if c.got.Verdict != c.want || !strings.Contains(all, c.says) {
			t.Errorf("%s: got %s, want %s with %q in\n%s", c.name, c.got.Verdict, c.want, c.says, all)
		}
		if c.want == Wrong && (c.got.Found == "" || c.got.Needed == "" || c.got.Reason == "" || c.got.Fix == "") {
			t.Errorf("%s lacks a part: %+v", c.name, c.got)
		}
	}
}

// TestSubnets wants the load balancer's 8 addresses, and a zone's part of 4 tasks twice.
func TestSubnets(t *testing.T) {
	e := config.Environment{Region: "r", Network: config.Network{ExistingVPC: &config.ExistingVPC{VpcID: "v",
		PrivateSubnets: []config.Subnet{{ID: "s1", AvailabilityZone: "a"}, {ID: "s2", AvailabilityZone: "b"}}}}}
	for _, c := range []struct {
		name  string
		found []subnet
		want  string
		fix   string
	}{
		{"enough", []subnet{{"s1", "v", "a", 12}, {"s2", "v", "b", 20}}, "ok 2 in 2 zones, 12 free addresses or more in each", ""},
		{"too few", []subnet{{"s1", "v", "a", 11}, {"s2", "v", "b", 20}}, "wrong 11 free addresses", "use a larger subnet"},
		{"another zone", []subnet{{"s1", "v", "c", 20}, {"s2", "v", "b", 20}}, "wrong in c", "write availabilityZone: c"},
		{"another VPC", []subnet{{"s1", "w", "a", 20}, {"s2", "v", "b", 20}}, "wrong in w", "vpcId, or the id of this subnet"},
		{"not there", []subnet{{"s1", "v", "a", 20}}, "wrong not there",
			"aws --region r ec2 describe-subnets --filters Name=vpc-id,Values=v"},
	} {
		got := judgeExisting(c.found, e)
		if len(got) == 0 {
			got = judgeSubnets(c.found, 4)
		}
		if len(got) != 1 || string(got[0].Verdict)+" "+got[0].Found != c.want || !strings.Contains(got[0].Fix, c.fix) {
			t.Errorf("%s: got %+v, want %s with the fix %s", c.name, got, c.want, c.fix)
		}
	}
	if got := judgeSubnets([]subnet{{"s1", "v", "a", 20}}, 4); len(got) != 1 || got[0].Found != "1 zone" {
		t.Errorf("one zone: got %+v", got)
	}
}

// TestFloor evaluates actions in their zones, with their starts and ends.
func TestFloor(t *testing.T) {
	at := func(n int32, schedule, zone string) aastypes.ScheduledAction {
		return aastypes.ScheduledAction{ScheduledActionName: aws.String("a"), Schedule: &schedule, Timezone: &zone,
			ScalableTargetAction: &aastypes.ScalableTargetAction{MinCapacity: &n}}
	}
	ended := at(10, "cron(0 18 * * ? *)", "Europe/London")
	ended.EndTime = aws.Time(evening.Add(-48 * time.Hour))
	started := at(10, "rate(1 day)", "UTC")
	started.StartTime = aws.Time(evening.Add(-time.Hour))
	want := autoscaling.ScalableTarget{Dimension: autoscaling.VariantInstanceCount, ResourceID: "endpoint/e/variant/v",
		MinCapacity: 2, ScheduledActions: []autoscaling.ScheduledAction{
			{Name: "a", Schedule: "at(2027-05-29T18:00:00)", Timezone: "Europe/London", MinCapacity: aws.Int(10)}}}
	for _, c := range []struct {
		name    string
		min     int32
		max     int32
		actions []aastypes.ScheduledAction
		at      time.Time
		want    Verdict
	}{
		{"an hour after the file's action", 2, 12, []aastypes.ScheduledAction{at(10, "at(2027-05-29T18:00:00)", "Europe/London")},
			evening, OK},
		{"before it", 2, 12, nil, evening.Add(-2 * time.Hour), OK},
		{"at its minute", 2, 12, nil, evening.Add(-time.Hour), Wrong},
		{"the action is gone", 2, 12, nil, evening, Wrong},
		{"the action is gone, the minimum is there", 10, 12, nil, evening, OK},
		{"in another zone it comes after", 2, 12, []aastypes.ScheduledAction{at(10, "at(2027-05-29T18:00:00)", "America/New_York")},
			evening, Wrong},
		{"a later action lowers it", 2, 12, []aastypes.ScheduledAction{at(10, "at(2027-05-29T16:00:00)", "UTC"),
			at(4, "at(2027-05-29T17:30:00)", "UTC")}, evening, Wrong},
		{"it has ended", 2, 12, []aastypes.ScheduledAction{ended}, evening, Wrong},
		{"it runs at its start", 2, 12, []aastypes.ScheduledAction{started}, evening, OK},
		{"the maximum is below", 2, 8, []aastypes.ScheduledAction{at(10, "at(2027-05-29T17:00:00)", "UTC")}, evening, Wrong},
	} {
		got := judgeFloor(want, aastypes.ScalableTarget{MinCapacity: &c.min, MaxCapacity: &c.max}, c.actions,
			evening.Add(-6*time.Hour), c.at, config.Environment{Name: "prod", Region: "r"})
		if got.Verdict != c.want {
			t.Errorf("%s: got %+v, want %s", c.name, got, c.want)
		}
	}
}

// TestActionsAndSuspension compares what stands with the file.
func TestActionsAndSuspension(t *testing.T) {
	file := []autoscaling.ScheduledAction{{Name: "a", Schedule: "rate(1 days)", MinCapacity: aws.Int(4)}}
	is := func(name, schedule string, n int32) []aastypes.ScheduledAction {
		return []aastypes.ScheduledAction{{ScheduledActionName: &name, Schedule: &schedule,
			ScalableTargetAction: &aastypes.ScalableTargetAction{MinCapacity: &n}}}
	}
	for says, got := range map[string]Result{
		"1 as the file has them":   judgeActions(file, is("a", "rate(1 day)", 4), "prod"),
		`"a" is not there`:         judgeActions(file, nil, "prod"),
		"minimum 3, not rate":      judgeActions(file, is("a", "rate(1 day)", 3), "prod"),
		`"b" is not the file's`:    judgeActions(nil, is("b", "rate(1 day)", 3), "prod"),
		"as the file says":         judgeSuspended(autoscaling.ScalableTarget{}, nil, "r"),
		"scheduled scaling suspen": judgeSuspended(autoscaling.ScalableTarget{}, &aastypes.SuspendedState{ScheduledScalingSuspended: aws.Bool(true)}, "r"),
	} {
		if sound := strings.Contains(says, "as the file"); !strings.Contains(got.Found, says) || (got.Verdict == OK) != sound {
			t.Errorf("want %q, got %+v", says, got)
		}
	}
	meant := autoscaling.ScalableTarget{SuspendedState: &autoscaling.SuspendedState{ScaleIn: true}}
	if got := judgeSuspended(meant, &aastypes.SuspendedState{DynamicScalingInSuspended: aws.Bool(true)}, "r"); got.Verdict != OK {
		t.Errorf("a suspension of the file: %+v", got)
	}
}
