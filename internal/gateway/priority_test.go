package gateway

import (
	"encoding/base64"
	"hash/maphash"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// token is an unsigned JSON Web Token with these claims; padded is the load balancer's own
// form of one.
func token(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func padded(claims string) string {
	encode := base64.URLEncoding.EncodeToString
	return encode([]byte(`{"alg":"ES256"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func TestPriorityOfTheHeader(t *testing.T) {
	t.Parallel()
	sources := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	const normal, high = pressure.Normal, pressure.High
	tests := map[string]struct {
		remote    string
		forwarded []string
		priority  string
		sources   []netip.Prefix
		want      pressure.Class
	}{
		"trusted":                        {"10.1.2.3:4", nil, "high", sources, high},
		"critical":                       {"10.1.2.3:4", nil, "critical", sources, pressure.Critical},
		"low":                            {"10.1.2.3:4", nil, "low", sources, pressure.Low},
		"trusted behind a balancer":      {"192.0.2.1:4", []string{"10.1.2.3"}, "high", sources, high},
		"over IPv6":                      {"[2001:db8::1]:4", nil, "high", sources, high},
		"mapped":                         {"[::ffff:10.1.2.3]:4", nil, "high", sources, high},
		"forwarded with a port":          {"192.0.2.1:4", []string{"10.1.2.3:99"}, "high", sources, high},
		"off":                            {"10.1.2.3:4", nil, "high", nil, normal},
		"not asked for":                  {"10.1.2.3:4", nil, "", sources, normal},
		"another word":                   {"10.1.2.3:4", nil, "highest", sources, normal},
		"from elsewhere":                 {"192.0.2.1:4", nil, "high", sources, normal},
		"lower, from elsewhere":          {"192.0.2.1:4", nil, "low", sources, normal},
		"behind a balancer, elsewhere":   {"10.1.2.3:4", []string{"198.51.100.7"}, "high", sources, normal},
		"claims to be forwarded":         {"192.0.2.1:4", []string{"10.1.2.3, 198.51.100.7"}, "high", sources, normal},
		"claims so in a line of its own": {"192.0.2.1:4", []string{"10.1.2.3", "198.51.100.7"}, "high", sources, normal},
		"nonsense":                       {"192.0.2.1:4", []string{"10.1.2.3, unknown"}, "high", sources, normal},
		"of anyone": {"192.0.2.1:4", []string{"198.51.100.7"}, "critical",
			[]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}, pressure.Critical},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: test.remote, Header: http.Header{}}
			if test.priority != "" {
				r.Header.Set("X-Gateway-Priority", test.priority)
			}
			if test.forwarded != nil {
				r.Header["X-Forwarded-For"] = test.forwarded
			}
			if got := classOf(r, nil, Config{PrioritySources: test.sources}); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestPriorityOfTheClaim(t *testing.T) {
	t.Parallel()
	tier := Config{PriorityClaim: "tier", ClaimsFrom: settings.ClaimsFromJWT, PriorityClaims: map[string]pressure.Class{
		"gold": pressure.Critical, "silver": pressure.High, "free": pressure.Low}}
	scope, login := tier, tier
	scope.PriorityClaim = "scope"
	login.ClaimsFrom = settings.ClaimsFromLogin
	both := tier
	both.PrioritySources = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	bearer := func(claims string) http.Header { return http.Header{"Authorization": {"Bearer " + token(claims)}} }
	tests := map[string]struct {
		cfg    Config
		header http.Header
		want   pressure.Class
	}{
		"a text":           {tier, bearer(`{"tier":"gold"}`), pressure.Critical},
		"low":              {tier, bearer(`{"tier":"free"}`), pressure.Low},
		"a list":           {tier, bearer(`{"tier":["free","silver"]}`), pressure.High},
		"a scope":          {scope, bearer(`{"scope":"read silver free"}`), pressure.High},
		"words of another": {tier, bearer(`{"tier":"read gold"}`), pressure.Normal},
		"another value":    {tier, bearer(`{"tier":"iron"}`), pressure.Normal},
		"a number":         {tier, bearer(`{"tier":7}`), pressure.Normal},
		"null":             {tier, bearer(`{"tier":null}`), pressure.Normal},
		"another claim":    {tier, bearer(`{"Tier":"gold"}`), pressure.Normal},
		"no token":         {tier, http.Header{}, pressure.Normal},
		"lower case":       {tier, http.Header{"Authorization": {"bearer " + token(`{"tier":"gold"}`)}}, pressure.Critical},
		"another scheme":   {tier, http.Header{"Authorization": {"Basic " + token(`{"tier":"gold"}`)}}, pressure.Normal},
		"no JSON":          {tier, bearer(`tier=gold`), pressure.Normal},
		"no object":        {tier, bearer(`["gold"]`), pressure.Normal},
		"not encoded":      {tier, http.Header{"Authorization": {`Bearer a.{"tier":"gold"}.b`}}, pressure.Normal},
		"two parts":        {tier, http.Header{"Authorization": {"Bearer a." + token(`{"tier":"gold"}`)}}, pressure.Normal},
		"given twice": {tier, http.Header{"Authorization": {"Bearer " + token(`{"tier":"gold"}`),
			"Bearer " + token(`{"tier":"free"}`)}}, pressure.Normal},
		"after a login": {login, http.Header{"X-Amzn-Oidc-Data": {padded(`{"tier":"gold"}`)}}, pressure.Critical},
		"a login's header without a login": {tier, http.Header{"X-Amzn-Oidc-Data": {padded(`{"tier":"gold"}`)}},
			pressure.Normal},
		"a bearer token where users log in": {login, bearer(`{"tier":"gold"}`), pressure.Normal},
		"the header of a trusted source is first": {both, func() http.Header {
			h := bearer(`{"tier":"gold"}`)
			h.Set("X-Gateway-Priority", "low")
			return h
		}(), pressure.Low},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := &http.Request{RemoteAddr: "10.1.2.3:4", Header: test.header}
			if got := classOf(r, claimsOf(r.Header, test.cfg.ClaimsFrom), test.cfg); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestClientOf(t *testing.T) {
	t.Parallel()
	seed := maphash.MakeSeed()
	request := func(name, value, remote string) *http.Request {
		r := &http.Request{RemoteAddr: remote, Header: http.Header{}}
		if name != "" {
			r.Header.Add(name, value)
		}
		return r
	}
	session, subject, address := settings.Client{Header: "X-Session-Id"}, settings.Client{Claim: "sub"},
		settings.Client{Address: true}
	bearer := func(claims string) string { return "Bearer " + token(claims) }
	tests := map[string]struct {
		by   settings.Client
		a, b *http.Request
		same bool
	}{
		"the same session": {session, request("X-Session-Id", "1", "a"), request("X-Session-Id", "1", "b"), true},
		"another session":  {session, request("X-Session-Id", "1", "a"), request("X-Session-Id", "2", "a"), false},
		"without one":      {session, request("", "", "a"), request("", "", "b"), true},
		"the same subject": {subject, request("Authorization", bearer(`{"sub":"a","iat":1}`), ""),
			request("Authorization", bearer(`{"sub":"a","iat":2}`), ""), true},
		"another subject": {subject, request("Authorization", bearer(`{"sub":"a"}`), ""),
			request("Authorization", bearer(`{"sub":"b"}`), ""), false},
		"the same address": {address, request("X-Forwarded-For", "9.9.9.9, 192.0.2.1", "10.0.0.1:1"),
			request("X-Forwarded-For", "8.8.8.8, 192.0.2.1", "10.0.0.2:1"), true},
		"another address": {address, request("X-Forwarded-For", "9.9.9.9, 192.0.2.1", "10.0.0.1:1"),
			request("X-Forwarded-For", "9.9.9.9, 192.0.2.2", "10.0.0.1:1"), false},
		"the connection's": {address, request("", "", "192.0.2.1:1"), request("", "", "192.0.2.1:2"), true},
		"one network of IPv6": {address, request("X-Forwarded-For", "2001:db8::1", ""),
			request("X-Forwarded-For", "2001:db8::2:1", ""), true},
		"two networks of IPv6": {address, request("X-Forwarded-For", "2001:db8:0:1::1", ""),
			request("X-Forwarded-For", "2001:db8:0:2::1", ""), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func(r *http.Request) uint64 {
				return clientOf(r, claimsOf(r.Header, settings.ClaimsFromJWT), test.by, seed)
			}
			if a, b := of(test.a), of(test.b); (a == b) != test.same || a == 0 || b == 0 {
				t.Errorf("got %d and %d", a, b)
			}
		})
	}
}

// FuzzClaims: whatever a client sends, no claim comes out of it that does not stand in the
// payload of one token.
func FuzzClaims(f *testing.F) {
	f.Add("Bearer "+token(`{"tier":"gold","sub":"a"}`), "10.0.0.1, 192.0.2.1")
	f.Add(padded(`{"tier":["gold"],"scope":"a b"}`), "2001:db8::1")
	f.Add("Bearer ..", "unknown")
	f.Add("Bearer a.e30=.b", "[::1]:80")
	f.Fuzz(func(t *testing.T, value, forwarded string) {
		for _, from := range []string{settings.ClaimsFromJWT, settings.ClaimsFromLogin} {
			header := http.Header{"Authorization": {value}, "X-Amzn-Oidc-Data": {value}, "X-Forwarded-For": {forwarded}}
			claims := claimsOf(header, from)
			if claims != nil && strings.Count(value, ".") != 2 {
				t.Errorf("%q is no token", value)
			}
			for _, name := range []string{"tier", "scope", "sub"} {
				if values := claims.texts(name); len(values) > 0 && claims[name] == nil {
					t.Errorf("%s is %q", name, values)
				}
			}
			header["Authorization"] = slices.Repeat(header["Authorization"], 2)
			if from == settings.ClaimsFromJWT && claimsOf(header, from) != nil {
				t.Error("a token that is given twice counts")
			}
			r := &http.Request{Header: header, RemoteAddr: forwarded}
			if clientOf(r, claims, settings.Client{Address: true}, maphash.MakeSeed()) == 0 {
				t.Error("the client is 0")
			}
		}
	})
}
