package settings

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// v2Model is what fits into the path of a listener's rule, of at most 128 characters.
var v2Model = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)

// V2Model judges the name of a model in the Open Inference Protocol's path. It returns the
// rule that text breaks and how to mend it, "" where it breaks none.
func V2Model(text string) (rule, fix string) {
	if !v2Model.MatchString(text) {
		return "a model's name has up to 100 letters, digits, dots, hyphens and underscores, and begins with a letter " +
			"or digit", "give the name in the path of the clients, without /v2/models/"
	}
	return "", ""
}

// Origin judges the origin of a page as a browser writes it. It returns the rule that text
// breaks and how to mend it, "" where it breaks none.
func Origin(text string) (rule, fix string) {
	const is = "an origin is a scheme, a host and, where it is not the scheme's own, a port"
	u, err := url.Parse(text)
	switch {
	case text == "*":
		return "any page could call the gateway", "name each origin, such as https://app.example.com"
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return is, "write it such as https://app.example.com"
	case text != u.Scheme+"://"+u.Host:
		return is, "write " + u.Scheme + "://" + strings.ToLower(u.Host)
	case text != strings.ToLower(text):
		return "browsers send an origin in lower case", "write " + strings.ToLower(text)
	case strings.Contains(u.Hostname(), "*"), strings.ContainsAny(text, ", "):
		return is, "name each origin, without a wildcard"
	case u.Port() == "443" && u.Scheme == "https", u.Port() == "80" && u.Scheme == "http", strings.HasSuffix(u.Host, ":"):
		return "browsers leave out the scheme's own port", "write " + u.Scheme + "://" + u.Hostname()
	}
	return "", ""
}

func (s Server) validateProtocols() problem.List {
	var ps problem.List
	for i, origin := range s.CORSOrigins {
		if rule, fix := Origin(origin); rule != "" && !problem.Unresolved(origin) {
			ps.Add(fmt.Sprintf("CORSOrigins[%d]", i), origin, rule, fix)
		}
	}
	if s.V2Model != "" && !problem.Unresolved(s.V2Model) {
		if rule, fix := V2Model(s.V2Model); rule != "" {
			ps.Add("V2Model", s.V2Model, rule, fix)
		}
	}
	return ps
}
