package gateway

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
)

// net/http's server accepts requests whose length two programs in a row may read
// differently, and hides it: beside Transfer-Encoding it drops Content-Length, of equal
// lengths it keeps one, and it joins folded lines. RFC 9112 (sections 5.2, 6.1 and 6.3)
// lets a server refuse all of them.
var (
	errTwoFramings  = errors.New("the header has Transfer-Encoding and Content-Length")
	errTwoLengths   = errors.New("the header has Content-Length twice")
	errBadLength    = errors.New("the header has a Content-Length that is no number")
	errFolded       = errors.New("a line of the header is folded")
	errOldEncoding  = errors.New("a request of HTTP/1.0 or before has Transfer-Encoding")
	errBadChunk     = errors.New("a chunk of the body is malformed")
	errLineTooLong  = errors.New("a line of the header is too long")
	http2Preface    = "PRI * HTTP/2.0"
	longestLine     = 2 * maxHeaderBytes // net/http refuses shorter ones
	longestKeptLine = 4 << 10            // memory that a connection keeps
)

// part is what of a connection's requests is read.
type part int

const (
	betweenRequests part = iota
	requestLine
	headerLine
	bodyBytes
	chunkSize
	chunkBytes
	chunkEnd
	trailerLine
	unwatched // HTTP/2, or what net/http refuses itself
)

// framing follows the bytes of an HTTP/1.1 connection's requests and finds those whose
// framing is ambiguous.
type framing struct {
	part               part
	line               []byte // the begin of an unfinished line
	left               int64  // bytes of body or chunk
	length             int64
	lengths, encodings int // lines of Content-Length and Transfer-Encoding
	chunked, old       bool
}

// between reports whether all bodies that have begun have arrived.
func (f *framing) between() bool {
	return f.part == betweenRequests || f.part == requestLine || f.part == headerLine
}

// check follows the connection's next bytes. On an error, those before ok may pass: what
// they have of the request is not whole, so that net/http answers it with 400. Without a
// byte of it net/http would close a kept connection without an answer.
func (f *framing) check(next []byte) (ok int, err error) {
	for i := 0; i < len(next); {
		switch f.part {
		case unwatched:
			return len(next), nil
		case bodyBytes, chunkBytes:
			n := min(f.left, int64(len(next)-i))
			i += int(n)
			if f.left -= n; f.left == 0 {
				f.part++ // chunkEnd, but betweenRequests after a body
				if f.part != chunkEnd {
					f.part = betweenRequests
				}
			}
			continue
		case betweenRequests:
			if next[i] == '\r' || next[i] == '\n' {
				i++ // net/http skips some, and refuses others
				continue
			}
			*f = framing{part: requestLine, line: f.line[:0]}
		}
		end := bytes.IndexByte(next[i:], '\n')
		if end < 0 {
			if f.line = append(f.line, next[i:]...); len(f.line) > longestLine {
				return i, errLineTooLong
			}
			break
		}
		line := next[i : i+end]
		if len(f.line) > 0 {
			f.line = append(f.line, line...)
			line = f.line
		}
		start := i
		i += end + 1
		err := f.endLine(bytes.TrimSuffix(line, []byte{'\r'}))
		if f.line = f.line[:0]; cap(f.line) > longestKeptLine {
			f.line = nil
		}
		if err != nil {
			return start, err
		}
	}
	return len(next), nil
}

// endLine follows one line.
func (f *framing) endLine(line []byte) error {
	switch f.part {
	case requestLine:
		f.part = headerLine
		if string(line) == http2Preface {
			f.part = unwatched
		}
		major, minor, ok := http.ParseHTTPVersion(string(line[bytes.LastIndexByte(line, ' ')+1:]))
		f.old = !ok || major < 1 || major == 1 && minor == 0 // net/http ignores Transfer-Encoding
	case headerLine:
		if len(line) == 0 {
			return f.endHeader()
		}
		return f.field(line)
	case chunkSize:
		text, _, _ := strings.Cut(string(line), ";")
		size, err := strconv.ParseUint(strings.TrimRight(text, " \t"), 16, 63)
		if err != nil {
			return errBadChunk
		}
		if f.part, f.left = chunkBytes, int64(size); size == 0 {
			f.part = trailerLine
		}
	case chunkEnd:
		if len(line) > 0 {
			return errBadChunk
		}
		f.part = chunkSize
	case trailerLine:
		if len(line) == 0 {
			f.part = betweenRequests
		} else if line[0] == ' ' || line[0] == '\t' {
			return errFolded
		}
	}
	return nil
}

// field follows one line of the header.
func (f *framing) field(line []byte) error {
	switch line[0] {
	case ' ', '\t':
		return errFolded
	case 'c', 'C', 't', 'T':
	default:
		return nil
	}
	name, value, _ := bytes.Cut(line, []byte{':'})
	switch {
	case bytes.EqualFold(name, []byte("Content-Length")):
		f.lengths++
		length, err := strconv.ParseUint(string(bytes.Trim(value, " \t")), 10, 63)
		if err != nil {
			return errBadLength
		}
		f.length = int64(length)
	case bytes.EqualFold(name, []byte("Transfer-Encoding")):
		f.encodings++
		f.chunked = bytes.EqualFold(bytes.Trim(value, " \t"), []byte("chunked"))
	}
	return nil
}

// endHeader decides how the body is framed.
func (f *framing) endHeader() error {
	switch {
	case f.encodings > 0 && f.lengths > 0:
		return errTwoFramings
	case f.lengths > 1:
		return errTwoLengths
	case f.encodings > 0 && f.old:
		return errOldEncoding
	case f.encodings > 1, f.encodings == 1 && !f.chunked:
		f.part = unwatched // 501, and a closed connection
	case f.encodings == 1:
		f.part = chunkSize
	case f.length > 0:
		f.part, f.left = bodyBytes, f.length
	default:
		f.part = betweenRequests
	}
	return nil
}
