package checks

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscredentials "github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagemaker-autoscaling-inference/cdk/config"
)

// denier refuses every call in the words of its protocol.
type denier struct{}

func (denier) Do(request *http.Request) (*http.Response, error) {
	body := `<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>`
	if strings.HasPrefix(request.URL.Host, "ec2.") {
		body = `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>`
	}
	if strings.Contains(request.Header.Get("Content-Type"), "json") {
		body = `{"__type": "AccessDeniedException", "message": "no"}`
	}
	return &http.Response{StatusCode: http.StatusForbidden, Header: http.Header{}, Request: request,
		Body: io.NopCloser(strings.NewReader(body))}, nil
}

// TestPermissionsMissing refuses everything: nothing is wrong, and each check says which of
// its actions it may not call.
func TestPermissionsMissing(t *testing.T) {
	loaded, err := config.Load("../../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	e := loaded[0]
	e.Endpoint.VolumeKeyARN = "arn:aws:kms:eu-west-1:" + e.Account + ":key/1"
	e.Frontend.MinimumCapacityUnits = 200
	results := Run(context.Background(), Options{Environment: e, Now: evening, At: evening, App: ".", AWS: aws.Config{
		Region: e.Region, HTTPClient: denier{}, Credentials: awscredentials.NewStaticCredentialsProvider("a", "b", ""),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}})
	said := map[string]bool{}
	for _, r := range results {
		said[r.Group+"/"+r.Check] = true
		i := slices.IndexFunc(table, func(c check) bool { return c.group == r.Group && c.name == r.Check })
		names := slices.ContainsFunc(append(slices.Clone(table[i].permissions), permission{"sts:GetCallerIdentity", ""}),
			func(p permission) bool { return strings.Contains(r.Reason, "use credentials that may call "+p.action) })
		if r.Verdict != Unknown || !names {
			t.Errorf("%s/%s: got %+v", r.Group, r.Check, r)
		}
	}
	for _, c := range table {
		name := c.group + "/" + c.name
		// prod has no domain, and its gateway is no function.
		if has := name != "load balancer/hosted zone" && name != "account/quota of concurrency"; said[name] != has {
			t.Errorf("%s: a result is %t, want %t", name, said[name], has)
		}
	}
}

// TestReserved looks for a reservation only while the calendar has one.
func TestReserved(t *testing.T) {
	loaded, err := config.Load("../../../config/environments", "prod")
	if err != nil {
		t.Fatal(err)
	}
	e := loaded[0]
	e.Frontend.ReserveLoadBalancerCapacity, e.Frontend.Capacity.BytesPerRequest = true, 4000
	for _, c := range []struct {
		name    string
		now, at time.Time
		want    string
	}{
		{"long after all events", evening.AddDate(5, 0, 0), evening.AddDate(5, 0, 0), ""},
		{"a day before, for the event", evening.AddDate(0, 0, -1), evening.Add(time.Hour), "are asked for at 2027-05-29"},
	} {
		r := newReader(Options{Environment: e, Now: c.now, At: c.at})
		got := ""
		for _, result := range reservation(context.Background(), r) {
			got += string(result.Verdict) + " " + result.Found
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
