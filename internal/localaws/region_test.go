package localaws

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	sagemakertypes "github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemakerruntime"
	runtimetypes "github.com/aws/aws-sdk-go-v2/service/sagemakerruntime/types"
	"github.com/google/go-cmp/cmp"
)

// inRegion is one test's region of the shared local AWS.
type inRegion struct {
	t    *testing.T
	name string
}

// owners holds the test that has each region to itself: one that counts what is there must not meet another's.
var owners sync.Map

// commonRegion is that of us-east-1, whose tests only look at what bears their names.
func commonRegion(t *testing.T) inRegion { return inRegion{t, region} }

// ownRegion fails where another test that may run meanwhile has the region.
func ownRegion(t *testing.T, name string) inRegion {
	t.Helper()
	if name == region {
		t.Fatalf("%s is the common region: take another", name)
	}
	if owner, taken := owners.LoadOrStore(name, t.Name()); taken && owner != t.Name() {
		t.Fatalf("%s is the region of %s: take another", name, owner)
	}
	return inRegion{t, name}
}

func (r inRegion) aws() *AWS { return shared.(*AWS) }

func (r inRegion) sdk() aws.Config { return r.aws().Config(r.name) }

func (r inRegion) snapshot() Snapshot {
	r.t.Helper()
	s, err := r.aws().Snapshot(r.t.Context(), r.name)
	must(r.t, err)
	return s
}

func (r inRegion) stack(name string) Stack {
	r.t.Helper()
	for _, stack := range r.snapshot().Stacks {
		if stack.Name == name {
			return stack
		}
	}
	return Stack{}
}

func (r inRegion) stacks() *cloudformation.Client {
	return cloudformation.NewFromConfig(r.sdk())
}

// parameters are those of the templates in testdata, where template has them.
func (r inRegion) parameters(template string) []types.Parameter {
	if !strings.Contains(template, "CodeBucket") {
		return nil
	}
	return []types.Parameter{
		{ParameterKey: aws.String("CodeBucket"), ParameterValue: aws.String(r.codeBucket())},
		{ParameterKey: aws.String("CodeKey"), ParameterValue: aws.String(codeKey)},
		{ParameterKey: aws.String("CertificateArn"), ParameterValue: aws.String(certificate)},
	}
}

func (r inRegion) create(name, template string) error {
	_, err := r.stacks().CreateStack(r.t.Context(), &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: &template, Parameters: r.parameters(template),
	})
	return err
}

func (r inRegion) update(name, template string) error {
	_, err := r.stacks().UpdateStack(r.t.Context(), &cloudformation.UpdateStackInput{
		StackName: &name, TemplateBody: &template, Parameters: r.parameters(template),
	})
	return err
}

func (r inRegion) delete(name string) error {
	_, err := r.stacks().DeleteStack(r.t.Context(), &cloudformation.DeleteStackInput{StackName: &name})
	return err
}

// rollsBack updates a stack, which must fail for this reason, and leave all as it was.
func (r inRegion) rollsBack(name, template, reason string) {
	r.t.Helper()
	before, stock := r.snapshot(), r.stock()
	contains(r.t, r.update(name, template), reason)
	if s := r.stack(name); s.Status != "UPDATE_ROLLBACK_COMPLETE" || !strings.Contains(s.StatusReason, reason) {
		r.t.Errorf("got %+v, want it rolled back because of %q", s, reason)
	}
	after := r.snapshot()
	after.Stacks = before.Stacks
	if diff := cmp.Diff(before, after); diff != "" {
		r.t.Errorf("rolled back (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(stock, r.stock()); diff != "" {
		r.t.Errorf("rolled back (-before +after):\n%s", diff)
	}
}

// scaleOut does what Application Auto Scaling does.
func (r inRegion) scaleOut(instances int32) {
	r.t.Helper()
	_, err := sagemaker.NewFromConfig(r.sdk()).UpdateEndpointWeightsAndCapacities(r.t.Context(),
		&sagemaker.UpdateEndpointWeightsAndCapacitiesInput{
			EndpointName: aws.String("service"),
			DesiredWeightsAndCapacities: []sagemakertypes.DesiredWeightAndCapacity{{
				VariantName: aws.String("primary"), DesiredInstanceCount: &instances,
			}},
		})
	must(r.t, err)
}

// invoke asks the service's endpoint, which answers what is queued, and one
// that does not exist.
func (r inRegion) invoke() {
	r.t.Helper()
	want := EndpointResult{Body: `{"score": 0.5}`, ContentType: "application/json", CustomAttributes: "trace=1", Variant: "primary"}
	must(r.t, r.aws().QueueEndpointResults(r.t.Context(), r.name, want))
	client := sagemakerruntime.NewFromConfig(r.sdk())
	answer, err := client.InvokeEndpoint(r.t.Context(), &sagemakerruntime.InvokeEndpointInput{
		EndpointName: aws.String("service"), Body: []byte(`{"x": 1}`),
	})
	must(r.t, err)
	got := EndpointResult{
		Body: string(answer.Body), ContentType: aws.ToString(answer.ContentType),
		CustomAttributes: aws.ToString(answer.CustomAttributes), Variant: aws.ToString(answer.InvokedProductionVariant),
	}
	if got != want {
		r.t.Errorf("got %+v, want %+v", got, want)
	}
	_, err = client.InvokeEndpoint(r.t.Context(), &sagemakerruntime.InvokeEndpointInput{
		EndpointName: aws.String("absent"), Body: []byte("{}"),
	})
	contains(r.t, err, "ValidationError", "Endpoint absent of account 123456789012 not found")

	// The same as a response stream.
	streamed, err := client.InvokeEndpointWithResponseStream(r.t.Context(), &sagemakerruntime.InvokeEndpointWithResponseStreamInput{
		EndpointName: aws.String("service"), Body: []byte(`{"x": 1}`),
	})
	must(r.t, err)
	stream := streamed.GetStream()
	defer func() { _ = stream.Close() }()
	parts, body := 0, ""
	for event := range stream.Events() {
		part, ok := event.(*runtimetypes.ResponseStreamMemberPayloadPart)
		if !ok {
			r.t.Fatalf("got a %T", event)
		}
		parts, body = parts+1, body+string(part.Value.Bytes)
	}
	if err := stream.Err(); err != nil || parts != 2 || body != want.Body || aws.ToString(streamed.ContentType) != want.ContentType ||
		aws.ToString(streamed.InvokedProductionVariant) != want.Variant {
		r.t.Errorf("streamed: got %q in %d parts, %+v, %v", body, parts, streamed, err)
	}
	_, err = client.InvokeEndpointWithResponseStream(r.t.Context(), &sagemakerruntime.InvokeEndpointWithResponseStreamInput{
		EndpointName: aws.String("absent"), Body: []byte("{}"),
	})
	contains(r.t, err, "ValidationError", "Endpoint absent of account 123456789012 not found")
}

const codeKey = "gateway.zip"

// codeBucket is a bucket of the region's own: their names are everybody's.
func (r inRegion) codeBucket() string { return "code-" + r.name }

// putCode makes a bucket with a Lambda function's archive.
func (r inRegion) putCode() {
	r.t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	file, err := w.Create("bootstrap")
	must(r.t, err)
	_, err = file.Write([]byte("#!/bin/sh\n"))
	must(r.t, err)
	must(r.t, w.Close())
	location := "<CreateBucketConfiguration><LocationConstraint>" + r.name + "</LocationConstraint></CreateBucketConfiguration>"
	r.request(http.MethodPut, "/"+r.codeBucket(), "s3", nil, []byte(location))
	r.request(http.MethodPut, "/"+r.codeBucket()+"/"+codeKey, "s3", nil, archive.Bytes())
}

// inventory is what there is besides what a Snapshot tells, by service and
// operation. Asked for over HTTP: the SDK's module for EC2 alone takes longer
// to compile than all these tests take.
func (r inRegion) inventory() map[string]string {
	r.t.Helper()
	found := map[string]string{}
	for _, operation := range []string{
		"DescribeAddresses", "DescribeInternetGateways", "DescribeNatGateways", "DescribeNetworkAcls",
		"DescribeNetworkInterfaces", "DescribeRouteTables", "DescribeSecurityGroups", "DescribeSubnets",
		"DescribeVpcEndpoints", "DescribeVpcs",
	} {
		form := url.Values{"Action": {operation}, "Version": {"2016-11-15"}}
		found["ec2 "+operation] = r.request(http.MethodPost, "/", "ec2", form, nil)
	}
	for _, target := range []string{"Logs_20140328.DescribeLogGroups", "SageMaker.ListModels", "SageMaker.ListEndpointConfigs"} {
		service, _, _ := strings.Cut(strings.ToLower(target), ".")
		service, _, _ = strings.Cut(service, "_")
		found[target] = r.request(http.MethodPost, "/", service, url.Values{"X-Amz-Target": {target}}, []byte("{}"))
	}
	// Roles have no region.
	form := url.Values{"Action": {"ListRoles"}, "Version": {"2010-05-08"}, "MaxItems": {"1000"}}
	roles := r.request(http.MethodPost, "/", "iam", form, nil)
	found["iam ListRoles"] = strings.Join(serviceRole.FindAllString(roles, -1), "")
	return found
}

// stock is the inventory without the roles, which another test's can be among.
func (r inRegion) stock() map[string]string {
	r.t.Helper()
	found := r.inventory()
	delete(found, "iam ListRoles")
	return found
}

var serviceRole = regexp.MustCompile(`<RoleName>service-.*?</RoleName>`)

var requestID = regexp.MustCompile(`<[rR]equestId>.*?</[rR]equestId>`)

// request calls an AWS API: with a form, or with a JSON body whose target is a header.
func (r inRegion) request(method, path, service string, form url.Values, body []byte) string {
	r.t.Helper()
	if form != nil && body == nil {
		body = []byte(form.Encode())
	}
	request, err := http.NewRequestWithContext(r.t.Context(), method, shared.URL()+path, bytes.NewReader(body))
	must(r.t, err)
	// moto looks at the service and region, not at the signature.
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20260101/"+r.name+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
	if target := form.Get("X-Amz-Target"); target != "" {
		request.Header.Set("X-Amz-Target", target)
		request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	} else if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := http.DefaultClient.Do(request)
	must(r.t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	must(r.t, err)
	if response.StatusCode != http.StatusOK {
		r.t.Fatalf("%s %s %s: %s\n%s", method, service, path, response.Status, answer)
	}
	return requestID.ReplaceAllString(string(answer), "")
}
