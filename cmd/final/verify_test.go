package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	aas "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	aastypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	quotatypes "github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/checks"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/localaws"
)

const (
	checkedCertificate = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-4000-8000-000000000001"
	checkedRegion      = "us-east-1"
	repositoryRoot     = "../.."
)

// testAccount is a local AWS with what the checks of environment local want.
type testAccount struct {
	t          *testing.T
	aws        *localaws.AWS
	cfg        aws.Config
	dir        string // with the environment's file
	topic      string
	key, keyID string
}

// TestVerify deploys an environment to a local AWS: nothing is wrong with it, and then
// what was broken is, and nothing else.
func TestVerify(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	a := openAccount(ctx, t)
	setQuota(ctx, t, a.cfg, "vpc", "VPCs per Region", 1) // the default VPC
	before, status := a.checked("preflight")
	if got := subjects(before, checks.Wrong); status != 1 ||
		!slices.Equal(got, []string{"account/bootstrap", "account/quota of VPCs"}) {
		t.Errorf("before the bootstrap: got %q wrong, status %d", got, status)
	}
	a.deploy(ctx)
	sound, status := a.checked("verify")
	if status != 0 || sound.Wrong+sound.Unknown > 0 {
		t.Fatalf("a sound environment: status %d\n%s", status, text(t, sound))
	}
	want := a.breakEverything(ctx)
	got, status := a.checked("verify")
	if diff := cmp.Diff(want, subjects(got, checks.Wrong)); diff != "" || status != 1 {
		t.Errorf("status %d\n%s\n%s", status, diff, text(t, got))
	}
	for _, c := range got.Checks {
		if c.Verdict == checks.Wrong && (c.Found == "" || c.Needed == "" || c.Fix == "") {
			t.Errorf("%s/%s lacks a part: %+v", c.Group, c.Check, c)
		}
	}
	if got.Unknown > 0 {
		t.Errorf("got %d unknown", got.Unknown)
	}
}

// checked runs a command with --json.
func (a *testAccount) checked(command string) (checks.Report, int) {
	a.t.Helper()
	var out, problems bytes.Buffer
	status := final(a.t.Context(), []string{command, "--env", "local", "--environments", a.dir, "--app", repositoryRoot,
		"--now", "2027-05-29T12:00:00Z", "--at", "2027-05-29T19:00+01:00", "--json"},
		strings.NewReader(""), &out, &problems)
	var report checks.Report
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		a.t.Fatalf("status %d: %v\n%s%s", status, err, out.String(), problems.String())
	}
	return report, status
}

// subjects are the checks with a verdict, each once.
func subjects(r checks.Report, v checks.Verdict) (list []string) {
	for _, c := range r.Checks {
		if name := c.Group + "/" + c.Check; c.Verdict == v && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

func text(t *testing.T, r checks.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Text(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func openAccount(ctx context.Context, t *testing.T) *testAccount {
	t.Helper()
	python, err := localaws.Prepare(ctx, repositoryRoot, t.Output())
	fatal(t, err)
	local, err := localaws.Start(ctx, localaws.Options{Dir: repositoryRoot, Python: python,
		CertificateARNs: []string{checkedCertificate}})
	fatal(t, err)
	t.Cleanup(func() {
		if err := local.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, v := range local.Environ(checkedRegion) {
		if name, value, _ := strings.Cut(v, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, value)
		}
	}
	a := &testAccount{t: t, aws: local, cfg: local.Config(checkedRegion), dir: t.TempDir()}
	key, err := kms.NewFromConfig(a.cfg).CreateKey(ctx, &kms.CreateKeyInput{})
	fatal(t, err)
	a.key, a.keyID = *key.KeyMetadata.Arn, *key.KeyMetadata.KeyId
	a.artifacts(ctx)
	data, err := os.ReadFile(filepath.Join(repositoryRoot, "config/environments/local.yaml"))
	fatal(t, err)
	a.write(strings.NewReplacer(
		"  startTime: 5m\n", "  startTime: 5m\n  concurrencyPerInstance: 20\n",
		"  safetyFactor: 0.7\n", "  safetyFactor: 0.7\n  emergency: true\n",
		"frontend:\n", "frontend:\n  logKeyArn: "+a.key+"\n  capacity: {requestLatency: 50ms}\n",
	).Replace(string(data)) + "\nmonitoring:\n  topicArns: [" + a.topic + "]\n")
	return a
}

func (a *testAccount) write(file string) {
	a.t.Helper()
	fatal(a.t, os.WriteFile(filepath.Join(a.dir, "local.yaml"), []byte(file), 0o600))
}

func fatal(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// artifacts puts the image, the archive, the roles and the topic into the account.
func (a *testAccount) artifacts(ctx context.Context) {
	a.t.Helper()
	putImage(ctx, a.t, a.cfg, "predictions", "1.0.0")
	store := a.store()
	_, err := store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("predictions-models-local")})
	fatal(a.t, err)
	_, err = store.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("predictions-models-local"),
		Key: aws.String("predictions/1.0.0/model.tar.gz"), Body: strings.NewReader("a model")})
	fatal(a.t, err)
	for _, service := range []string{"sagemaker.application-autoscaling.amazonaws.com", "elasticloadbalancing.amazonaws.com"} {
		a.role(ctx, service)
	}
	topic, err := sns.NewFromConfig(a.cfg).CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String("alarms")})
	fatal(a.t, err)
	a.topic = *topic.TopicArn
	_, err = sns.NewFromConfig(a.cfg).Subscribe(ctx, &sns.SubscribeInput{TopicArn: &a.topic,
		Protocol: aws.String("sms"), Endpoint: aws.String("+15550100")})
	fatal(a.t, err)
}

// putImage puts an image into a repository that it makes.
func putImage(ctx context.Context, t *testing.T, cfg aws.Config, repository, tag string) {
	t.Helper()
	registry := ecr.NewFromConfig(cfg)
	_, err := registry.CreateRepository(ctx, &ecr.CreateRepositoryInput{RepositoryName: &repository})
	fatal(t, err)
	_, err = registry.PutImage(ctx, &ecr.PutImageInput{RepositoryName: &repository, ImageTag: &tag,
		ImageManifest: aws.String(`{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
			"config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1, "digest": "sha256:` +
			strings.Repeat("0", 64) + `"}, "layers": []}`)})
	fatal(t, err)
}

// role makes a service-linked role. moto gives each one a random name.
func (a *testAccount) role(ctx context.Context, service string) {
	a.t.Helper()
	names := map[string]string{
		"sagemaker.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint",
		"elasticloadbalancing.amazonaws.com":              "AWSServiceRoleForElasticLoadBalancing",
	}
	_, err := iam.NewFromConfig(a.cfg).CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(names[service]),
		Path: aws.String("/aws-service-role/" + service + "/"), AssumeRolePolicyDocument: aws.String("{}")})
	fatal(a.t, err)
}

func (a *testAccount) store() *s3.Client {
	return s3.NewFromConfig(a.cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

// deploy deploys the file, and lets its alarms have data.
func (a *testAccount) deploy(ctx context.Context) {
	a.t.Helper()
	cdk := localaws.CDK{AWS: a.aws, Dir: repositoryRoot, Region: checkedRegion, Output: a.t.TempDir(), Unvalidated: true}
	output, err := cdk.Bootstrap(ctx)
	if err == nil {
		cdk.Context = map[string]string{"env": "local", "environments": a.dir}
		output, err = cdk.Deploy(ctx, "local/*")
	}
	if err != nil {
		a.t.Fatalf("%v\n%s", err, output)
	}
	for _, name := range a.alarms(ctx) {
		a.state(ctx, name, cwtypes.StateValueOk)
	}
}

// alarms are the names of the environment's alarms.
func (a *testAccount) alarms(ctx context.Context) (names []string) {
	a.t.Helper()
	pages := cloudwatch.NewDescribeAlarmsPaginator(cloudwatch.NewFromConfig(a.cfg), &cloudwatch.DescribeAlarmsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		fatal(a.t, err)
		for _, alarm := range page.MetricAlarms {
			if !strings.HasPrefix(*alarm.AlarmName, "TargetTracking-") {
				names = append(names, *alarm.AlarmName)
			}
		}
	}
	if len(names) == 0 {
		a.t.Fatal("the environment has no alarm")
	}
	return names
}

func (a *testAccount) state(ctx context.Context, alarm string, state cwtypes.StateValue) {
	a.t.Helper()
	_, err := cloudwatch.NewFromConfig(a.cfg).SetAlarmState(ctx, &cloudwatch.SetAlarmStateInput{
		AlarmName: &alarm, StateValue: state, StateReason: aws.String("a test"),
	})
	fatal(a.t, err)
}

// breakEverything breaks what the checks look at, and returns the checks.
func (a *testAccount) breakEverything(ctx context.Context) (broken []string) {
	a.t.Helper()
	var errs []error
	add := func(check string, err error) { broken, errs = append(broken, check), append(errs, err) }

	_, err := iam.NewFromConfig(a.cfg).DeleteRole(ctx, &iam.DeleteRoleInput{
		RoleName: aws.String("AWSServiceRoleForElasticLoadBalancing")})
	add("account/roles", err)
	setQuota(ctx, a.t, a.cfg, "sagemaker", "ml.c6i.large for endpoint usage", 20)
	add("account/quota of instances", nil)
	file, err := os.ReadFile(filepath.Join(a.dir, "local.yaml"))
	fatal(a.t, err)
	a.write(strings.Replace(string(file), "  environment: local", "  environment: changed", 1))
	add("deployment/templates", nil)
	_, err = acm.NewFromConfig(a.cfg).DeleteCertificate(ctx, &acm.DeleteCertificateInput{
		CertificateArn: aws.String(checkedCertificate)})
	add("load balancer/certificate", err)
	groups, err := elb.NewFromConfig(a.cfg).DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{})
	fatal(a.t, err)
	group := groups.TargetGroups[0].TargetGroupArn
	health, err := elb.NewFromConfig(a.cfg).DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: group})
	fatal(a.t, err)
	for _, h := range health.TargetHealthDescriptions {
		_, err = elb.NewFromConfig(a.cfg).DeregisterTargets(ctx, &elb.DeregisterTargetsInput{
			TargetGroupArn: group, Targets: []elbtypes.TargetDescription{*h.Target}})
	}
	add("gateway/targets", err)
	_, err = ecr.NewFromConfig(a.cfg).BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{
		RepositoryName: aws.String("predictions"), ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("1.0.0")}}})
	add("endpoint/image", err)
	_, err = a.store().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("predictions-models-local"),
		Key: aws.String("predictions/1.0.0/model.tar.gz")})
	add("endpoint/archive", err)
	_, err = kms.NewFromConfig(a.cfg).DisableKey(ctx, &kms.DisableKeyInput{KeyId: &a.keyID})
	add("endpoint/keys", err)
	a.breakScaling(ctx, add)
	a.state(ctx, a.alarms(ctx)[0], cwtypes.StateValueInsufficientData)
	add("monitoring/alarms", nil)
	subscriptions, err := sns.NewFromConfig(a.cfg).ListSubscriptions(ctx, &sns.ListSubscriptionsInput{})
	fatal(a.t, err)
	_, err = sns.NewFromConfig(a.cfg).Unsubscribe(ctx, &sns.UnsubscribeInput{
		SubscriptionArn: subscriptions.Subscriptions[0].SubscriptionArn})
	add("monitoring/subscribers", err)
	fatal(a.t, errors.Join(errs...))
	return broken
}

// setQuota gives a quota an applied value.
func setQuota(ctx context.Context, t *testing.T, cfg aws.Config, service, name string, value float64) {
	t.Helper()
	client := servicequotas.NewFromConfig(cfg)
	all, err := client.ListAWSDefaultServiceQuotas(ctx, &servicequotas.ListAWSDefaultServiceQuotasInput{ServiceCode: &service})
	fatal(t, err)
	i := slices.IndexFunc(all.Quotas, func(q quotatypes.ServiceQuota) bool { return *q.QuotaName == name })
	if i < 0 {
		t.Fatalf("%s has no quota %q", service, name)
	}
	_, err = client.RequestServiceQuotaIncrease(ctx, &servicequotas.RequestServiceQuotaIncreaseInput{
		ServiceCode: &service, QuotaCode: all.Quotas[i].QuotaCode, DesiredValue: &value})
	fatal(t, err)
}

// breakScaling changes an action, lowers the maximum below the floor, and suspends.
func (a *testAccount) breakScaling(ctx context.Context, add func(string, error)) {
	client := aas.NewFromConfig(a.cfg)
	resource, namespace := aws.String("endpoint/predictions-local/variant/main"), aastypes.ServiceNamespaceSagemaker
	dimension := aastypes.ScalableDimensionSageMakerVariantDesiredInstanceCount
	_, err := client.PutScheduledAction(ctx, &aas.PutScheduledActionInput{ResourceId: resource,
		ServiceNamespace: namespace, ScalableDimension: dimension, ScheduledActionName: aws.String("evening-floor"),
		Schedule: aws.String("cron(30 17 ? * MON-FRI *)"), Timezone: aws.String("Europe/London"),
		ScalableTargetAction: &aastypes.ScalableTargetAction{MinCapacity: aws.Int32(3)}})
	add("scaling/actions", err)
	_, err = client.RegisterScalableTarget(ctx, &aas.RegisterScalableTargetInput{ResourceId: resource,
		ServiceNamespace: namespace, ScalableDimension: dimension, MinCapacity: aws.Int32(2), MaxCapacity: aws.Int32(8),
		SuspendedState: &aastypes.SuspendedState{ScheduledScalingSuspended: aws.Bool(true)}})
	add("scaling/floor", err)
	add("scaling/suspended", nil)
}
