package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	ecrtypes "github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/cmd/internal/checks"
)

// firstFile is an environment with a gateway on Fargate in a VPC that stands. Words in
// capitals are its account's.
const firstFile = `account: "123456789012"
region: REGION
network:
  existingVpc:
    vpcId: VPC
    cidr: 10.20.0.0/16
    privateSubnets:
      - {id: SUBNET1, availabilityZone: REGIONa, routeTableId: rtb-0123456789abcdef1}
      - {id: SUBNET2, availabilityZone: REGIONb, routeTableId: rtb-0123456789abcdef2}
model:
  image: 123456789012.dkr.ecr.REGION.amazonaws.com/first-model:1
  modelDataUrl: s3://first-models/1.tar.gz
endpoint: {name: first, volumeKeyArn: KEY}
variant: {instanceType: ml.c6i.large}
capacity: {requestsPerSecondPerInstance: 100, startTime: 5m}
scaling: {minCapacity: 2, maxCapacity: 10, safetyFactor: 0.7}
frontend:
  certificateArn: CERTIFICATE
  gateway: fargate
  image: 123456789012.dkr.ecr.REGION.amazonaws.com/first-gateway:1
  capacity: {requestLatency: 50ms, requestsPerSecondPerTask: 500}
  minimumCapacityUnits: 200
`

// firstAccount is an account before the first deployment to it.
type firstAccount struct {
	night
	file        string // with what the account has
	vpc, key    string
	certificate string
	subnets     []string
}

// TestPreflight: an account that has what an environment needs is told of nothing, and
// one with a fault in each of its parts of each fault, with its fix, and of nothing else.
func TestPreflight(t *testing.T) {
	f := newFirst(t)
	clean, status := f.preflight()
	if wrong := subjects(clean, checks.Wrong); len(wrong) > 0 || status != 0 {
		t.Errorf("a clean account: status %d, %q are wrong\n%s", status, wrong, text(t, clean))
	}
	// AWS makes the roles at the first deployment.
	if got := subjects(clean, checks.Unknown); !slices.Equal(got, []string{"account/roles"}) {
		t.Errorf("a clean account: %q are unknown", got)
	}
	want := f.breakIt()
	if len(want) < 10 {
		t.Errorf("got %d faults, want ten or more", len(want))
	}
	broken, status := f.preflight()
	got := map[string]string{}
	for _, c := range broken.Checks {
		if c.Verdict != checks.Wrong {
			continue
		}
		name := c.Group + "/" + c.Check
		if _, twice := got[name]; twice {
			t.Errorf("%s is told twice", name)
		}
		got[name] = c.Fix
		if c.Found == "" || c.Needed == "" || c.Reason == "" {
			t.Errorf("%s lacks a part: %+v", name, c)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || status != 1 {
		t.Errorf("status %d\n%s\n%s", status, diff, text(t, broken))
	}
	if got := subjects(broken, checks.Unknown); !slices.Equal(got, []string{"account/roles"}) {
		t.Errorf("%q are unknown", got)
	}
}

// newFirst makes what the environment names, and the bootstrap stack.
func newFirst(t *testing.T) *firstAccount {
	t.Helper()
	f := &firstAccount{night: newNight(t, "me-central-1")}
	ctx, cfg := t.Context(), f.aws.Config(f.region)
	network := ec2.NewFromConfig(cfg)
	vpc, err := network.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.20.0.0/16")})
	f.must(err)
	f.vpc = *vpc.Vpc.VpcId
	for i, zone := range []string{"a", "b"} {
		made, err := network.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: vpc.Vpc.VpcId,
			CidrBlock: aws.String(fmt.Sprintf("10.20.%d.0/24", i)), AvailabilityZone: aws.String(f.region + zone)})
		f.must(err)
		f.subnets = append(f.subnets, *made.Subnet.SubnetId)
	}
	key, err := kms.NewFromConfig(cfg).CreateKey(ctx, &kms.CreateKeyInput{})
	f.must(err)
	f.key = *key.KeyMetadata.Arn
	certificate, private := selfSigned(t)
	imported, err := acm.NewFromConfig(cfg).ImportCertificate(ctx, &acm.ImportCertificateInput{
		Certificate: certificate, PrivateKey: private})
	f.must(err)
	f.certificate = *imported.CertificateArn
	for _, name := range []string{"first-model", "first-gateway"} {
		putImage(ctx, t, cfg, name, "1")
	}
	store := f.store()
	_, err = store.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("first-models"),
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{
			LocationConstraint: s3types.BucketLocationConstraint(f.region)}})
	f.must(err)
	_, err = store.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("first-models"), Key: aws.String("1.tar.gz"),
		Body: strings.NewReader("a model")})
	f.must(err)
	f.stack("CDKToolkit", bootstrapTemplate("21"))
	f.file = strings.NewReplacer("VPC", f.vpc, "SUBNET1", f.subnets[0], "SUBNET2", f.subnets[1],
		"KEY", f.key, "CERTIFICATE", f.certificate).Replace(firstFile)
	f.environment("prod", f.file)
	return f
}

// bootstrapTemplate is as much of the CDK's bootstrap stack as says its version.
func bootstrapTemplate(version string) string {
	return "Resources: {Topic: {Type: AWS::SNS::Topic}}\nOutputs: {BootstrapVersion: {Value: \"" + version + "\"}}\n"
}

func (f *firstAccount) store() *s3.Client {
	return s3.NewFromConfig(f.aws.Config(f.region), func(o *s3.Options) { o.UsePathStyle = true })
}

func (f *firstAccount) preflight() (checks.Report, int) {
	f.t.Helper()
	ran := f.run(before, "preflight", "--json")
	var report checks.Report
	if err := json.Unmarshal([]byte(ran.out), &report); err != nil {
		f.t.Fatalf("status %d: %v\n%s%s", ran.status, err, ran.out, ran.errors)
	}
	return report, ran.status
}

// breakIt puts one fault into each part of the account, and returns the checks that tell
// them, with their fixes.
func (f *firstAccount) breakIt() map[string]string {
	f.t.Helper()
	ctx, cfg := f.t.Context(), f.aws.Config(f.region)
	stacks := cloudformation.NewFromConfig(cfg)
	_, err := stacks.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: aws.String("CDKToolkit"),
		TemplateBody: aws.String(bootstrapTemplate("5"))})
	f.must(err)
	// An endpoint without its configuration is refused.
	_, err = stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("prod-frontend"),
		TemplateBody: aws.String("Resources: {Endpoint: {Type: AWS::SageMaker::Endpoint, Properties: {EndpointConfigName: none}}}")})
	if err == nil {
		f.t.Fatal("a stack that cannot be created was")
	}
	setQuota(ctx, f.t, cfg, "sagemaker", "ml.c6i.large for endpoint usage", 9)
	setQuota(ctx, f.t, cfg, "fargate", "Fargate On-Demand vCPU resource count", 1)
	setQuota(ctx, f.t, cfg, "elasticloadbalancing", "Reserved Application Load Balancer Capacity Units (LCU) per Region", 100)
	_, err = ec2.NewFromConfig(cfg).DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: &f.subnets[1]})
	f.must(err)
	_, err = acm.NewFromConfig(cfg).DeleteCertificate(ctx, &acm.DeleteCertificateInput{CertificateArn: &f.certificate})
	f.must(err)
	for _, name := range []string{"first-model", "first-gateway"} {
		_, err = ecr.NewFromConfig(cfg).BatchDeleteImage(ctx, &ecr.BatchDeleteImageInput{RepositoryName: &name,
			ImageIds: []ecrtypes.ImageIdentifier{{ImageTag: aws.String("1")}}})
		f.must(err)
	}
	_, err = f.store().DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("first-models"), Key: aws.String("1.tar.gz")})
	f.must(err)
	_, err = kms.NewFromConfig(cfg).DisableKey(ctx, &kms.DisableKeyInput{KeyId: aws.String(path.Base(f.key))})
	f.must(err)
	// The endpoint of the night is nobody's, and REGIONx no zone.
	f.environment("prod", strings.NewReplacer("name: first,", "name: predictions,", "REGIONb", "REGIONx").Replace(f.file))
	increase := "aws --region me-central-1 service-quotas request-service-quota-increase --service-code "
	push := "push it to Amazon ECR, or correct its URI in the file"
	return map[string]string{
		"account/bootstrap":               "npx cdk bootstrap aws://123456789012/me-central-1",
		"account/quota of instances":      increase + "sagemaker --quota-code L-585AE545 --desired-value 20",
		"account/quota of tasks":          increase + "fargate --quota-code L-31A87B93 --desired-value 6",
		"account/quota of capacity units": increase + "elasticloadbalancing --quota-code L-AF3C16DE --desired-value 200",
		"deployment/stacks": "aws --region me-central-1 cloudformation update-termination-protection " +
			"--no-enable-termination-protection --stack-name prod-frontend && " +
			"aws --region me-central-1 cloudformation delete-stack --stack-name prod-frontend, and deploy it anew",
		"network/zones": "use the account's zones: me-central-1a, me-central-1b, me-central-1c",
		"network/subnets": "correct its id in network.existingVpc, to one of " +
			"aws --region me-central-1 ec2 describe-subnets --filters Name=vpc-id,Values=" + f.vpc,
		"load balancer/certificate": "request it in the region me-central-1, or correct frontend.certificateArn",
		"gateway/image":             push,
		"endpoint/name": "give endpoint.name another name, or, if nothing calls that endpoint, " +
			"aws --region me-central-1 sagemaker delete-endpoint --endpoint-name predictions",
		"endpoint/image":   push,
		"endpoint/archive": "aws s3 cp model.tar.gz s3://first-models/1.tar.gz, or correct modelDataUrl",
		"endpoint/keys":    "aws --region me-central-1 kms enable-key --key-id " + f.key,
	}
}

// selfSigned is a certificate for a year from the night on, with its key.
func selfSigned(t *testing.T) (certificate, private []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	fatal(t, err)
	night, err := time.Parse(time.RFC3339, before)
	fatal(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		DNSNames: []string{"localhost"}, NotBefore: time.Unix(0, 0), NotAfter: night.AddDate(1, 0, 0)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	fatal(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(key)
	fatal(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded})
}
