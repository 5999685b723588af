package monitoring

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// maxURL keeps a description below CloudWatch's 1,024 characters.
const maxURL = 400

// retentions are the days that CloudWatch Logs keeps an event for, 0 for no end
// (CloudWatch Logs API reference, PutRetentionPolicy).
var retentions = []int{0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
	3288, 3653}

// Validate returns everything wrong with the settings.
func (s Settings) Validate() problem.List {
	if ps := problem.UnresolvedNumbers(s); len(ps) > 0 {
		return ps
	}
	ps := s.validateTopics()
	for i, name := range s.Off {
		at := fmt.Sprintf("Off[%d]", i)
		if problem.Unresolved(name) {
			ps.AddUnresolved(at, "kinds are found by their names")
		} else if _, known := kindOf(name); !known {
			ps.Add(at, name, "there is no kind of alarm with this name", nearestKind(name))
		} else if slices.Index(s.Off, name) < i {
			ps.Add(at, name, "this kind is there twice", "remove one of the two")
		}
	}
	if u := s.RunbookURL; u != "" && !problem.Unresolved(u) {
		ps = append(ps, validateURL(u)...)
	}
	if !slices.Contains(retentions, s.LogRetentionDays) {
		ps.Add("LogRetentionDays", s.LogRetentionDays, "CloudWatch Logs does not keep events for so many days",
			fmt.Sprintf("set it to %d", nextRetention(s.LogRetentionDays)))
	}
	switch d := s.LatencyObjective; {
	case d < 0:
		ps.Add("LatencyObjective", d, "a latency is over 0s", "take it from a load test, such as 500ms")
	case d > time.Hour:
		ps.Add("LatencyObjective", d, "no request takes more than an hour", "take it from a load test, such as 500ms")
	}
	if s.LatencyObjective == 0 && s.Thresholds.LatencyPercentile != 0 {
		ps.Add("Thresholds.LatencyPercentile", s.Thresholds.LatencyPercentile,
			"it is the percentile of «LatencyObjective», which is not given", "give «LatencyObjective», or remove it")
	}
	return append(ps, s.Thresholds.validate().In("Thresholds")...)
}

// topicARN is what SNS calls a topic.
var topicARN = regexp.MustCompile(`^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$`)

func (s Settings) validateTopics() problem.List {
	var ps problem.List
	for i, arn := range s.TopicARNs {
		at := fmt.Sprintf("TopicARNs[%d]", i)
		switch {
		case problem.Unresolved(arn):
		case !topicARN.MatchString(arn):
			ps.Add(at, arn, "this is not the ARN of a topic", `such as "arn:aws:sns:eu-west-1:111122223333:alarms"`)
		case strings.HasSuffix(arn, ".fifo"):
			ps.Add(at, arn, "an alarm does not tell a FIFO topic", "give a standard topic")
		}
		if slices.Index(s.TopicARNs, arn) < i {
			ps.Add(at, arn, "this topic is there twice", "remove one of the two")
		}
	}
	if n := len(s.TopicARNs); n > 5 {
		ps.Add("TopicARNs", n, "an alarm has at most 5 actions for each of its states", "let one topic tell the others")
	}
	if len(s.TopicARNs) > 0 && len(s.Emails) > 0 {
		ps.Add("Emails", len(s.Emails), "addresses subscribe to a new topic, and «TopicARNs» are in its place",
			"subscribe them to the topic that exists, or leave «TopicARNs» out")
	}
	for i, address := range s.Emails {
		at := fmt.Sprintf("Emails[%d]", i)
		parsed, err := mail.ParseAddress(address)
		switch {
		case problem.Unresolved(address):
		case err != nil:
			ps.Add(at, address, "this is not an e-mail address", "such as \"on-call@example.com\"")
		case parsed.Address != address:
			ps.Add(at, address, "the address stands alone, without a name", "write "+parsed.Address)
		}
		if slices.Index(s.Emails, address) < i {
			ps.Add(at, address, "this address is there twice", "remove one of the two")
		}
	}
	return ps
}

func validateURL(text string) problem.List {
	var ps problem.List
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		fix := "such as \"https://wiki.example.com/runbook\""
		if err == nil && u.Scheme == "" && strings.Contains(text, ".") {
			fix = "write https://" + text
		}
		ps.Add("RunbookURL", text, "this is not the address of a page", fix)
	case u.Fragment != "":
		ps.Add("RunbookURL", text, "each alarm adds the name of its section", "write "+text[:strings.Index(text, "#")])
	case len(text) > maxURL:
		ps.Add("RunbookURL", len(text), fmt.Sprintf("an address has at most %d characters, since alarms have descriptions "+
			"of 1024", maxURL), "give a shorter address")
	}
	return ps
}

// nextRetention is the first number of days that CloudWatch Logs takes from days on, or
// the most.
func nextRetention(days int) int {
	for _, d := range retentions[1:] {
		if d >= days {
			return d
		}
	}
	return retentions[len(retentions)-1]
}

// nearestKind is the fix for a name that no kind has.
func nearestKind(name string) string {
	best, least := "", len(name)/3+1
	names := make([]string, 0, len(Kinds()))
	for _, k := range Kinds() {
		names = append(names, k.Name)
		if d := problem.Distance(name, k.Name); d < least {
			best, least = k.Name, d
		}
	}
	if best != "" {
		return "write " + best
	}
	return "use one of " + strings.Join(names, ", ")
}

func (t Thresholds) validate() problem.List {
	var ps problem.List
	if t.MinRequests < 0 {
		ps.Add("MinRequests", t.MinRequests, "a minute has at least 1 request to be judged", "leave it out for 20")
	}
	ps.AddShare("ErrorRate", t.ErrorRate, "an error rate is a share of the requests")
	ps.AddShare("ModelErrorRate", t.ModelErrorRate, "an error rate is a share of the requests")
	ps.AddShare("ShedRate", t.ShedRate, "it is a share of the requests")
	if p := t.LatencyPercentile; p != 0 && !(p > 0 && p < 100) {
		ps.Add("LatencyPercentile", p, "a percentile is over 0 and under 100", "such as 99")
	} else if p > 0 && p < 1 {
		ps.Add("LatencyPercentile", p, "a percentile is over 0 and under 100", fmt.Sprintf("write %g", 100*p))
	}
	ps = append(ps, minutes("AtMaximumFor", t.AtMaximumFor)...)
	ps = append(ps, minutes("FloorMissingFor", t.FloorMissingFor)...)
	if t.BacklogAge < 0 || t.BacklogAge > 24*time.Hour {
		ps.Add("BacklogAge", t.BacklogAge, "a request waits from 1s to 24h", "such as 15m")
	}
	ps.AddShare("CPU", t.CPU, "it is a share of the instance's vCPUs")
	ps.AddShare("GPU", t.GPU, "it is a share of the instance's GPUs")
	ps.AddShare("Memory", t.Memory, "it is a share of the instance's memory")
	ps.AddShare("GPUMemory", t.GPUMemory, "it is a share of the memory of the instance's GPUs")
	ps.AddShare("Disk", t.Disk, "it is a share of the instance's disk")
	ps.AddShare("Concurrency", t.Concurrency, "it is a share of what may run at a time")
	if f := t.CanaryFactor; f != 0 && !(f > 1 && f <= 100) {
		ps.Add("CanaryFactor", f, "a factor is over 1 and at most 100", "such as 2 for twice as often")
	}
	return ps
}

// minutes wants whole minutes, of which an alarm's datapoints are at most a day together.
func minutes(path string, d time.Duration) problem.List {
	var ps problem.List
	if d < 0 || d > 12*time.Hour || d%time.Minute != 0 {
		fix := "such as 10m"
		if d > 0 && d < 12*time.Hour {
			fix = "write " + problem.Duration(d.Truncate(time.Minute)+time.Minute)
		}
		ps.Add(path, d, "this is whole minutes, up to 12h", fix)
	}
	return ps
}
