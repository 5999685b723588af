package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// PriorityClaim chooses a request's priority by a claim of its token, a text or a list of
// texts; the claim scope is words with spaces between them. The most important class that
// one of its values has counts; without such a value it is normal.
type PriorityClaim struct {
	// Name is the claim's name, such as tier or scope.
	Name string `json:"name"`
	// Critical are the values whose requests are shed last. Default: none.
	Critical []string `json:"critical,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// High are those of the class below. Default: none.
	High []string `json:"high,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
	// Low are those whose requests are shed first. Default: none.
	Low []string `json:"low,omitempty" jsonschema:"minItems=1,uniqueItems=true"`
}

// PriorityShares are what the classes below critical are guaranteed under overload, in
// hundredths of the places at the endpoint and of the queue; 0 lets a class starve. A class
// that asks for less leaves the rest to the others.
type PriorityShares struct {
	// High is the share of requests of high priority. Default: 10.
	High *int `json:"high,omitempty" jsonschema:"minimum=0,maximum=90"`
	// Normal is the share of requests of no other class. Default: 10.
	Normal *int `json:"normal,omitempty" jsonschema:"minimum=0,maximum=90"`
	// Low is the share of requests of low priority. Default: 5.
	Low *int `json:"low,omitempty" jsonschema:"minimum=0,maximum=90"`
}

// DefaultPriorityShares are the shares of high, normal and low.
var DefaultPriorityShares = [3]int{10, 10, 5}

// MaxPriorityShares is the most that the shares are together: the rest is critical's.
const MaxPriorityShares = 90

// Client says how clients are told apart, which under overload take turns at the places
// of their class. One of the three is given.
type Client struct {
	// Header is the name of a header with the client's session. Clients choose its value:
	// one that sends another each time counts as many. Default: none.
	Header string `json:"header,omitempty"`
	// Claim is the name of a claim of the token, such as sub. Default: none.
	Claim string `json:"claim,omitempty"`
	// Address is the address that the load balancer has seen. Default: false.
	Address bool `json:"address,omitempty"`
}

// The values of Server.ClaimsFrom.
const (
	// ClaimsFromJWT are claims of the bearer token, which the load balancer verifies.
	ClaimsFromJWT = "jwt"
	// ClaimsFromLogin are those that the load balancer passes on after a login.
	ClaimsFromLogin = "login"
)

// ClientBy judges how clients are told apart, as the gateway's variable has it, and
// returns it as the header, the claim or the address.
func ClientBy(text string) (c Client, rule, fix string) {
	kind, name, _ := strings.Cut(text, ":")
	switch {
	case text == "address":
		return Client{Address: true}, "", ""
	case kind == "header" && headerName.MatchString(name):
		return Client{Header: name}, "", ""
	case kind == "claim" && claimName(name):
		return Client{Claim: name}, "", ""
	}
	return Client{}, "must be address, header:NAME or claim:NAME", "write it such as claim:sub"
}

// SharesOf reads the shares of high, normal and low, as the gateway's variable has them.
func SharesOf(text string) (shares [3]int, rule, fix string) {
	sum := 0
	for i, part := range strings.SplitN(text, ",", len(shares)) {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			sum = -1
			break
		}
		shares[i] = int(n)
		sum += shares[i]
	}
	if sum < 0 || sum > MaxPriorityShares || strings.Count(text, ",") != len(shares)-1 {
		return shares, fmt.Sprintf("must be the shares of high, normal and low, at most %d together", MaxPriorityShares),
			"write them such as 10,10,5"
	}
	return shares, "", ""
}

func (c Client) variable() string {
	switch {
	case c.Header != "":
		return "header:" + c.Header
	case c.Claim != "":
		return "claim:" + c.Claim
	}
	return "address"
}

var claimNameRule = fmt.Sprintf("a claim's name has at most %d characters, and no control character", maxClaimValue)

func claimName(name string) bool { return name != "" && len(name) <= maxClaimValue && Sendable(name) }

// claimValue reports whether a value can stand in the gateway's variable.
func claimValue(value string) bool {
	return claimName(value) && !strings.Contains(value, ",") && value == strings.TrimSpace(value)
}

func (s Server) validatePriority() problem.List {
	var ps problem.List
	for i, source := range s.PrioritySources {
		if strings.HasSuffix(source, "/0") && !problem.Unresolved(source) {
			ps.Add(fmt.Sprintf("PrioritySources[%d]", i), source, "this range is every client, so that any one can ask to be "+
				"served before the others", "name the ranges, or say «UnsafePriorityFromAnyone»: true")
		}
	}
	if s.UnsafePriorityFromAnyone && len(s.PrioritySources) > 0 {
		ps.Add("PrioritySources", nil, "the header of every client counts already", "keep one of the two")
	}
	if s.PriorityClaim != nil {
		ps = append(ps, s.PriorityClaim.validate().In("PriorityClaim")...)
	}
	if s.PriorityShares != nil {
		ps = append(ps, s.PriorityShares.validate().In("PriorityShares")...)
		if !s.prioritizes() {
			ps.Add("PriorityShares", nil, "all requests are of normal priority",
				"say whose are of another one by «PrioritySources» or «PriorityClaim», or remove it")
		}
	}
	if s.FairBy != nil {
		ps = append(ps, s.FairBy.validate().In("FairBy")...)
	}
	if (s.PriorityClaim != nil || s.PriorityShares != nil || s.FairBy != nil) && s.QueueSize != nil && *s.QueueSize == 0 {
		ps.Add("QueueSize", 0, "without a queue there is nothing to choose from: who comes first is served first",
			"leave it out for 128")
	}
	return append(ps, s.validateClaimsFrom()...)
}

func (s Server) validateClaimsFrom() problem.List {
	var ps problem.List
	const field = "ClaimsFrom"
	switch {
	case problem.Unresolved(s.ClaimsFrom):
		ps.AddUnresolved(field, "where the claims are is judged by it")
	case s.readsClaims() && s.ClaimsFrom == "":
		ps.Add(field, nil, "a claim counts where the load balancer has verified it",
			"say jwt where it verifies tokens, or login where users log in")
	case s.ClaimsFrom != "" && !s.readsClaims() && !s.keepsForSenders():
		ps.Add(field, s.ClaimsFrom, "nothing asks for a claim", "remove it")
	case !slices.Contains([]string{"", ClaimsFromJWT, ClaimsFromLogin}, s.ClaimsFrom):
		ps.Add(field, s.ClaimsFrom, "claims come from jwt or login", "write one of the two")
	}
	return ps
}

// prioritizes reports whether there are requests of other than normal priority.
func (s Server) prioritizes() bool {
	return len(s.PrioritySources) > 0 || s.UnsafePriorityFromAnyone || s.PriorityClaim != nil
}

// keepsForSenders reports whether answers are kept for those who have asked: a claim may say
// who that is.
func (s Server) keepsForSenders() bool {
	return s.OnShed != nil && s.OnShed.LastKnown != nil && !s.OnShed.LastKnown.Shared
}

func (s Server) readsClaims() bool {
	return s.PriorityClaim != nil || s.FairBy != nil && s.FairBy.Claim != ""
}

func (c PriorityClaim) validate() problem.List {
	var ps problem.List
	switch {
	case c.Name == "":
		ps.Add("Name", nil, "a claim has a name", "such as tier")
	case !claimName(c.Name) && !problem.Unresolved(c.Name):
		ps.Add("Name", c.Name, claimNameRule, "copy it from a token")
	}
	if len(c.Critical)+len(c.High)+len(c.Low) == 0 {
		ps.Add("", nil, "no value of the claim has another class than normal", "list the values of critical, high or low")
	}
	seen := map[string]string{}
	for _, class := range []struct {
		field  string
		values []string
	}{{"Critical", c.Critical}, {"High", c.High}, {"Low", c.Low}} {
		for i, value := range class.values {
			at := fmt.Sprintf("%s[%d]", class.field, i)
			switch {
			case problem.Unresolved(value):
				continue
			case !claimValue(value):
				ps.Add(at, value, fmt.Sprintf("a value has 1 to %d characters, and no comma or control character", maxClaimValue),
					"copy it from a token")
			case seen[value] != "":
				ps.Add(at, value, "«"+seen[value]+"» has this value too", "keep it in one class")
			}
			seen[value] = at
		}
	}
	return ps
}

func (p PriorityShares) validate() problem.List {
	var ps problem.List
	sum := 0
	for i, share := range p.values() {
		if share < 0 || share > MaxPriorityShares {
			ps.Add([]string{"High", "Normal", "Low"}[i], share,
				fmt.Sprintf("a share is a whole number from 0 to %d", MaxPriorityShares), "leave it out for the default")
		}
		sum += share
	}
	if len(ps) == 0 && sum > MaxPriorityShares {
		ps.Add("", sum, fmt.Sprintf("the shares, with the defaults of those left out, are at most %d together: the rest is "+
			"what critical requests can have", MaxPriorityShares),
			fmt.Sprintf("lower them by %d in all", sum-MaxPriorityShares))
	}
	return ps
}

// values are the shares of high, normal and low.
func (p PriorityShares) values() [3]int {
	values := DefaultPriorityShares
	for i, share := range []*int{p.High, p.Normal, p.Low} {
		if share != nil {
			values[i] = *share
		}
	}
	return values
}

func (c Client) validate() problem.List {
	var ps problem.List
	given := 0
	for _, is := range []bool{c.Header != "", c.Claim != "", c.Address} {
		if is {
			given++
		}
	}
	if given != 1 {
		ps.Add("", nil, fmt.Sprintf("clients are told apart in one way, these are %d", given),
			"give header, claim or address: true")
	}
	if c.Header != "" {
		ps = append(ps, ValidateHeaderName(c.Header).In("Header")...)
	}
	if c.Claim != "" && !claimName(c.Claim) && !problem.Unresolved(c.Claim) {
		ps.Add("Claim", c.Claim, claimNameRule, "such as sub")
	}
	return ps
}

// priorityVariables are the gateway's variables of priority and fairness.
func (s Server) priorityVariables() map[string]string {
	variables := map[string]string{}
	if s.UnsafePriorityFromAnyone {
		variables["PRIORITY_SOURCES"] = "0.0.0.0/0,::/0"
	}
	if c := s.PriorityClaim; c != nil {
		variables["PRIORITY_CLAIM"] = c.Name
		for name, values := range map[string][]string{
			"PRIORITY_CLAIM_CRITICAL": c.Critical, "PRIORITY_CLAIM_HIGH": c.High, "PRIORITY_CLAIM_LOW": c.Low,
		} {
			if len(values) > 0 {
				variables[name] = strings.Join(values, ",")
			}
		}
	}
	if s.PriorityShares != nil {
		var texts []string
		for _, share := range s.PriorityShares.values() {
			texts = append(texts, strconv.Itoa(share))
		}
		variables["PRIORITY_SHARES"] = strings.Join(texts, ",")
	}
	if s.FairBy != nil {
		variables["FAIR_BY"] = s.FairBy.variable()
	}
	if s.ClaimsFrom != "" {
		variables["CLAIMS_FROM"] = s.ClaimsFrom
	}
	return variables
}
