package gateway

import (
	"encoding/base64"
	"encoding/json"
	"hash/maphash"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/constructs/frontend/settings"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/gateway/pressure"
)

// Headers that the load balancer writes, or has verified.
const (
	headerAuthorization = "Authorization"
	// headerLoginClaims are the claims of a user who has logged in, as a JSON Web Token
	// that the load balancer signs (fact F62).
	headerLoginClaims = "X-Amzn-Oidc-Data"
	headerForwarded   = "X-Forwarded-For"
)

// prioritizes reports whether there are requests of other than normal priority.
func (c Config) prioritizes() bool { return len(c.PrioritySources) > 0 || c.PriorityClaim != "" }

func (c Config) readsClaims() bool {
	return c.PriorityClaim != "" || c.FairBy != nil && c.FairBy.Claim != ""
}

// classify sets x's claims, class and sender.
func (g *Gateway) classify(r *http.Request, x *exchange) {
	x.class = pressure.Normal
	if g.limiter == nil {
		return
	}
	if g.cfg.ClaimsFrom != "" {
		x.claims = claimsOf(r.Header, g.cfg.ClaimsFrom)
	}
	if g.cfg.prioritizes() {
		x.class = classOf(r, x.claims, g.cfg)
	}
	if g.cfg.FairBy != nil {
		x.sender = clientOf(r, x.claims, *g.cfg.FairBy, g.clients)
	}
}

// classOf is the class that r asks for in its header, where it comes from one of the
// priority sources, else that of its claim, else normal.
func classOf(r *http.Request, claims claims, cfg Config) pressure.Class {
	if name := r.Header.Get(headerPriority); name != "" && len(cfg.PrioritySources) > 0 {
		if class, ok := pressure.ParseClass(name); ok && isFrom(r, cfg.PrioritySources) {
			return class
		}
	}
	best, found := pressure.Low, false
	for _, value := range claims.texts(cfg.PriorityClaim) {
		if class, ok := cfg.PriorityClaims[value]; ok {
			best, found = min(best, class), true
		}
	}
	if found {
		return best
	}
	return pressure.Normal
}

// clientOf tells r's client apart from others; all requests without what tells them
// apart are of one client. The result is never 0.
func clientOf(r *http.Request, claims claims, by settings.Client, seed maphash.Seed) uint64 {
	text := ""
	switch {
	case by.Header != "":
		text = r.Header.Get(by.Header)
	case by.Claim != "":
		text = strings.Join(claims.texts(by.Claim), " ")
	default:
		if source, ok := sourceOf(r); ok {
			if source.Is6() { // a network of one subscriber, within which addresses are free
				source = netip.PrefixFrom(source, 64).Masked().Addr()
			}
			text = source.String()
		}
	}
	return max(1, maphash.String(seed, text))
}

// sourceOf is the last address of X-Forwarded-For, which the load balancer writes, or
// without that header the connection's peer.
func sourceOf(r *http.Request) (netip.Addr, bool) {
	source := r.RemoteAddr
	if lines := r.Header[headerForwarded]; len(lines) > 0 {
		last := lines[len(lines)-1]
		source = strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
	}
	addr, err := netip.ParseAddr(source)
	if err != nil {
		port, err := netip.ParseAddrPort(source)
		if err != nil {
			return netip.Addr{}, false
		}
		addr = port.Addr()
	}
	return addr.Unmap().WithZone(""), true
}

// isFrom reports whether r comes from one of sources.
func isFrom(r *http.Request, sources []netip.Prefix) bool {
	addr, ok := sourceOf(r)
	return ok && slices.ContainsFunc(sources, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// claims are those of a token, nil where there is none that can be read.
type claims map[string]json.RawMessage

// claimsOf reads the claims that the load balancer has verified: of the one bearer token
// or, after a login, of the one header that it writes. The gateway verifies no signature.
// A header that is given twice has no claims: which of them was verified is not known.
func claimsOf(header http.Header, from string) claims {
	name := headerAuthorization
	if from == settings.ClaimsFromLogin {
		name = headerLoginClaims
	}
	lines := header[name]
	if len(lines) != 1 {
		return nil
	}
	token := lines[0]
	if from != settings.ClaimsFromLogin {
		scheme, rest, _ := strings.Cut(token, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return nil
		}
		token = rest
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	// The load balancer's own tokens are padded, against RFC 7515.
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return nil
	}
	var found claims
	if json.Unmarshal(text, &found) != nil {
		return nil
	}
	return found
}

// texts are the values of a claim that is a text or a list of texts. A scope is words
// with spaces between them (RFC 8693, section 4.2).
func (c claims) texts(name string) []string {
	raw, ok := c[name]
	if !ok {
		return nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if name == "scope" {
			return strings.Fields(text)
		}
		return []string{text}
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return nil
	}
	return list
}
