// Mutants breaks the code in a copy, one place at a time, and sees whether the
// tests of the package that should notice first do fail. It exits 1 when a
// mutant survives them.
//
// Snapshots are not behaviour: the tests that compare them are never run, so
// that a mutant is noticed even by who renews the snapshots without a look.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/checkout"
)

// mutant is one breakage: after in place of the only before in file. The tests
// of the package noticedBy are the ones to fail.
type mutant struct {
	name, file, before, after, noticedBy string
}

var mutants = []mutant{
	{"one failure of one request raises an alarm",
		"autoscaling/monitoring/math.go", `"IF(%s >= %d, %s / %s, 0)", a, least, b, a`, `"IF(%s >= %d, %s / %s, 0)", a, 1, b, a`,
		"./autoscaling/monitoring"},
	{"a floor is due before its instances have had time to start",
		"autoscaling/monitoring/floors.go", "{ return c.LeadTime(events.Event{}) }", "{ return 0 * c.LeadTime(events.Event{}) }",
		"./autoscaling/monitoring"},
	{"an alarm watches the health of all target groups, which nobody publishes",
		"autoscaling/monitoring/frontend.go", `m.loadBalancer("HealthyHostCount", autoscaling.Maximum, g.TargetGroup)`,
		`m.loadBalancer("HealthyHostCount", autoscaling.Maximum, "")`, "./autoscaling/monitoring"},
	{"an alarm on a filled series waits for the minute that has not come",
		"autoscaling/monitoring/alarms.go", "soon = within{3, 5}", "soon = within{5, 5}",
		"./autoscaling/monitoring"},
	{"half of one core is taken for half of the instance",
		"autoscaling/monitoring/hardware.go", "100*limit*float64(of), w)", "100*limit, w)",
		"./autoscaling/monitoring"},
	{"a request without a session passes",
		"constructs/frontend/waf.go", "w.RequireSession != nil && *w.RequireSession", "w.RequireSession != nil && !*w.RequireSession",
		"./constructs/frontend"},
	{"a web ACL's log has the credentials",
		"constructs/frontend/waf.go", `[]string{"authorization", "cookie"}`, `[]string{"accept", "cookie"}`,
		"./constructs/frontend"},
	{"a private endpoint passes calls by any account's roles",
		"constructs/frontend/privateendpoints.go", `"aws:PrincipalAccount": *stack.Account()`, `"aws:SecureTransport": "true"`,
		"./constructs/frontend"},
	{"plans hold under one reading of AWS alone",
		"rehearsal/plan/planner.go", "range rehearsal.Readings()", "range rehearsal.Readings()[:1]",
		"./rehearsal/plan"},
	{"a raw target that AWS refuses is a warning",
		"constructs/lint/warning.go", "w.severity = severityError", "w.severity = severityWarning",
		"./constructs/lint"},
	{"an action on every resource is taken for one without resources",
		"constructs/policy/statement.go", "return withoutResource.MatchString(name)", "return true",
		"./constructs/policy"},
	{"the policy's target forgets that the metric counts per minute",
		"internal/capacity/target.go", "safetyFactor*time.Minute.Seconds()", "safetyFactor*time.Second.Seconds()",
		"./internal/capacity"},
	{"a schedule's time zone is dropped",
		"autoscaling/scheduled.go", `"Timezone":             a.timezone(),`, `"Timezone":             "UTC",`,
		"./autoscaling"},
	{"the facts of an inference component leave out what a copy completes",
		"autoscaling/facts.go", "RequestsPerSecondPerInstance: s.RequestsPerSecondPerCopy, ", "", "./autoscaling"},
	{"an update resets the endpoint's instance counts",
		"constructs/inference/endpoint.go", "RetainAllVariantProperties: true,", "RetainAllVariantProperties: false,",
		"./constructs/inference"},
	{"a scalable target does not wait for its endpoint",
		"constructs/inference/endpoint.go", "env: e.Env(), dependency: e, types: e.types[name]}",
		"env: e.Env(), types: e.types[name]}",
		"./constructs/scaling"},
	{"a scheduled action that is added later does not reach the template",
		"constructs/scaling/scalabletarget.go", "s.Target.SetScheduledActions(scheduledActions(actions))",
		"_ = scheduledActions(actions)",
		"./constructs/scaling"},
	{"an imported endpoint is granted in the stack's account, wherever it is",
		"constructs/inference/import.go", "e.locate(e.Construct, attrs.EndpointARN)", `e.locate(e.Construct, "")`,
		"./constructs/inference"},
	{"a minute without requests rolls an update back",
		"autoscaling/updatealarms.go", "MissingData: MissingIsFine,", "MissingData: MissingBreaches,",
		"./constructs/inference"},
	{"the threshold of an update's latency is in milliseconds",
		"autoscaling/updatealarms.go", "t.ModelLatency.Microseconds()", "t.ModelLatency.Milliseconds()",
		"./autoscaling"},
	{"a rolling update needs no instance more than its fleet",
		"autoscaling/update.go", "return fleet + u.Rolling.Batch.Of(fleet)", "return fleet",
		"./autoscaling"},
	{"the waits of an update take all of its time-out",
		"autoscaling/updaterules.go", "waits >= u.Timeout:", "waits > u.Timeout:",
		"./autoscaling"},
	{"an endpoint's update names no alarm",
		"constructs/inference/update.go", "config.AutoRollbackConfiguration = e.rollback(*u.Rollback, props)",
		"_ = e.rollback(*u.Rollback, props)",
		"./stacks"},
	{"HTTP is redirected to HTTP",
		"constructs/frontend/loadbalancer.go", `Protocol: jsii.String("HTTPS"), Port: jsii.String("443")`,
		`Protocol: jsii.String("HTTP"), Port: jsii.String("8080")`,
		"./constructs/frontend"},
	{"the canary gets what the gateway should",
		"constructs/frontend/canary.go", "{TargetGroup: t.gateway, Weight: jsii.Number(100 - t.weightPercent)},",
		"{TargetGroup: t.gateway, Weight: jsii.Number(t.weightPercent)},",
		"./constructs/frontend"},
	{"of overlapping events the lowest floor holds",
		"autoscaling/events/floor.go", "if s.minCapacity > f.MinCapacity || loc == nil {",
		"if s.minCapacity < f.MinCapacity || loc == nil {",
		"./autoscaling/events"},
	{"an event is over before its minimum is released",
		"autoscaling/events/window.go", "return w.To.After(now)", "return w.Ends.After(now)",
		"./autoscaling/events"},
	{"a load balancer's reservation is released three times a day",
		"autoscaling/frontend/reservation.go", "releasesADay = 2", "releasesADay = 3",
		"./autoscaling/frontend"},
	{"the load balancer calls the function past its alias",
		"constructs/frontend/gatewayfunction.go", "NewLambdaTarget(g.Alias)", "NewLambdaTarget(g.Function)",
		"./constructs/frontend"},
	{"one acknowledgement silences a rule everywhere",
		"constructs/lint/lint.go", `return fmt.Sprintf("%s::%s[%s]", Name, rule, path)`,
		`return fmt.Sprintf("%s::%s", Name, rule)`,
		"./constructs/lint"},
	{"the execution role reads the whole bucket",
		"constructs/inference/modeldata.go", `objectAt(stack, d.uri))}`, `"arn:aws:s3:::*")}`,
		"./constructs/inference"},
	{"a model of an environment file is in no VPC",
		"stacks/model.go", "connect(existing, *m.VPC, &props)", "_ = existing", "./stacks"},
	{"a model has a role of any account",
		"internal/artifact/model.go", "|| parts[4] == account {", `|| parts[4] != "" {`, "./config"},
	{"files that are not compressed have a licence, and archives too",
		"internal/artifact/container.go", "c.AcceptEULA && (c.MultiModel || !given || archive)", "c.AcceptEULA && !given",
		"./config"},
	{"captured data may go to any bucket",
		"constructs/inference/capturegrants.go", "writeTo(c.objects)", `writeTo("arn:aws:s3:::*")`,
		"./constructs/inference"},
	{"an adapter is made before its base",
		"constructs/inference/adapter.go", "AddDependency(props.Base, e.ComponentRole, artifacts)",
		"AddDependency(e.ComponentRole, artifacts)",
		"./constructs/inference"},
	{"a shadow variant serves users",
		"constructs/inference/configuration.go", "shadows = append(shadows, each.variant.property())",
		"production = append(production, each.variant.property())",
		"./constructs/inference"},
	{"what resets the instance count is not read",
		"internal/cloudformation/surroundings.go", "		around.ResetBy = o.resetBy(id)\n", "", "./internal/cloudformation"},
	{"a target without an order after its endpoint is taken for one with it",
		"internal/cloudformation/surroundings.go", " && !t.follows(s.LogicalID, id)", " && false",
		"./internal/cloudformation"},
	{"what a part that is not read may have is taken for missing",
		"internal/cloudformation/surroundings.go", "!openText(resourceID) && !t.partly()", "!openText(resourceID)",
		"./cmd/rehearse"},
	{"a resource whose condition is false is taken for one that is made",
		"internal/cloudformation/variant.go", "t.kind(id) != kind || o.stands() == no", "t.kind(id) != kind",
		"./cmd/rehearse"},
	{"a release before the floor counts as one after it",
		"autoscaling/lint/floors.go", "ends[j].After(ends[i])", "!ends[j].IsZero()", "./autoscaling/lint"},
	{"a copy may have more accelerators than an instance",
		"autoscaling/instancetype.go", "if accelerators > h.accelerators {", "if false {",
		"./autoscaling"},
	{"a rate a second is read as requests of its period",
		"rehearsal/trace/grid.go", "	case unitRate:\n		scale = float64(period)\n", "	case unitRate:\n		scale = 1\n",
		"./rehearsal/trace"},
	{"an export with PartialData is read",
		"rehearsal/trace/cloudwatch.go", `r.status != "Complete":`, `r.status == "none":`,
		"./rehearsal/trace"},
	{"gaps outside of the part that is played are told",
		"rehearsal/trace/grid.go", "to -= (to - o.To.Unix()) / period * period", "to -= 0",
		"./rehearsal/trace"},
	{"advice of a long rehearsal names no day",
		"rehearsal/report/format.go", `return t.UTC().Format("2 Jan 15:04")`, `return t.UTC().Format("15:04")`,
		"./rehearsal/report"},
	{"a rehearsed alarm takes missing data for fine where it is to breach",
		"rehearsal/alarm.go", "breaching += missing", "breaching += 0",
		"./rehearsal"},
	{"alarms are evaluated at once where nothing is said",
		"rehearsal/reading.go", "const defaultEvaluationDelay = time.Minute",
		"const defaultEvaluationDelay = 0 * time.Minute",
		"./rehearsal"},
	{"the gateway sends a request again that may have arrived",
		"internal/gateway/attempt.go", "if !answered && notConnected(err) {", "if !answered {",
		"./internal/gateway"},
	{"the gateway signs without the body",
		"internal/gateway/body.go", "sum := sha256.Sum256(b[0])", "sum := sha256.Sum256(nil)",
		"./internal/gateway"},
	{"the gateway books what is announced of a body",
		"internal/gateway/body.go", "room := min(max(size, firstPiece), largestPiece, highest-size)",
		"room := highest - size",
		"./internal/gateway"},
	{"a request waits for the renewal of credentials that are valid",
		"internal/gateway/credentials.go", "if credentials != nil && !s.refused.Load() {",
		"if credentials != nil && !s.refused.Load() && now.UnixNano() < s.due.Load() {",
		"./internal/gateway"},
	{"a connection that SageMaker has closed is used again",
		"internal/gateway/transport.go", "stale = info.Reused && !isIdle(info.Conn)", "stale = false",
		"./internal/gateway"},
	{"degrading: a lower class of requests starves under overload",
		"internal/gateway/pressure/limiter.go", "if l.credit[c] >= 100 {", "if l.credit[c] > 100 {",
		"./internal/gateway/pressure"},
	{"degrading: a busy client has the whole queue",
		"internal/gateway/pressure/limiter.go", "q.longest > q.waitersOf(client)+1 {",
		"q.longest > q.waitersOf(client)+int(l.maxQueued) {",
		"./internal/gateway/pressure"},
	{"degrading: a client gets the answer of another",
		"internal/gateway/lastknown.go", "if !g.cfg.LastKnownShared {",
		"if !g.cfg.LastKnownShared && g.cfg.LastKnownShared {",
		"./internal/gateway"},
	{"degrading: a token that is given twice has claims",
		"internal/gateway/priority.go", "if len(lines) != 1 {", "if len(lines) == 0 {",
		"./internal/gateway"},
	{"degrading: a cheaper variant's answers count for the endpoint",
		"internal/gateway/invoke.go", "if x.elsewhere { // which", "if x.elsewhere && x.streams { // which",
		"./internal/gateway"},
	{"degrading: claims are believed that nobody verifies",
		"constructs/frontend/settings/authentication.go", "return a != nil && a.JWT != nil",
		"return a == nil || a.JWT != nil",
		"./constructs/frontend/settings"},
	{"a plan holds floors where nothing rises",
		"rehearsal/plan/rule.go", "if ahead < rises*c.highest(at, at) {", "if ahead < 0 {",
		"./rehearsal/plan"},
	{"a plan is not held to tracking alone",
		"rehearsal/plan/planner.go", "if lost[i] >= than[i]+halfRequest {", "if lost[i] < 0 {",
		"./rehearsal/plan"},
	{"floors that are to be released early stay",
		"autoscaling/events/floor.go", "if e.FloorUntil != 0 && s.After >= e.FloorUntil {", "if e.FloorUntil < 0 {",
		"./autoscaling/events"},
	{"a token's claims are not asked for",
		"constructs/frontend/authentication.go", "if as != nil && as.JWT != nil {",
		`if as != nil && as.JWT != nil && as.JWT.Issuer == "" {`,
		"./constructs/frontend"},
	{"production may be served without TLS",
		"config/access.go", "case f.PlainHTTP && e.Production:", "case f.PlainHTTP && !e.Production && e.Production:",
		"./config"},
	{"a comparison does not follow references to what is replaced",
		"internal/changes/compare.go", "return !reflect.DeepEqual(was, is) || c.moves(stack, is, 0)",
		"return !reflect.DeepEqual(was, is)",
		"./internal/changes"},
	{"a variant whose scaling is removed with it is not refused",
		"internal/changes/endpoint.go", "if !c.registered(change.Stack, change.LogicalID, was, v.Name) {",
		"if !slices.ContainsFunc(made, func(m Variant) bool { return m.Name == v.Name }) {",
		"./internal/changes"},
	{"what is known only at deployment is in lower case",
		"autoscaling/variant.go", "problem.MapKnown(name, strings.ToLower)", "strings.ToLower(name)",
		"./test/tokens"},
	{"a role may write to the whole bucket of a path that is known at deployment",
		"constructs/inference/folder.go", `strings.TrimRight(uri, "/")) + "/*"`, `"s3://*")`,
		"./test/tokens"},
	{"an unknown name is in its zone, whatever it is",
		"constructs/frontend/domain.go", `d.Name + "."`, "d.Name", "./test/tokens"},
	{"a rule may move to the listener of another load balancer",
		"internal/changes/targetgroup.go", `if before != "" && balancer != "" && before != balancer &&`,
		`if before != "" && balancer != "" && before == balancer && before != balancer &&`,
		"./internal/changes"},
	{"anything may be deployed during an event",
		"internal/changes/report.go", "if forbids && r.Verdict > InPlace {", "if forbids && r.Verdict > Replaced {",
		"./internal/changes"},
	{"events that are under way do not keep others from being pruned",
		"cmd/events/prune.go", "if !w.From.After(now) && w.To.After(now) &&",
		"if w.Starts.Before(now) && w.Ends.After(now) &&",
		"./cmd/events"},
	{"a fault of a game day stands after Ctrl-C",
		"cmd/gameday/fault.go", "context.WithTimeout(context.WithoutCancel(ctx), undoWithin)",
		"context.WithTimeout(ctx, undoWithin)", "./cmd/gameday"},
	{"a floor that was released meanwhile is raised again",
		"cmd/gameday/undo.go", "was = min(was, int32(holds))", "was = max(was, int32(holds))", "./cmd/gameday"},
	{"slow answers slow the load of a game day",
		"cmd/gameday/shape.go", "return max(0, due-elapsed), !ok", "return max(time.Millisecond, due-elapsed), !ok",
		"./cmd/gameday"},
	{"final: a floor lets the calendar overwrite it",
		"cmd/final/floor.go", "h.suspended.Scheduled = true", "h.suspended.ScaleOut = true",
		"./cmd/final"},
	{"final: a refused registration leaves its tag",
		"cmd/final/hold.go", "undoErr := h.undo(ctx, r, client, e, before)", "undoErr := ctx.Err()",
		"./cmd/final"},
	{"final: a scale-in is a start time",
		"cmd/final/timelineactivity.go", "adds := n > before && before >= 0 ||", "adds := before >= 0 ||",
		"./cmd/final"},
	{"final: what nobody has measured is no gap",
		"rehearsal/report/chart.go", "case math.IsNaN(v):\n\t\t\tif drawing {", "case math.IsInf(v, 0):\n\t\t\tif drawing {",
		"./rehearsal/report"},
	{"final: what is suspended is not wrong",
		"cmd/final/judge.go", "if extra != (autoscaling.SuspendedState{}) {", "if extra.ScaleIn && extra.ScaleOut {",
		"./cmd/final"},
	{"a program that was interrupted leaves its temporary files",
		"cmd/internal/cli/main.go", "_ = os.RemoveAll(dir)", "_ = os.Remove(dir)", "./cmd/internal/cli"},
	{"an interrupted installation blames the network",
		"internal/localaws/prepare.go", "if ctx.Err() != nil {", "if limited.Err() == nil {", "./internal/localaws"},
}

func main() {
	only := flag.String("only", "", "try only the mutants whose names contain this `text`")
	flag.Parse()
	mutants = slices.DeleteFunc(mutants, func(m mutant) bool { return !strings.Contains(m.name, *only) })
	began := time.Now()
	err := run()
	fmt.Printf("%d mutants in %s\n", len(mutants), time.Since(began).Round(time.Second))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := checkout.Copy(root, dir); err != nil {
		return err
	}
	unbroken := map[string]bool{}
	var survivors []string
	for _, m := range mutants {
		// A test that fails in the unbroken code notices nothing.
		if !unbroken[m.noticedBy] {
			failed, err := test(dir, m.noticedBy)
			if err == nil && len(failed) > 0 {
				err = fmt.Errorf("%q fail", failed)
			}
			if err != nil {
				return fmt.Errorf("%s, unbroken: %w", m.noticedBy, err)
			}
			unbroken[m.noticedBy] = true
		}
		failed, err := try(dir, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		if len(failed) == 0 {
			survivors = append(survivors, fmt.Sprintf("%s: no test of %s fails", m.name, m.noticedBy))
		}
	}
	if len(survivors) > 0 {
		return fmt.Errorf("%d mutants survive:\n%s", len(survivors), strings.Join(survivors, "\n"))
	}
	return nil
}

// try breaks the copy, runs the tests that should notice, and mends the copy.
func try(dir string, m mutant) (failed []string, err error) {
	path := filepath.Join(dir, filepath.FromSlash(m.file))
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(source, []byte(m.before)); n != 1 {
		return nil, fmt.Errorf("%s contains %q %d times, want once", m.file, m.before, n)
	}
	if err := os.WriteFile(path, bytes.Replace(source, []byte(m.before), []byte(m.after), 1), 0o644); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.WriteFile(path, source, 0o644)) }()
	fmt.Printf("%s (%s):\n", m.name, m.file)
	return test(dir, m.noticedBy)
}

// test runs the tests of a package of the copy in dir and returns the ones that
// failed.
func test(dir, pkg string) (failed []string, err error) {
	began := time.Now()
	cmd := exec.Command("go", "test", "-json", "-count=1", "-vet=off", "-failfast", "-timeout=5m", pkg)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, runErr := cmd.Output()
	var exit *exec.ExitError
	if runErr != nil && !errors.As(runErr, &exit) {
		return nil, runErr
	}
	passed := 0
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var event struct{ Action, Package, Test string }
		if err := decoder.Decode(&event); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go test: %w\n%s", err, stderr.String())
		}
		switch {
		case event.Action == "build-fail":
			return nil, fmt.Errorf("%s does not build:\n%s", pkg, out)
		case event.Test == "":
		case event.Action == "pass":
			passed++
		case event.Action == "fail":
			failed = append(failed, event.Test)
		}
	}
	if runErr != nil && len(failed) == 0 {
		return nil, fmt.Errorf("go test failed without a failing test: %w\n%s%s", runErr, out, stderr.String())
	}
	fmt.Printf("  %s: %d passed, %q failed, %s\n", pkg, passed, failed, time.Since(began).Round(time.Second))
	return failed, nil
}
