package gateway

import (
	"container/list"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// Answers are kept in shards, each with a lock and its part of the memory.
	answerShards = 16
	// One answer takes at most this part of its shard, and all that are still arriving
	// this part of the whole.
	answerShare = 4
	// answerOverhead is the memory of an answer beside its body and its headers' values.
	answerOverhead = 1 << 10
	// A younger answer is not replaced, which spares copies of what is asked often.
	answerFresh = time.Second
)

// answerKey is the hash of a request, and of who sends it.
type answerKey [sha256.Size]byte

// keptAnswer is an answer of the endpoint. Nothing of it changes.
type keptAnswer struct {
	key    answerKey
	at     time.Duration // on the gateway's clock
	header http.Header
	body   []byte
	size   int64
}

// answerStore keeps the last good answer to each request, up to a size and an age.
type answerStore struct {
	maxAge    time.Duration
	maxBytes  int64 // of a shard
	recording atomic.Int64
	shards    [answerShards]answerShard
}

type answerShard struct {
	mu      sync.Mutex
	answers map[answerKey]*list.Element // of oldest
	oldest  list.List                   // of *keptAnswer, the oldest first
	bytes   int64
}

func newAnswerStore(maxAge time.Duration, maxBytes int64) *answerStore {
	return &answerStore{maxAge: maxAge, maxBytes: maxBytes / answerShards}
}

// keptBytes is the most memory that kept answers take, with those that are arriving.
func (g *Gateway) keptBytes() int64 {
	if g.onShed.answers == nil {
		return 0
	}
	return g.cfg.LastKnownBytes + g.cfg.LastKnownBytes/answerShare
}

func (s *answerStore) shard(key answerKey) *answerShard { return &s.shards[key[0]%answerShards] }

// get is the answer of a key, nil for none that is young enough.
func (s *answerStore) get(key answerKey, now time.Duration) *keptAnswer {
	shard := s.shard(key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	e := shard.answers[key]
	if e == nil {
		return nil
	}
	kept := e.Value.(*keptAnswer)
	if now-kept.at > s.maxAge {
		shard.remove(e)
		return nil
	}
	return kept
}

// put keeps an answer in place of an older one of the same key.
func (s *answerStore) put(kept *keptAnswer) {
	kept.size = answerOverhead + int64(len(kept.body))
	for name, values := range kept.header {
		kept.size += int64(len(name) + len(strings.Join(values, "")))
	}
	if kept.size > s.largest() {
		return
	}
	shard := s.shard(kept.key)
	shard.mu.Lock()
	defer shard.mu.Unlock()
	if e := shard.answers[kept.key]; e != nil {
		shard.remove(e)
	}
	for shard.bytes+kept.size > s.maxBytes {
		shard.remove(shard.oldest.Front())
	}
	if shard.answers == nil {
		shard.answers = map[answerKey]*list.Element{}
	}
	shard.answers[kept.key] = shard.oldest.PushBack(kept)
	shard.bytes += kept.size
}

func (s *answerShard) remove(e *list.Element) {
	kept := s.oldest.Remove(e).(*keptAnswer)
	delete(s.answers, kept.key)
	s.bytes -= kept.size
}

// largest is the most that one answer takes.
func (s *answerStore) largest() int64 { return s.maxBytes / answerShare }

// keep records a's body as it is read, and puts it into the store once it is whole. It
// returns nil where nothing is to be kept.
func (s *answerStore) keep(
	key answerKey, header http.Header, a *answer, clock func() time.Duration,
) *recorder {
	now := clock()
	if kept := s.get(key, now); kept != nil && now-kept.at < answerFresh {
		return nil
	}
	if !keepable(header) || a.length > s.largest() {
		return nil
	}
	r := &recorder{body: a.body, length: a.length, store: s}
	r.whole = func(body []byte) {
		s.put(&keptAnswer{key: key, at: clock(), header: keptHeader(header), body: body})
	}
	a.body = r
	return r
}

// keepable reports whether an answer with this header is neither a stream nor part of a
// session.
func keepable(header http.Header) bool {
	kind, _, _ := mime.ParseMediaType(header.Get("Content-Type"))
	return kind != "text/event-stream" && kind != "application/vnd.amazon.eventstream" &&
		header.Get(headerNewSession) == "" && header.Get(headerClosedSession) == ""
}

// keptHeader is an answer's header without what belongs to its request.
func keptHeader(header http.Header) http.Header {
	kept := header.Clone()
	delete(kept, headerRequestID)
	delete(kept, headerInferenceID)
	return kept
}

// recorder copies what is read of a body.
type recorder struct {
	body   io.Reader
	length int64 // -1 where it is not known
	store  *answerStore
	copied []byte
	booked int64
	ended  bool
	whole  func(body []byte)
}

// Read implements io.Reader.
func (r *recorder) Read(to []byte) (int, error) {
	n, err := r.body.Read(to)
	if r.ended {
		return n, err
	}
	more := int64(n)
	r.booked += more
	most := r.store.maxBytes * answerShards / answerShare
	if r.store.recording.Add(more) > most || r.booked > r.store.largest() {
		r.end()
		return n, err
	}
	r.copied = append(r.copied, to[:n]...)
	switch {
	case r.booked == r.length, errors.Is(err, io.EOF) && r.length < 0:
		r.whole(slices.Clip(r.copied))
		r.end()
	case err != nil:
		r.end()
	}
	return n, err
}

// end gives the copy up, unless the store has it.
func (r *recorder) end() {
	if !r.ended {
		r.ended, r.copied = true, nil
		r.store.recording.Add(-r.booked)
	}
}

// credentialHeaders say who sends a request.
var credentialHeaders = []string{
	headerAuthorization, "Proxy-Authorization", "Cookie", "X-Api-Key", "X-Amzn-Oidc-Identity",
	"X-Amzn-Mtls-Clientcert", "X-Amzn-Mtls-Clientcert-Leaf", "X-Amzn-Mtls-Clientcert-Issuer",
	"X-Amzn-Mtls-Clientcert-Serial-Number", "X-Amzn-Mtls-Clientcert-Subject",
}

// keyOf is the key of a request: its route, the headers that go to SageMaker but for those
// that only label it, its body and, unless answers are shared, its sender.
func (g *Gateway) keyOf(r *http.Request, x *exchange, header http.Header, body requestBody) answerKey {
	h := sha256.New()
	write := func(texts ...string) {
		for _, text := range texts {
			var length [8]byte
			binary.BigEndian.PutUint64(length[:], uint64(len(text)))
			h.Write(length[:])
			h.Write([]byte(text))
		}
	}
	write(string(x.route))
	for _, name := range forwardedHeaders {
		if name == headerInferenceID || slices.Contains(traces, name) {
			continue
		}
		if value, ok := header[name]; ok {
			write(name, value[0])
		}
	}
	write("")
	if !g.cfg.LastKnownShared {
		for _, part := range senderOf(r.Header, x.claims) {
			write(part)
		}
	}
	write("")
	for _, piece := range body {
		h.Write(piece)
	}
	return answerKey(h.Sum(nil))
}

// senderOf is what tells the sender of a request from others: issuer and subject of a
// verified token, else all headers with credentials. Of an AWS signature it is the key's
// ID, since the rest differs from request to request.
func senderOf(header http.Header, claims claims) []string {
	if subject := claims.texts("sub"); len(subject) == 1 && subject[0] != "" {
		return append([]string{"sub", subject[0]}, claims.texts("iss")...)
	}
	var parts []string
	for _, name := range credentialHeaders {
		if name == "Cookie" && header.Get("X-Amzn-Oidc-Identity") != "" {
			continue // the load balancer's cookie changes
		}
		for _, value := range header[name] {
			if signature, ok := strings.CutPrefix(value, "AWS4-HMAC-SHA256 "); ok {
				value, _, _ = strings.Cut(signature, "/")
			}
			parts = append(parts, name, value)
		}
	}
	return parts
}
