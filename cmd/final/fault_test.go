package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// fault is what an AWS answers to an action in place of the local AWS.
type fault struct {
	// action is such as RegisterScalableTarget.
	action string
	// in is a part of the call's body. Default: "", any call.
	in string
	// code is the error's, such as AccessDeniedException, with the status and message.
	code, message string
	status        int
	// times is how often. Default: 0, always.
	times int
	// after lets so many calls through before.
	after int
	// hook is called in place of an error: the call goes on.
	hook func()
	// reply is the answer, of status 200, in place of an error.
	reply string
}

// faulty lets calls through to the local AWS but for faults, and counts all by action.
type faulty struct {
	mu     sync.Mutex
	faults []fault
	calls  map[string]int
}

// behind puts the faults between the program and the local AWS.
func (n night) behind(faults ...fault) *faulty {
	n.t.Helper()
	f := &faulty{faults: faults, calls: map[string]int{}}
	to, err := url.Parse(n.aws.URL())
	n.must(err)
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = log.New(io.Discard, "", 0) // of programs that were killed
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		action, query := actionOf(r, body)
		if f := f.of(action, string(body)); f != nil && f.hook != nil {
			f.hook()
		} else if f != nil {
			f.answer(w, query)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	n.t.Cleanup(server.Close)
	n.t.Setenv("AWS_ENDPOINT_URL", server.URL)
	return f
}

// actionOf is the action of a request, and whether its protocol is AWS's Query.
func actionOf(r *http.Request, body []byte) (action string, query bool) {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		return target[strings.LastIndex(target, ".")+1:], false
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || form.Get("Action") == "" {
		return r.URL.Path, false
	}
	return form.Get("Action"), true
}

// of is the fault of a call, nil for none.
func (f *faulty) of(action, body string) *fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[action]++
	for i := range f.faults {
		one := &f.faults[i]
		n := f.calls[action] - one.after
		if one.action == action && n > 0 && (one.times == 0 || n <= one.times) && strings.Contains(body, one.in) {
			return one
		}
	}
	return nil
}

func (f fault) answer(w http.ResponseWriter, query bool) {
	if f.reply != "" {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, f.reply)
		return
	}
	if query {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(f.status)
		fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error>"+
			"</ErrorResponse>", f.code, f.message)
		return
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(f.status)
	fmt.Fprintf(w, `{"__type": %q, "message": %q}`, f.code, f.message)
}

// denied is an action that the caller's policies do not allow.
func denied(action string) fault {
	return fault{action: action, code: "AccessDeniedException", status: http.StatusBadRequest,
		message: "User is not authorized to perform this action"}
}

// quickly makes everything that waits do so for no time.
func quickly(t *testing.T) {
	t.Helper()
	attempts, backoff, every, long := registrationAttempts, registrationBackoff, readBackEvery, readBackFor
	look, patience := endpointEvery, endpointFor
	registrationBackoff, readBackEvery, readBackFor = time.Millisecond, time.Millisecond, 50*time.Millisecond
	endpointEvery = time.Millisecond
	t.Cleanup(func() {
		registrationAttempts, registrationBackoff, readBackEvery, readBackFor = attempts, backoff, every, long
		endpointEvery, endpointFor = look, patience
	})
}

// TestRefusedBeforeAnythingChanges: each mistake is one line that says what to do, and
// nothing is changed.
func TestRefusedBeforeAnythingChanges(t *testing.T) {
	n := newNight(t, "us-west-1")
	quickly(t)
	throttled := fault{action: "RegisterScalableTarget", code: "ThrottlingException", message: "Rate exceeded",
		status: http.StatusBadRequest}
	for _, c := range []struct {
		name   string
		args   []string
		faults []fault
		want   string
	}{
		{name: "over the maximum", args: []string{"floor", "60"},
			want: "got 60: variant main scales to 40 instances at most: " +
				"give that or less, or deploy a higher maximum (scaling.maxCapacity, then make deploy ENV=prod)"},
		{name: "zero", args: []string{"floor", "0"}, want: "got 0: the minimum is 1 or more"},
		{name: "negative", args: []string{"floor", "-3"}, want: "got -3: the minimum is 1 or more"},
		{name: "no number", args: []string{"floor", "many"}, want: `got "many": the minimum is a whole number`},
		{name: "huge", args: []string{"floor", "99999999999"}, want: `got "99999999999": the minimum is a whole number`},
		{name: "no minimum", args: []string{"floor"}, want: "got 0 arguments: give the minimum"},
		{name: "two minimums", args: []string{"floor", "10", "20"}, want: "got 2 arguments: give the minimum"},
		{name: "nothing of that name", args: []string{"floor", "10", "--of", "maim"},
			want: `--of: got "maim": what scales is main`},
		{name: "no time", args: []string{"floor", "10", "--until", "soon"},
			want: `--until: got "soon": a time is written as 22:45`},
		{name: "a time that is over", args: []string{"floor", "10", "--until", "2027-05-29T20:00:00Z"},
			want: "it is over, now is Sat 29 May 21:05 BST (20:05 UTC)"},
		{name: "a time too far ahead", args: []string{"floor", "10", "--until", "2027-06-29T20:00"},
			want: "it is more than a day ahead"},
		{name: "arguments of freeze", args: []string{"freeze", "10"}, want: `got "10": the command has no arguments`},
		{name: "arguments of resume", args: []string{"resume", "now"}, want: `got "now": the command has no arguments`},
		{name: "no describing", args: []string{"floor", "10"}, faults: []fault{denied("DescribeEndpoint")},
			want: "use credentials that may call sagemaker:DescribeEndpoint"},
		{name: "no targets", args: []string{"freeze"}, faults: []fault{denied("DescribeScalableTargets")},
			want: "use credentials that may call application-autoscaling:DescribeScalableTargets"},
		{name: "no tags", args: []string{"floor", "10"}, faults: []fault{denied("ListTags")},
			want: "use credentials that may call sagemaker:ListTags"},
		{name: "no tagging", args: []string{"floor", "10"}, faults: []fault{denied("AddTags")},
			want: "use credentials that may call sagemaker:AddTags"},
		{name: "no registering", args: []string{"floor", "10"}, faults: []fault{denied("RegisterScalableTarget")},
			want: "use credentials that may call application-autoscaling:RegisterScalableTarget"},
		{name: "no freezing", args: []string{"freeze"}, faults: []fault{denied("RegisterScalableTarget")},
			want: "use credentials that may call application-autoscaling:RegisterScalableTarget"},
		{name: "throttled", args: []string{"floor", "10"}, faults: []fault{throttled},
			want: "AWS throttles the account's calls: wait a minute, and run it again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := n
			n.t = t
			n.behind(c.faults...)
			got := n.run(during, append(c.args, "--yes")...)
			got.is(t, 2, c.want)
			if lines := strings.Count(got.errors, "\n"); lines != 1 {
				t.Errorf("got %d lines, want one:\n%s", lines, got.errors)
			}
			n.stands(untouched)
		})
	}
}

// TestNobodyToAsk: no credentials, those of another account, no endpoint, no registration.
func TestNobodyToAsk(t *testing.T) {
	n := newNight(t, "us-west-2")
	commands := [][]string{{"status"}, {"floor", "10", "--yes"}, {"freeze", "--yes"}, {"resume", "--yes"}}
	all := func(name, want string) {
		t.Helper()
		for _, args := range commands {
			got := n.run(during, args...)
			got.is(t, 2, want)
			if strings.Count(got.errors, "\n") != 1 || got.out != "" {
				t.Errorf("%s: got %s\n%s\nwant one line", name, got.out, got.errors)
			}
		}
	}
	text := nightFile
	n.environment("prod", strings.Replace(text, "{name: predictions}", "{name: elsewhere}", 1))
	all("no endpoint", "there is no endpoint elsewhere in account 123456789012, us-west-2: deploy the environment first")
	n.environment("prod", strings.Replace(text, `account: "123456789012"`, `account: "777788889999"`, 1))
	all("another account", "the credentials are for account 123456789012, and the environment is in account 777788889999")
	n.environment("prod", text)
	n.stands(untouched)
	environ := n.aws.Environ(n.region)
	var none []string
	for _, kv := range environ {
		if !strings.Contains(kv, "KEY") {
			none = append(none, kv)
		}
	}
	n.credentials(none)
	all("no credentials", "no credentials for account 123456789012: give some, such as AWS_PROFILE\n")
	n.credentials(environ)
	n.environment("prod", strings.Replace(text, "{instanceType", "{name: other, instanceType", 1))
	for _, args := range commands[1:3] {
		n.run(during, args...).is(t, 2, "variant other is not registered with Application Auto Scaling as "+
			"endpoint/predictions/variant/other: deploy the environment first")
	}
	n.run(during, "status").is(t, 1, "variant other is not registered with Application Auto Scaling: nothing scales it")
}

// TestKilledBetweenTheCalls ends the program at each call that changes something. Run again,
// the command does all of it; and resume takes all of it back.
func TestKilledBetweenTheCalls(t *testing.T) {
	n := newNight(t, "ca-central-1")
	quickly(t)
	killed := func(args []string, action string) {
		t.Helper()
		n := n
		ctx, cancel := context.WithCancel(t.Context())
		n.behind(fault{action: action, hook: cancel})
		var out, problems bytes.Buffer
		args = append(args, "--yes", "--env", "prod", "--environments", n.dir, "--now", during)
		status := final(ctx, args, strings.NewReader(""), &out, &problems)
		(ran{status, out.String(), problems.String()}).is(t, 130, "interrupted\nRun \"final "+args[0])
		n.credentials(n.aws.Environ(n.region))
	}
	held := `endpoint/predictions/variant/main 30 to 40 in=false out=false scheduled=true
tag final/floor/main: min=30 was=20 suspended=false set=2027-05-29T20:05:00Z
predictions has 30 instances
alarm final-reminder-predictions: IF(EPOCH(requests) >= 1811621100, 1, 0) breaching to []`
	released := `endpoint/predictions/variant/main 20 to 40 in=false out=false scheduled=false
predictions has 30 instances`
	n.run(during, "floor", "30", "--yes").is(t, 0)
	n.run(during, "resume", "--yes").is(t, 0)
	n.stands(released)
	for _, action := range []string{"AddTags", "PutMetricAlarm", "RegisterScalableTarget"} {
		killed([]string{"floor", "30"}, action)
		n.run(during, "resume", "--yes").is(t, 0)
		n.stands(released)
		killed([]string{"floor", "30"}, action)
		n.run(during, "floor", "30", "--yes").is(t, 0)
		n.stands(held)
		n.run(during, "resume", "--yes").is(t, 0)
	}
	for _, action := range []string{"RegisterScalableTarget", "DeleteAlarms", "DeleteTags"} {
		n.run(during, "floor", "30", "--yes").is(t, 0)
		killed([]string{"resume"}, action)
		n.run(during, "resume", "--yes").is(t, 0)
		n.stands(released)
	}
}

// TestWhatCannotBeTakenBackIsSaid: the registration is refused, and so is removing the tag.
func TestWhatCannotBeTakenBackIsSaid(t *testing.T) {
	n := newNight(t, "eu-north-1")
	quickly(t)
	n.behind(denied("RegisterScalableTarget"), denied("DeleteTags"))
	n.run(during, "floor", "10", "--yes").is(t, 1, "may call application-autoscaling:RegisterScalableTarget",
		"The tag final/floor/main and the reminder stay", "may call sagemaker:DeleteTags; run final resume --env prod")
	n.credentials(n.aws.Environ(n.region))
	n.run(before, "resume", "--yes").is(t, 0)
	n.stands(untouched)

	// A floor that stands gets its tag back.
	n.run(during, "floor", "22", "--yes").is(t, 0)
	standing := n.state()
	n.behind(denied("RegisterScalableTarget"))
	n.run(during, "floor", "33", "--yes", "--until", "22:00").is(t, 2)
	n.stands(standing)
	n.behind(denied("DeleteAlarms"))
	n.run(during, "resume", "--yes").is(t, 1, "the scaling is taken back, and the reminder is not",
		"cloudwatch:DeleteAlarms")
	n.behind(denied("DeleteTags"))
	n.run(during, "resume", "--yes").is(t, 1, "the scaling is taken back, and the endpoint's tags stay",
		"sagemaker:DeleteTags")
	n.behind(denied("PutMetricAlarm"))
	n.run(during, "floor", "33", "--yes").is(t, 0, "Nothing reminds of it: cloudwatch:PutMetricAlarm: AccessDenied",
		"The minimum of variant main is 33 instances.")
}

// TestRegistrationIsTriedAgain: while other changes of the target are in progress, and where
// the answer of a read is older than the registration.
func TestRegistrationIsTriedAgain(t *testing.T) {
	n := newNight(t, "ap-south-1")
	quickly(t)
	busy := fault{action: "RegisterScalableTarget", code: "ConcurrentUpdateException", status: http.StatusBadRequest,
		message: "there is already a pending update", times: 4}
	stale := fault{action: "DescribeScalableTargets", after: 2, times: 5, reply: `{"ScalableTargets": [{
		"ServiceNamespace": "sagemaker", "ResourceId": "endpoint/predictions/variant/main", "MinCapacity": 6,
		"MaxCapacity": 40, "ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}]}`}
	f := n.behind(busy, stale)
	n.run(during, "floor", "30", "--yes").is(t, 0)
	if calls := f.calls["RegisterScalableTarget"]; calls != 5 {
		t.Errorf("got %d calls, want 5", calls)
	}
	if calls := f.calls["DescribeScalableTargets"]; calls != 8 {
		t.Errorf("got %d reads, want 8", calls)
	}
	busy.times, stale.times = 0, 0
	f = n.behind(busy)
	n.run(during, "floor", "31", "--yes").is(t, 2, "RegisterScalableTarget: "+
		"ConcurrentUpdateException: there is already a pending update; another change of it is in progress: run it again")
	if calls := f.calls["RegisterScalableTarget"]; calls != registrationAttempts {
		t.Errorf("got %d calls, want %d", calls, registrationAttempts)
	}
	n.behind(stale)
	n.run(during, "floor", "32", "--yes").is(t, 1, "the registration of variant main was accepted, and after 50ms "+
		"the minimum is 6, not 32")
}

// TestWaitsWhileTheEndpointIsUpdating: SageMaker refuses another capacity meanwhile.
func TestWaitsWhileTheEndpointIsUpdating(t *testing.T) {
	n := newNight(t, "ap-northeast-1")
	quickly(t)
	client := n.sagemaker()
	described, err := client.DescribeEndpointConfig(t.Context(),
		&sagemaker.DescribeEndpointConfigInput{EndpointConfigName: aws.String("predictions")})
	n.must(err)
	_, err = client.CreateEndpointConfig(t.Context(), &sagemaker.CreateEndpointConfigInput{
		EndpointConfigName: aws.String("next"), ProductionVariants: described.ProductionVariants})
	n.must(err)
	updating := func(config string, looks int) {
		n.must(n.aws.SlowEndpoints(t.Context(), n.region, looks))
		_, err := client.UpdateEndpoint(t.Context(), &sagemaker.UpdateEndpointInput{EndpointName: aws.String("predictions"),
			EndpointConfigName: &config, RetainAllVariantProperties: aws.Bool(true)})
		n.must(err)
	}
	updating("next", 6)
	n.run(during, "status").is(t, 1, "endpoint predictions is Updating",
		"the endpoint is Updating: nothing scales meanwhile")
	f := n.behind()
	n.run(during, "floor", "30", "--yes").is(t, 0, "Waiting: endpoint predictions is Updating, and SageMaker refuses "+
		"another capacity meanwhile. Ctrl-C leaves all as it is.")
	if calls := f.calls["DescribeEndpoint"]; calls < 4 {
		t.Errorf("got %d looks at the endpoint, want more", calls)
	}
	for range 10 { // the scale-out takes its time too
		_, err := client.DescribeEndpoint(t.Context(),
			&sagemaker.DescribeEndpointInput{EndpointName: aws.String("predictions")})
		n.must(err)
	}
	held := n.state()

	updating("predictions", 1000)
	ctx, cancel := context.WithCancel(t.Context())
	n.behind(fault{action: "DescribeEndpoint", after: 5, hook: cancel})
	var out, problems bytes.Buffer
	status := final(ctx, []string{"floor", "35", "--yes", "--env", "prod", "--environments", n.dir, "--now", during},
		strings.NewReader(""), &out, &problems)
	(ran{status, out.String(), problems.String()}).is(t, 130, "Ctrl-C leaves all as it is.", "interrupted\n")
	n.stands(held)
	n.credentials(n.aws.Environ(n.region))
	endpointFor = 20 * time.Millisecond
	n.run(during, "floor", "35", "--yes").is(t, 2, "endpoint predictions has been Updating for 20ms",
		"nothing was changed")
	n.behind(fault{action: "DescribeEndpoint", reply: `{"EndpointName": "predictions", "EndpointArn": "arn",
		"EndpointStatus": "Failed", "FailureReason": "no capacity", "EndpointConfigName": "next",
		"CreationTime": 0, "LastModifiedTime": 0}`})
	n.run(during, "floor", "35", "--yes").is(t, 2,
		"endpoint predictions is Failed (no capacity): its capacity cannot be changed")
	n.credentials(n.aws.Environ(n.region))
	n.stands(held)
	n.must(n.aws.SlowEndpoints(t.Context(), n.region, 0))
}
