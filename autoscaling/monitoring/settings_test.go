package monitoring_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/monitoring"
	"github.com/sagemaker-autoscaling-inference/cdk/test/alarms"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	const topic = "arn:aws:sns:eu-west-1:111122223333:alarms"
	type settings = monitoring.Settings
	type thresholds = monitoring.Thresholds
	for _, test := range []struct {
		set  monitoring.Settings
		want string
	}{
		{settings{}, ""},
		{settings{TopicARNs: []string{topic, "${Token[TOKEN.123]}"}, Off: []string{"diskUsed"}, LogRetentionDays: 30,
			RunbookURL: "https://wiki.example.com/runbook", LatencyObjective: time.Second,
			Thresholds: thresholds{MinRequests: 100, ErrorRate: 0.02, LatencyPercentile: 99.9, CanaryFactor: 1.5,
				AtMaximumFor: 30 * time.Minute}}, ""},
		{settings{Emails: []string{"on-call@example.com"}}, ""},
		{settings{TopicARNs: []string{"alarms", topic, topic, topic + ".fifo"}, Emails: []string{"on-call@example.com"}},
			`TopicARNs[0]: got "alarms": this is not the ARN of a topic; such as "arn:aws:sns:eu-west-1:111122223333:alarms"
TopicARNs[2]: got "` + topic + `": this topic is there twice; remove one of the two
TopicARNs[3]: got "` + topic + `.fifo": an alarm does not tell a FIFO topic; give a standard topic
Emails: got 1: addresses subscribe to a new topic, and TopicARNs are in its place; ` +
				`subscribe them to the topic that exists, or leave TopicARNs out`},
		{settings{TopicARNs: []string{topic, topic + "2", topic + "3", topic + "4", topic + "5", topic + "6"}},
			`TopicARNs: got 6: an alarm has at most 5 actions for each of its states; let one topic tell the others`},
		{settings{Emails: []string{"on-call", "On Call <a@example.com>", "a@example.com", "a@example.com"}},
			`Emails[0]: got "on-call": this is not an e-mail address; such as "on-call@example.com"
Emails[1]: got "On Call <a@example.com>": the address stands alone, without a name; write a@example.com
Emails[3]: got "a@example.com": this address is there twice; remove one of the two`},
		{settings{Off: []string{"diskused", "cpuUsed", "cpuUsed"}},
			`Off[0]: got "diskused": there is no kind of alarm with this name; write diskUsed
Off[2]: got "cpuUsed": this kind is there twice; remove one of the two`},
		{settings{RunbookURL: "wiki.example.com/runbook", LogRetentionDays: 31, LatencyObjective: -time.Second},
			`RunbookURL: got "wiki.example.com/runbook": this is not the address of a page; ` +
				`write https://wiki.example.com/runbook
LogRetentionDays: got 31: CloudWatch Logs does not keep events for so many days; set it to 60
LatencyObjective: got -1s: a latency is over 0s; take it from a load test, such as 500ms`},
		{settings{RunbookURL: "https://wiki.example.com/#alarms", LatencyObjective: 2 * time.Hour},
			`RunbookURL: got "https://wiki.example.com/#alarms": each alarm adds the name of its section; ` +
				`write https://wiki.example.com/
LatencyObjective: got 2h: no request takes more than an hour; take it from a load test, such as 500ms`},
		{settings{Thresholds: thresholds{MinRequests: -1, ErrorRate: 2, ModelErrorRate: -0.1, ShedRate: 100, CPU: 70,
			LatencyPercentile: 0.99, BacklogAge: 25 * time.Hour, AtMaximumFor: 90 * time.Second,
			FloorMissingFor: 13 * time.Hour, CanaryFactor: 0.5}},
			`Thresholds.LatencyPercentile: got 0.99: it is the percentile of LatencyObjective, which is not given; ` +
				`give LatencyObjective, or remove it
Thresholds.MinRequests: got -1: a minute has at least 1 request to be judged; leave it out for 20
Thresholds.ErrorRate: got 2: an error rate is a share of the requests, over 0 and under 1; write 0.02 for 2 %
Thresholds.ModelErrorRate: got -0.1: an error rate is a share of the requests, over 0 and under 1; such as 0.02 for 2 %
Thresholds.ShedRate: got 100: it is a share of the requests, over 0 and under 1; such as 0.02 for 2 %
Thresholds.LatencyPercentile: got 0.99: a percentile is over 0 and under 100; write 99
Thresholds.AtMaximumFor: got 1m30s: this is whole minutes, up to 12h; write 2m
Thresholds.FloorMissingFor: got 13h: this is whole minutes, up to 12h; such as 10m
Thresholds.BacklogAge: got 25h: a request waits from 1s to 24h; such as 15m
Thresholds.CPU: got 70: it is a share of the instance's vCPUs, over 0 and under 1; write 0.7 for 70 %
Thresholds.CanaryFactor: got 0.5: a factor is over 1 and at most 100; such as 2 for twice as often`},
	} {
		got := ""
		if err := test.set.Validate().Err(); err != nil {
			got = err.Error()
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v: %s", test.set, diff)
		}
	}
}

// Thresholds that are given are in the alarms and in what they say.
func TestThresholdsAreUsed(t *testing.T) {
	t.Parallel()
	set := monitoring.Settings{LatencyObjective: 250 * time.Millisecond, RunbookURL: "https://wiki.example.com/runbook",
		Thresholds: monitoring.Thresholds{MinRequests: 77, ErrorRate: 0.03, LatencyPercentile: 95,
			AtMaximumFor: 17 * time.Minute, CPU: 0.5}}
	for _, a := range subjects()["service"].Alarms(set) {
		if !strings.Contains(a.Description, "What to do: https://wiki.example.com/runbook#") {
			t.Errorf("%s: got %q", a.Kind, a.Description)
		}
		switch {
		case a.Kind == "loadBalancerErrors" && (a.Threshold != 0.03 ||
			!strings.Contains(a.Description, "3 % or more of at least 77")),
			a.Kind == "latency" && (a.Threshold != 0.25 || !strings.Contains(a.Description, "p95 of the requests")),
			a.Kind == "atMaximum" && (a.DatapointsToAlarm != 17 || a.EvaluationPeriods != 20),
			a.Kind == "cpuUsed" && a.Threshold != 0.5*48*100:
			t.Errorf("%s: got %+v", a.Kind, a)
		}
	}
}

func TestComposite(t *testing.T) {
	t.Parallel()
	all := subjects()["service"].Alarms(settings())
	ref := func(a monitoring.Alarm) string { return a.Kind + "-" + a.Of }
	for _, severity := range []monitoring.Severity{monitoring.Critical, monitoring.Warning, monitoring.Notice} {
		rule, err := monitoring.Composite(all, severity, ref)
		if err != nil {
			t.Fatal(err)
		}
		composite, err := alarms.NewComposite("all", rule)
		if err != nil {
			t.Fatalf("%s: %v", rule, err)
		}
		states := map[string]alarms.State{}
		for _, a := range all {
			states[ref(a)] = alarms.OK
		}
		for _, a := range all {
			states[ref(a)] = alarms.InAlarm
			want := alarms.OK
			if a.Severity == severity {
				want = alarms.InAlarm
			}
			if got, err := composite.Evaluate(states); err != nil || got != want {
				t.Errorf("%s while %s is in alarm: got %s, %v", severity, ref(a), got, err)
			}
			states[ref(a)] = alarms.OK
		}
	}
	if rule, err := monitoring.Composite(nil, monitoring.Critical, ref); rule != "" || err != nil {
		t.Errorf("without alarms: got %q, %v", rule, err)
	}
	many := make([]monitoring.Alarm, 101)
	for i := range many {
		many[i].Severity = monitoring.Notice
	}
	if _, err := monitoring.Composite(many, monitoring.Notice, ref); err == nil {
		t.Error("101 alarms are too many for one rule")
	}
	long := func(monitoring.Alarm) string { return strings.Repeat("a", 200) }
	if _, err := monitoring.Composite(many[:60], monitoring.Notice, long); err == nil {
		t.Error("60 names of 200 characters are too long for one rule")
	}
}

func TestSettingsOfASubject(t *testing.T) {
	t.Parallel()
	for name, subject := range subjects() {
		set := monitoring.Settings{}
		if !subject.Asynchronous {
			set = settings()
		}
		if err := subject.Validate(set).Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	canary := variant("canary", "")
	canary.CanaryOf = "canary"
	old := variant("old", "")
	old.CanaryOf = "mian"
	alone := monitoring.Subject{Variants: []monitoring.Variant{canary}}
	for _, test := range []struct {
		subject monitoring.Subject
		set     monitoring.Settings
		want    string
	}{
		{subjects()["service"], monitoring.Settings{LatencyObjective: time.Minute, Off: []string{"cpu"},
			Thresholds: monitoring.Thresholds{BacklogAge: time.Minute}},
			`Off[0]: got "cpu": there is no kind of alarm with this name; use one of loadBalancerErrors, ` +
				`LatencyObjective: got 1m: the gateway ends a request after 1m, so that none takes longer; ` +
				`lower it to what users wait for, such as 500ms
Thresholds.BacklogAge: got 1m: only asynchronous endpoints have a backlog; remove it`},
		{subjects()["asynchronous"], settings(),
			`LatencyObjective: got 500ms: requests of an asynchronous endpoint wait in a queue; give Thresholds.BacklogAge instead`},
		{alone, monitoring.Settings{}, `Variants[0].CanaryOf: got "canary": the endpoint has no other variant of this name; ` +
			`remove it, since the endpoint has one variant`},
		{monitoring.Subject{Variants: []monitoring.Variant{variant("main", ""), old}}, monitoring.Settings{},
			`Variants[1].CanaryOf: got "mian": the endpoint has no other variant of this name; give one of main`},
	} {
		got := test.subject.Validate(test.set).Error()
		if i := strings.Index(got, "rejectedConnections"); i >= 0 { // the list of all kinds
			got = got[:i] + got[strings.Index(got, "\n")+1:]
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Error(diff)
		}
	}
}
