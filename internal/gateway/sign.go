package gateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

const (
	signingService = "sagemaker"
	algorithm      = "AWS4-HMAC-SHA256"
	headerDate     = "X-Amz-Date"
	headerToken    = "X-Amz-Security-Token"
)

// signedName is a header that the signature covers.
type signedName struct{ canonical, lower string }

// signedNames are all that may be covered, in the order in which the signature
// has them. Traces are left out: whatever stands between may change them.
var signedNames = func() []signedName {
	names := []signedName{{"Content-Length", "content-length"}, {"Host", "host"}, {headerDate, "x-amz-date"}, {headerToken, "x-amz-security-token"}}
	for _, name := range passedOn {
		if name != headerTraceParent && name != headerTraceState && name != "X-Amzn-Trace-Id" {
			names = append(names, signedName{name, strings.ToLower(name)})
		}
	}
	slices.SortFunc(names, func(a, b signedName) int { return strings.Compare(a.lower, b.lower) })
	return names
}()

// signer signs requests for SageMaker with Signature Version 4, as the SDK's
// signer does, for a third of its time: which headers there can be is known
// beforehand, and the key of a day is derived once.
type signer struct {
	region string
	key    atomic.Pointer[signingKey]
}

// signingKey is what of a signature depends on credentials and day alone.
type signingKey struct {
	accessKey, secret, day string
	scope                  string
	macs                   sync.Pool // of hash.Hash, HMACs with the key
}

func hmacOf(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// keyOf returns the key for credentials on day, as 20060102.
func (s *signer) keyOf(credentials *aws.Credentials, day string) *signingKey {
	if key := s.key.Load(); key != nil && key.day == day && key.accessKey == credentials.AccessKeyID && key.secret == credentials.SecretAccessKey {
		return key
	}
	raw := hmacOf([]byte("AWS4"+credentials.SecretAccessKey), day)
	for _, part := range []string{s.region, signingService, "aws4_request"} {
		raw = hmacOf(raw, part)
	}
	key := &signingKey{
		accessKey: credentials.AccessKeyID, secret: credentials.SecretAccessKey, day: strings.Clone(day),
		scope: day + "/" + s.region + "/" + signingService + "/aws4_request",
	}
	key.macs.New = func() any { return hmac.New(sha256.New, raw) }
	s.key.Store(key)
	return key
}

// scratch is the memory that one signature takes.
type scratch struct {
	text, names []byte
	sum         [sha256.Size]byte
	hex         [2 * sha256.Size]byte
}

var scratches = sync.Pool{New: func() any {
	return &scratch{text: make([]byte, 0, 2048), names: make([]byte, 0, 256)}
}}

// sign adds date, session token and signature to header, of a POST of body to
// host and path, which needs no escaping.
func (s *signer) sign(header http.Header, host, path string, body []byte, credentials *aws.Credentials, now time.Time) {
	date := now.UTC().Format("20060102T150405Z")
	key := s.keyOf(credentials, date[:8])
	values := make([]string, 3)
	values[0] = date
	header[headerDate] = values[0:1:1]
	if credentials.SessionToken != "" {
		values[1] = credentials.SessionToken
		header[headerToken] = values[1:2:2]
	}

	b := scratches.Get().(*scratch)
	defer scratches.Put(b)
	text, names := b.text[:0], b.names[:0]
	text = append(text, "POST\n"...)
	text = append(text, path...)
	text = append(text, "\n\n"...)
	for _, name := range signedNames {
		var value string
		switch {
		case name.lower == "host":
			value = host
		case name.lower == "content-length":
			if len(body) == 0 {
				continue
			}
			value = strconv.Itoa(len(body))
		default:
			given, ok := header[name.canonical]
			if !ok {
				continue
			}
			value = given[0]
		}
		text = append(append(text, name.lower...), ':')
		text = append(appendCollapsed(text, value), '\n')
		if len(names) > 0 {
			names = append(names, ';')
		}
		names = append(names, name.lower...)
	}
	text = append(text, '\n')
	text = append(append(text, names...), '\n')
	b.sum = sha256.Sum256(body)
	text = hex.AppendEncode(text, b.sum[:])
	b.sum = sha256.Sum256(text)
	hex.Encode(b.hex[:], b.sum[:])

	text = append(text[:0], algorithm+"\n"...)
	text = append(append(text, date...), '\n')
	text = append(append(text, key.scope...), '\n')
	text = append(text, b.hex[:]...)
	mac := key.macs.Get().(hash.Hash)
	mac.Reset()
	mac.Write(text)
	signature := mac.Sum(b.sum[:0])
	key.macs.Put(mac)

	text = append(text[:0], algorithm+" Credential="...)
	text = append(append(append(text, key.accessKey...), '/'), key.scope...)
	text = append(append(text, ", SignedHeaders="...), names...)
	text = hex.AppendEncode(append(text, ", Signature="...), signature)
	values[2] = string(text)
	header["Authorization"] = values[2:3:3]
	b.text, b.names = text, names
}

// appendCollapsed appends value as a signature has it: without spaces around
// it, and with one where there are several.
func appendCollapsed(text []byte, value string) []byte {
	value = strings.TrimSpace(value)
	if !strings.Contains(value, "  ") {
		return append(text, value...)
	}
	for i := range len(value) {
		if value[i] != ' ' || value[i-1] != ' ' {
			text = append(text, value[i])
		}
	}
	return text
}
