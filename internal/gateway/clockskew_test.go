package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/test/sagemakertest"
)

func TestClockSkew(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 5, 29, 19, 0, 0, 0, time.UTC)
	at := func(d time.Duration) http.Header {
		return http.Header{"Date": {now.Add(d).Format(http.TimeFormat)}}
	}
	for name, test := range map[string]struct {
		code   string
		header http.Header
		used   time.Duration
		want   time.Duration
		ok     bool
	}{
		"behind":               {"InvalidSignatureException", at(time.Hour), 0, time.Hour, true},
		"ahead":                {"SignatureDoesNotMatch", at(-time.Hour), 0, -time.Hour, true},
		"corrected already":    {"InvalidSignatureException", at(time.Hour), time.Hour, time.Hour, false},
		"corrected the wrong":  {"RequestTimeTooSkewed", at(0), time.Hour, 0, true},
		"near enough":          {"InvalidSignatureException", at(3 * time.Minute), 0, 3 * time.Minute, false},
		"another code":         {"AccessDeniedException", at(time.Hour), 0, 0, false},
		"no date":              {"InvalidSignatureException", http.Header{}, 0, 0, false},
		"odd date":             {"InvalidSignatureException", http.Header{"Date": {"yesterday"}}, 0, 0, false},
		"an answer of a cache": {"InvalidSignatureException", http.Header{"Date": at(time.Hour)["Date"], "Age": {"9"}}, 0, 0, false},
	} {
		if got, ok := clockSkew(test.code, test.header, now, test.used); got != test.want || ok != test.ok {
			t.Errorf("%s: got %v, %v", name, got, ok)
		}
	}
}

// A signature that is refused for its date is made anew with SageMaker's date, once, also
// where there are no other retries. Later ones are right at once.
func TestClockIsCorrected(t *testing.T) {
	t.Parallel()
	const skew = 2 * time.Hour
	refusing := func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		now := time.Now().Add(skew)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		signed, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err != nil || now.Sub(signed).Abs() > 5*time.Minute ||
			!strings.Contains(r.Header.Get("Authorization"), "/"+signed.Format("20060102")+"/") {
			sagemakertest.Fail(403, "InvalidSignatureException")(w, r, call)
			return
		}
		sagemakertest.Echo(w, r, call)
	}
	f := newFixture(t) // MAX_ATTEMPTS is 1
	f.runtime.Answer(refusing)
	for i, calls := range []int{2, 3, 4} {
		if r, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a")); r.StatusCode != 200 || body != "a" {
			t.Errorf("request %d: %d %s", i, r.StatusCode, body)
		}
		if got := len(f.runtime.Calls()); got != calls {
			t.Errorf("request %d: %d calls, want %d", i, got, calls)
		}
	}
	f.lineWith(t, `"the clock is wrong: signing by SageMaker's","skew_s":7`)

	// One that goes on refusing is believed once.
	f.runtime.Answer(func(w http.ResponseWriter, r *http.Request, call sagemakertest.Call) {
		w.Header().Set("Date", time.Now().Add(-skew).UTC().Format(http.TimeFormat))
		sagemakertest.Fail(403, "InvalidSignatureException")(w, r, call)
	})
	r, body := f.do(t, "POST", "/invocations", nil, strings.NewReader("a"))
	if e := errorOf(t, r, body); r.StatusCode != 501 || e.Code != codeNotAuthorized ||
		r.Header.Get("X-Should-Retry") != "false" {
		t.Errorf("got %d %s %v", r.StatusCode, body, r.Header)
	}
	if got := len(f.runtime.Calls()); got != 6 {
		t.Errorf("%d calls, want 6", got)
	}
}
