package gateway

import (
	"net/http"
	"time"
)

// largestSkew is the difference of two clocks up to which a refused signature has another
// cause: the AWS SDKs take 4 minutes, and AWS accepts 5 (fact F46).
const largestSkew = 4 * time.Minute

// skewCodes are the codes with which AWS refuses a signature whose date is wrong.
var skewCodes = map[string]bool{
	"AuthFailure": true, "InvalidSignatureException": true, "RequestExpired": true, "RequestInTheFuture": true,
	"RequestTimeTooSkewed": true, "SignatureDoesNotMatch": true,
}

// clockSkew is what has to be added to now to get the time of an answer that refuses a
// signature for its date. used is what was added for that signature. ok is false where the
// refusal has another cause.
func clockSkew(code string, header http.Header, now time.Time, used time.Duration) (skew time.Duration, ok bool) {
	if !skewCodes[code] || header.Get("Age") != "" { // from a cache, with an old date
		return 0, false
	}
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, false
	}
	skew = date.Sub(now)
	return skew, (skew - used).Abs() > largestSkew
}

// correctClock signs from now on by SageMaker's clock, where a wrong date is the reason
// for a refusal. It reports whether to send the request again, which is once.
func (g *Gateway) correctClock(x *exchange, code string, header http.Header) bool {
	skew, ok := clockSkew(code, header, g.endpoint.now(), x.skew)
	if !ok || x.corrected {
		return false
	}
	x.corrected = true
	if g.endpoint.skew.Swap(int64(skew)) != int64(skew) {
		g.log.Warn("the clock is wrong: signing by SageMaker's", "skew_s", skew.Seconds())
	}
	return true
}
