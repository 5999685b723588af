package settings_test

import (
	"cmp"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// TestTheGatewayTakesWhatIsValid: priority, fairness and what a shed request gets, where
// they have no problem, are a configuration that the gateway starts with, as they say.
func TestTheGatewayTakesWhatIsValid(t *testing.T) {
	t.Parallel()
	values := rapid.SliceOfN(rapid.SampledFrom([]string{"gold", "a b", "a,b", " x", "", "\x00"}), 0, 2)
	share := rapid.Ptr(rapid.SampledFrom([]int{-1, 0, 1, 40, 90, 91}), true)
	name := rapid.SampledFrom([]string{"", "cheap", "a b", strings.Repeat("x", 64)})
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		s := settings.Server{
			PrioritySources: rapid.SliceOfN(rapid.SampledFrom([]string{"10.0.0.0/8", "0.0.0.0/0", "::/0"}), 0, 1).
				Draw(t, "sources"),
			UnsafePriorityFromAnyone: rapid.IntRange(0, 3).Draw(t, "unsafe") == 0,
			ClaimsFrom:               rapid.SampledFrom([]string{"", "jwt", "login", "mtls"}).Draw(t, "from"),
		}
		if rapid.Bool().Draw(t, "claims") {
			s.PriorityClaim = &settings.PriorityClaim{
				Name:     rapid.SampledFrom([]string{"", "tier", "a\nb", strings.Repeat("x", 257)}).Draw(t, "claim"),
				Critical: values.Draw(t, "critical"), High: values.Draw(t, "high"), Low: values.Draw(t, "low"),
			}
		}
		if rapid.Bool().Draw(t, "shared") {
			s.PriorityShares = &settings.PriorityShares{
				High: share.Draw(t, "high share"), Normal: share.Draw(t, "normal share"), Low: share.Draw(t, "low share")}
		}
		if rapid.Bool().Draw(t, "fair") {
			s.FairBy = &settings.Client{
				Header:  rapid.SampledFrom([]string{"", "X-Session-Id", "X Y", "A:"}).Draw(t, "header"),
				Claim:   rapid.SampledFrom([]string{"", "sub", "\x00"}).Draw(t, "subject"),
				Address: rapid.Bool().Draw(t, "address"),
			}
		}
		switch rapid.IntRange(0, 4).Draw(t, "kind") {
		case 0:
			s.OnShed = &settings.OnShed{LastKnown: &settings.LastKnown{
				MaxAge:   rapid.SampledFrom([]time.Duration{0, 1, time.Second, 24 * time.Hour, 25 * time.Hour}).Draw(t, "age"),
				MaxBytes: rapid.SampledFrom([]int{-1, 0, 1, 1 << 20, 10 << 30, 11 << 30}).Draw(t, "bytes"),
				Shared:   rapid.Bool().Draw(t, "anybody's"),
			}}
		case 1:
			s.OnShed = &settings.OnShed{Variant: &settings.ShedVariant{
				TargetVariant: name.Draw(t, "variant"), InferenceComponent: name.Draw(t, "component"),
				MaxConcurrency: rapid.SampledFrom([]int{-1, 0, 1, 100_000, 100_001}).Draw(t, "concurrency"),
			}}
		case 2:
			s.OnShed = &settings.OnShed{Asynchronous: &settings.ShedAsynchronous{EndpointName: name.Draw(t, "endpoint")}}
		}
		if rapid.Bool().Draw(t, "only what a shed request gets") {
			s = settings.Server{OnShed: s.OnShed}
		}
		if len(s.Validate()) > 0 {
			return
		}
		valid++
		variables := s.Environment(70 * time.Second)
		variables["ENDPOINT_NAME"] = "odds"
		cfg, err := gateway.ConfigFromEnv(func(name string) (string, bool) {
			value, set := variables[name]
			return value, set
		})
		if err != nil {
			t.Fatalf("%+v: %v", s, err)
		}
		if got := len(cfg.PrioritySources); s.UnsafePriorityFromAnyone && got != 2 ||
			!s.UnsafePriorityFromAnyone && got != len(s.PrioritySources) {
			t.Fatalf("%d sources of %+v", got, s)
		}
		if c := s.PriorityClaim; c != nil {
			for class, texts := range map[pressure.Class][]string{
				pressure.Critical: c.Critical, pressure.High: c.High, pressure.Low: c.Low,
			} {
				for _, text := range texts {
					if got, ok := cfg.PriorityClaims[text]; !ok || got != class {
						t.Fatalf("%q is %s, want %s", text, got, class)
					}
				}
			}
		}
		if p := s.PriorityShares; p != nil && p.Low != nil && cfg.PriorityShares[pressure.Low] != *p.Low {
			t.Fatalf("the shares are %v", cfg.PriorityShares)
		}
		if !reflect.DeepEqual(cfg.FairBy, s.FairBy) || cfg.ClaimsFrom != s.ClaimsFrom {
			t.Fatalf("%+v became %+v", s, cfg)
		}
		want := cmp.Or(s.OnShed, &settings.OnShed{})
		if l := want.LastKnown; (l != nil) != (cfg.LastKnownAge > 0) || l != nil &&
			(cfg.LastKnownAge != cmp.Or(l.MaxAge, time.Minute) || cfg.LastKnownBytes != int64(l.Bytes()) ||
				cfg.LastKnownShared != l.Shared) {
			t.Fatalf("%+v became %+v", l, cfg)
		}
		if v := cmp.Or(want.Variant, &settings.ShedVariant{}); cfg.ShedVariant != v.TargetVariant ||
			cfg.ShedComponent != v.InferenceComponent || cfg.ShedMaxConcurrency != cmp.Or(v.MaxConcurrency, 64) {
			t.Fatalf("%+v became %+v", v, cfg)
		}
		if cfg.ShedAsyncEndpoint != s.AsyncEndpoint() {
			t.Fatalf("%+v became %+v", s, cfg)
		}
	})
	if valid == 0 {
		t.Error("nothing that was drawn is valid")
	}
}

// TestVerifies: a claim counts where the load balancer verifies it.
func TestVerifies(t *testing.T) {
	t.Parallel()
	token, login := &settings.Authentication{JWT: &settings.JWT{}}, &settings.Authentication{Cognito: &settings.Cognito{}}
	certificate := &settings.Authentication{MutualTLS: &settings.MutualTLS{}}
	for _, test := range []struct {
		by   *settings.Authentication
		from string
		want bool
	}{
		{nil, "", true}, {nil, "jwt", false}, {nil, "login", false},
		{token, "jwt", true}, {token, "login", false}, {login, "jwt", false}, {login, "login", true},
		{certificate, "jwt", false}, {certificate, "login", false}, {certificate, "", true},
	} {
		if got := test.by.Verifies(test.from); got != test.want {
			t.Errorf("%+v of %q: got %v", test.by, test.from, got)
		}
	}
}
