package trace

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// bufferSize is that of readers; a format is recognised by headSize bytes.
const (
	bufferSize = 64 << 10
	headSize   = 32 << 10
)

// decode is a file as UTF-8 without a byte order mark: gzip and UTF-16 are undone.
func decode(r io.Reader) (*bufio.Reader, error) {
	in := bufio.NewReaderSize(r, bufferSize)
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unzipped, err := gzip.NewReader(in)
		if err != nil {
			return nil, err
		}
		in = bufio.NewReaderSize(unzipped, bufferSize)
	}
	mark, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte("\xef\xbb\xbf")):
		_, _ = in.Discard(3) // it was peeked
	case bytes.HasPrefix(mark, []byte{0xff, 0xfe}):
		_, _ = in.Discard(2)
		in = bufio.NewReaderSize(&utf16Reader{in: in, low: 0, high: 1}, bufferSize)
	case bytes.HasPrefix(mark, []byte{0xfe, 0xff}):
		_, _ = in.Discard(2)
		in = bufio.NewReaderSize(&utf16Reader{in: in, low: 1, high: 0}, bufferSize)
	}
	return in, nil
}

// utf16Reader reads UTF-16 as UTF-8.
type utf16Reader struct {
	in        *bufio.Reader
	low, high int // indexes of the bytes of a unit
	out       []byte
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	_, err := io.ReadFull(u.in, b[:])
	return rune(b[u.high])<<8 | rune(b[u.low]), err
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) < len(p) {
		r, err := u.unit()
		if err == nil && utf16.IsSurrogate(r) {
			var second rune
			second, err = u.unit()
			r = utf16.DecodeRune(r, second)
		}
		if err != nil {
			if len(u.out) > 0 && errors.Is(err, io.EOF) {
				break
			}
			if len(u.out) == 0 {
				return 0, err
			}
			break
		}
		u.out = utf8.AppendRune(u.out, r)
	}
	n := copy(p, u.out)
	u.out = append(u.out[:0], u.out[n:]...)
	return n, nil
}

// limited fails where more than its limit is read between two calls of next: a line or
// a value without an end would fill memory.
type limited struct {
	in   io.Reader
	left int
}

func (l *limited) next() { l.left = maxLine + 2*bufferSize }

func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, bufio.ErrTooLong
	}
	n, err := l.in.Read(p[:min(len(p), bufferSize)])
	l.left -= n
	return n, err
}
