package settings

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// JWT is whose signed tokens are taken (fact F22): those that the issuer has
// signed with RS256, that have not expired, and that are meant for this service.
type JWT struct {
	// Issuer is the value of the claim iss, at most 256 characters.
	Issuer string `json:"issuer"`
	// JWKSEndpoint is the HTTPS address of the issuer's public keys, on the
	// internet: at most 150 KB and 10 keys.
	JWKSEndpoint string `json:"jwksEndpoint"`
	// Audience is the value of the claim aud of tokens for this service. Without
	// it any token of the issuer would do, those for others too (fact F33).
	// Default: none, which is an error unless Claims say whom tokens are for.
	Audience string `json:"audience,omitempty"`
	// AudienceFormat is how the claim aud is written: single-string, string-array
	// or space-separated-values. Default: single-string.
	AudienceFormat ClaimFormat `json:"audienceFormat,omitempty"`
	// Claims are others that the token must have, 10 at most with the audience.
	// Default: none.
	Claims []Claim `json:"claims,omitempty" jsonschema:"minItems=1"`
}

// Claim is a claim that a token must have.
type Claim struct {
	// Name is the claim's name, such as client_id or scope.
	Name string `json:"name"`
	// Format is how its value is written: single-string, string-array or
	// space-separated-values. Default: single-string.
	Format ClaimFormat `json:"format,omitempty"`
	// Values are what Elastic Load Balancing compares with it: one for a
	// single-string, else up to 10, of at most 256 characters.
	Values []string `json:"values" jsonschema:"minItems=1,uniqueItems=true"`
}

// ClaimFormat is how the value of a claim is written.
type ClaimFormat string

// The formats, in Elastic Load Balancing's words.
const (
	// SingleString is one text.
	SingleString ClaimFormat = "single-string"
	// StringArray is a list of texts.
	StringArray ClaimFormat = "string-array"
	// SpaceSeparated is one text of several words, as scope is.
	SpaceSeparated ClaimFormat = "space-separated-values"
)

var claimFormats = []ClaimFormat{SingleString, StringArray, SpaceSeparated}

const (
	maxClaims     = 10
	maxClaimValue = 256
)

// Additional is every claim but those that are always checked: the audience
// first, and formats said.
func (j JWT) Additional() []Claim {
	var claims []Claim
	if j.Audience != "" {
		claims = append(claims, Claim{Name: "aud", Format: j.AudienceFormat, Values: []string{j.Audience}})
	}
	claims = append(claims, j.Claims...)
	for i := range claims {
		if claims[i].Format == "" {
			claims[i].Format = SingleString
		}
	}
	return claims
}

func (j JWT) validate() problem.List {
	var ps problem.List
	switch {
	case j.Issuer == "":
		ps.Add("Issuer", nil, "a token is taken of one issuer", "give the value of its claim iss")
	case known(j.Issuer) && len(j.Issuer) > maxURL:
		ps.Add("Issuer", j.Issuer,
			fmt.Sprintf("an issuer has at most %d characters, this one has %d", maxURL, len(j.Issuer)), "give a shorter one")
	}
	if j.JWKSEndpoint == "" {
		ps.Add("JWKSEndpoint", nil, "tokens are checked with the issuer's public keys",
			"give the jwks_uri of its /.well-known/openid-configuration")
	}
	ps = append(ps, validateURL("JWKSEndpoint", j.JWKSEndpoint)...)
	ps = append(ps, j.validateAudience()...)
	if n := len(j.Additional()); n > maxClaims {
		ps.Add("Claims", nil,
			fmt.Sprintf("a load balancer checks at most %d claims with the audience, these are %d", maxClaims,
				n), "keep those that say whom tokens are for")
	}
	names := map[string]bool{}
	for i, c := range j.Claims {
		at := fmt.Sprintf("Claims[%d]", i)
		ps = append(ps, c.validate().In(at)...)
		if names[c.Name] {
			ps.Add(at+".Name", c.Name, "an earlier claim has the same name", "give each claim once, with all its values")
		}
		names[c.Name] = c.Name != ""
	}
	return ps
}

func (j JWT) validateAudience() problem.List {
	var ps problem.List
	switch {
	case j.Audience == "" && len(j.Claims) == 0:
		ps.Add("Audience", nil, "any token of the issuer would be taken, those for other services too",
			"give the claim aud of tokens for this service, or a claim such as client_id or scope where they have none")
	case j.Audience == "" && j.AudienceFormat != "":
		ps.Add("AudienceFormat", string(j.AudienceFormat), "there is no audience that has it",
			"give the audience, or remove it")
	case problem.Unresolved(string(j.AudienceFormat)):
	case !validFormat(j.AudienceFormat):
		ps.Add("AudienceFormat", string(j.AudienceFormat), formatRule, formatFix)
	case len(j.Audience) > maxClaimValue && known(j.Audience):
		ps.Add("Audience", j.Audience,
			fmt.Sprintf("a claim's value has at most %d characters, this one has %d", maxClaimValue,
				len(j.Audience)), "give a shorter one")
	case j.Audience != "" && slices.ContainsFunc(j.Claims, func(c Claim) bool { return c.Name == "aud" }):
		ps.Add("Audience", j.Audience, "the claims have aud too", "keep one of the two")
	}
	return ps
}

const (
	formatRule = "a claim is written as single-string, string-array or space-separated-values"
	formatFix  = "write one of them, or leave it out for single-string"
)

func validFormat(f ClaimFormat) bool { return f == "" || slices.Contains(claimFormats, f) }

func (c Claim) validate() problem.List {
	var ps problem.List
	switch {
	case c.Name == "":
		ps.Add("Name", nil, "a claim has a name", "such as client_id")
	case slices.Contains([]string{"exp", "iss", "nbf", "iat"}, c.Name):
		ps.Add("Name", c.Name, "this claim is checked always", "remove it")
	}
	if problem.Unresolved(string(c.Format)) {
		ps.AddUnresolved("Format", "the number of values is judged by it")
		return ps
	}
	if !validFormat(c.Format) {
		ps.Add("Format", string(c.Format), formatRule, formatFix)
		return ps
	}
	single := c.Format == "" || c.Format == SingleString
	switch n := len(c.Values); {
	case n == 0:
		ps.Add("Values", nil, "a claim is compared with a value", "give it")
	case single && n > 1:
		ps.Add("Values", nil, fmt.Sprintf("a single-string has one value, these are %d", n),
			"keep one, or say how the claim is written")
	case n > maxClaims:
		ps.Add("Values", nil, fmt.Sprintf("a claim is compared with at most %d values, these are %d", maxClaims, n),
			"keep the first ones")
	}
	for i, value := range c.Values {
		at := fmt.Sprintf("Values[%d]", i)
		switch {
		case problem.Unresolved(value):
		case value == "" || len(value) > maxClaimValue:
			ps.Add(at, value, fmt.Sprintf("a claim's value has 1 to %d characters, this one has %d", maxClaimValue,
				len(value)), "copy it from a token")
		case c.Format == SpaceSeparated && strings.Contains(value, " "):
			ps.Add(at, value, "a value of space-separated-values has no space", "give each word as a value of its own")
		}
	}
	return ps
}
