package alarms

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestComposite(t *testing.T) {
	t.Parallel()
	states := map[string]State{"a": InAlarm, "b": OK, "c": InsufficientData, "d e": InAlarm, "Resource": InAlarm}
	arn := "arn:aws:cloudwatch:us-east-1:123456789012:alarm:"
	for rule, want := range map[string]State{
		// The examples of PutCompositeAlarm, with these names.
		"ALARM(a) AND ALARM(b)":                     OK,
		"ALARM(a) AND NOT ALARM(b)":                 InAlarm,
		"(ALARM(b) OR ALARM(a)) AND NOT OK(c)":      InAlarm,
		`ALARM("a")`:                                InAlarm,
		`ALARM("d e") AND ALARM(d e)`:               InAlarm,
		"OK(b) AND INSUFFICIENT_DATA(c)":            InAlarm,
		"TRUE":                                      InAlarm,
		"FALSE":                                     OK,
		"NOT(NOT TRUE)":                             InAlarm,
		"TRUE OR FALSE AND FALSE":                   InAlarm,
		"NOT FALSE AND FALSE OR FALSE":              OK,
		"ALARM(" + arn + "a)":                       InAlarm,
		`(ALARM("` + arn + `a") AND OK("b"))`:       InAlarm,
		`ALARM("${Resource.Arn}")`:                  InAlarm,
		"ALARM( a )\n\tAND\nALARM(a)":               InAlarm,
		`AT_LEAST(2, ALARM, ("a", "b", "d e"))`:     InAlarm,
		`AT_LEAST(3, ALARM, (a, b, d e))`:           OK,
		`AT_LEAST(2, NOT ALARM, (a, b, c))`:         InAlarm,
		`AT_LEAST(50%, ALARM, (a, b, c))`:           OK,
		`AT_LEAST(33%, ALARM, (a, b, c)) AND TRUE`:  InAlarm,
		`NOT AT_LEAST(1, INSUFFICIENT_DATA, (a,b))`: InAlarm,
	} {
		c, err := NewComposite("x", rule)
		if err != nil {
			t.Error(err)
		} else if got, err := c.Evaluate(states); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", rule, got, err, want)
		}
	}
	for rule, want := range map[string]string{
		"":                              "want ALARM",
		"ALARM":                         "want (",
		"ALARM()":                       "the name",
		`ALARM("")`:                     "the name",
		"ALARM(a":                       "no end of the name",
		`ALARM("a)`:                     "no end of the name",
		"ALARM(a) ALARM(b)":             "unexpected",
		"ALARM(a) XOR ALARM(b)":         "unexpected",
		"ALARM(a) AND":                  "want ALARM",
		"alarm(a)":                      "want ALARM",
		"ALARM(a(b))":                   "the name",
		"(ALARM(a)":                     "want )",
		"TRUEALARM(a)":                  "want ALARM",
		"AT_LEAST(3, ALARM, (a, b))":    "3 of 2 alarms",
		"AT_LEAST(0, ALARM, (a, b))":    "a number or a percentage",
		"AT_LEAST(101%, ALARM, (a))":    "a number or a percentage",
		"AT_LEAST(1, a)":                "want a state",
		strings.Repeat("NOT ", 300):     "levels deep",
		strings.Repeat(" ", maxRule+1):  "want at most 10240",
		strings.Repeat("(", maxDepth+9): "levels deep",
	} {
		if _, err := NewComposite("x", rule); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30s: got %v, want an error with %q", rule, err, want)
		}
	}
	c, _ := NewComposite("x", "TRUE OR ALARM(unknown)")
	if _, err := c.Evaluate(states); err == nil || !strings.Contains(err.Error(), `no state of the alarm "unknown"`) {
		t.Errorf("an unknown alarm: got %v", err)
	}
	if _, err := (Composite{}).Evaluate(states); err == nil {
		t.Error("no rule: got no error")
	}
}

// TestCompositeOfTemplate reads what CDK writes for AlarmRule.allOf.
func TestCompositeOfTemplate(t *testing.T) {
	t.Parallel()
	arn := func(id string) any { return map[string]any{"Fn::GetAtt": []any{id, "Arn"}} }
	c, err := CompositeFromProperties(map[string]any{"AlarmName": "both", "AlarmRule": map[string]any{"Fn::Join": []any{"", []any{
		`(ALARM("`, arn("High"), `") AND NOT (ALARM("`, arn("Quiet"), `")))`,
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"${High.Arn}", "${Quiet.Arn}"}, c.Alarms()); diff != "" {
		t.Errorf("alarms (-want +got)\n%s", diff)
	}
	for quiet, want := range map[State]State{InAlarm: OK, OK: InAlarm} {
		if got, err := c.Evaluate(map[string]State{"High": InAlarm, "Quiet": quiet}); err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

// TestDeMorgan: NOT (a AND b) is NOT a OR NOT b.
func TestDeMorgan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		state := rapid.SampledFrom([]State{OK, InAlarm, InsufficientData})
		states := map[string]State{"a": state.Draw(t, "a"), "b": state.Draw(t, "b")}
		var got []State
		for _, rule := range []string{"NOT (ALARM(a) AND OK(b))", "NOT ALARM(a) OR NOT OK(b)"} {
			c, err := NewComposite("x", rule)
			if err != nil {
				t.Fatal(err)
			}
			s, err := c.Evaluate(states)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, s)
		}
		if got[0] != got[1] {
			t.Fatalf("got %s", got)
		}
	})
}

// FuzzRule: a rule is read or an error, and one that is read can be evaluated.
func FuzzRule(f *testing.F) {
	for _, seed := range []string{
		"ALARM(a) AND NOT OK(b)", `AT_LEAST(50%,NOT OK,("a",b))`, "((TRUE", "NOT", "OR", "ALARM(${a.Arn})", `OK("a"`, "AT_LEAST(",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := NewComposite("x", text)
		if err != nil {
			return
		}
		states := map[string]State{}
		for _, name := range c.Alarms() {
			states[name] = OK
		}
		if _, err := c.Evaluate(states); err != nil {
			t.Error(err)
		}
	})
}
