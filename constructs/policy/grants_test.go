package policy_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsdynamodb"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsec2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecr"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsecs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3notifications"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/policy"
	"github.com/sagemaker-autoscaling-inference/cdk/test/template"
)

// granted returns the findings about roles and policies of a stack.
func granted(t *testing.T, stack awscdk.Stack) []string {
	t.Helper()
	data, err := json.Marshal(assertions.Template_FromStack(stack, nil).ToJSON())
	if err != nil {
		t.Fatal(err)
	}
	var made struct{ Resources map[string]policy.Resource }
	if err := json.Unmarshal(data, &made); err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for id, r := range made.Resources {
		r.LogicalID = id
		for _, rule := range policy.Broken(r, true) {
			if strings.HasPrefix(r.Type, "AWS::IAM::") {
				found = append(found, rule.ID+" "+id)
			}
		}
	}
	slices.Sort(found)
	return found
}

// TestGrantsOfCDK: what CDK's own constructs allow is no finding.
func TestGrantsOfCDK(t *testing.T) {
	stack := template.NewStack(t)
	role := awsiam.NewRole(
		stack,
		jsii.String("Role"),
		&awsiam.RoleProps{AssumedBy: awsiam.NewServicePrincipal(jsii.String("lambda.amazonaws.com"), nil)},
	)
	bucket := awss3.NewBucket(stack, jsii.String("Bucket"), &awss3.BucketProps{
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY, AutoDeleteObjects: jsii.Bool(true),
	})
	bucket.GrantRead(role, nil)
	bucket.GrantReadWrite(role, nil)
	bucket.GrantDelete(role, nil)
	repository := awsecr.NewRepository(stack, jsii.String("Repository"), &awsecr.RepositoryProps{
		RemovalPolicy: awscdk.RemovalPolicy_DESTROY, EmptyOnDelete: jsii.Bool(true),
	})
	repository.GrantPull(role)
	repository.GrantPullPush(role)
	awskms.NewKey(stack, jsii.String("Key"), nil).GrantEncryptDecrypt(role)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), nil)
	queue.GrantConsumeMessages(role)
	bucket.AddEventNotification(awss3.EventType_OBJECT_CREATED, awss3notifications.NewSqsDestination(queue))
	awssecretsmanager.NewSecret(stack, jsii.String("Secret"), nil).GrantRead(role, nil)
	awsdynamodb.NewTable(stack, jsii.String("Table"), &awsdynamodb.TableProps{
		PartitionKey: &awsdynamodb.Attribute{Name: jsii.String("id"), Type: awsdynamodb.AttributeType_STRING},
	}).GrantReadWriteData(role)
	awslambda.NewFunction(stack, jsii.String("Function"), &awslambda.FunctionProps{
		Runtime: awslambda.Runtime_NODEJS_22_X(), Handler: jsii.String("index.handler"),
		Code:    awslambda.Code_FromInline(jsii.String("exports.handler = async () => {}")),
		Tracing: awslambda.Tracing_ACTIVE, LogRetention: awslogs.RetentionDays_ONE_MONTH,
	})
	awsiam.NewOpenIdConnectProvider(
		stack,
		jsii.String("Issuer"),
		&awsiam.OpenIdConnectProviderProps{Url: jsii.String("https://token.example.com")},
	)
	awss3.Bucket_FromBucketName(stack, jsii.String("Existing"), jsii.String("existing")).
		AddEventNotification(awss3.EventType_OBJECT_CREATED, awss3notifications.NewSqsDestination(queue))
	vpc := newVPC(stack)
	task := awsecs.NewFargateTaskDefinition(stack, jsii.String("Task"), nil)
	task.AddContainer(jsii.String("main"), &awsecs.ContainerDefinitionOptions{
		Image:   awsecs.ContainerImage_FromEcrRepository(repository, nil),
		Logging: awsecs.LogDriver_AwsLogs(&awsecs.AwsLogDriverProps{StreamPrefix: jsii.String("main")}),
	})
	awsecs.NewFargateService(stack, jsii.String("Service"), &awsecs.FargateServiceProps{
		Cluster:        awsecs.NewCluster(stack, jsii.String("Cluster"), &awsecs.ClusterProps{Vpc: vpc}),
		TaskDefinition: task, EnableExecuteCommand: jsii.Bool(true),
	})
	if diff := cmp.Diff([]string{}, granted(t, stack)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// newVPC restricts its default security group, by a custom resource of CDK's.
func newVPC(stack awscdk.Stack) awsec2.IVpc {
	return awsec2.NewVpc(stack, jsii.String("Vpc"), &awsec2.VpcProps{
		AvailabilityZones: jsii.Strings("eu-west-1a", "eu-west-1b"), RestrictDefaultSecurityGroup: jsii.Bool(true),
	})
}

// TestWildcards: each statement that leaves open what it allows, or on what.
func TestWildcards(t *testing.T) {
	for _, test := range []struct {
		actions, resources []string
		want               []string
	}{
		{[]string{"*"}, []string{"*"}, []string{"policy-names-actions", "policy-names-resources"}},
		{[]string{"*"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:*"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:Get*"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:*Object"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:PutObject*Acl"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:GetObject?"}, []string{"arn:aws:s3:::a/*"}, []string{"policy-names-actions"}},
		{[]string{"s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:Abort*"}, []string{"arn:aws:s3:::a/*"}, nil},
		{[]string{"s3:GetObject*"}, []string{"*"}, []string{"policy-names-resources"}},
		{[]string{"sagemaker:InvokeEndpoint"}, []string{"*"}, []string{"policy-names-resources"}},
		{[]string{"logs:PutRetentionPolicy"}, []string{"*"}, []string{"policy-names-resources"}},
		{[]string{"ecr:GetAuthorizationToken", "xray:PutTraceSegments", "ec2:DescribeSubnets", "ssmmessages:OpenDataChannel"}, []string{"*"}, nil},
		{[]string{"ecr:GetAuthorizationToken", "ecr:BatchGetImage"}, []string{"*"}, []string{"policy-names-resources"}},
		{[]string{"cloudwatch:PutMetricData"}, []string{"*"}, []string{"policy-names-resources"}},
	} {
		statement := map[string]any{"Effect": "Allow", "Action": anys(test.actions), "Resource": anys(test.resources)}
		r := policy.Resource{Type: "AWS::IAM::Policy", LogicalID: "Policy", Properties: map[string]any{
			"PolicyDocument": map[string]any{"Statement": []any{statement}},
		}}
		var got []string
		for _, rule := range policy.Broken(r, false) {
			got = append(got, rule.ID)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%v on %v (-want +got)\n%s", test.actions, test.resources, diff)
		}
	}
}

func anys(texts []string) []any {
	out := make([]any, len(texts))
	for i, text := range texts {
		out[i] = text
	}
	return out
}
