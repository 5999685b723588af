package trace

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// jsonReader reads JSON token by token, and knows the line of each.
type jsonReader struct {
	d     *json.Decoder
	limit *limited
	lines *lineCounter
}

func newJSONReader(in *bufio.Reader) *jsonReader {
	limit := &limited{in: in}
	limit.next()
	lines := &lineCounter{in: limit}
	j := &jsonReader{d: json.NewDecoder(lines), limit: limit, lines: lines}
	j.d.UseNumber()
	return j
}

// lineCounter counts lines while a decoder reads ahead.
type lineCounter struct {
	in    io.Reader
	ends  []int64 // offsets behind the line ends that at has not passed
	read  int64
	line  int
	begin int64 // where line begins
}

func (p *lineCounter) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	for i := range n {
		if b[i] == '\n' {
			p.ends = append(p.ends, p.read+int64(i)+1)
		}
	}
	p.read += int64(n)
	return n, err
}

// at is the position of an offset. Offsets must not go back to a line before.
func (p *lineCounter) at(offset int64) position {
	passed := 0
	for passed < len(p.ends) && p.ends[passed] <= offset {
		p.begin = p.ends[passed]
		passed++
	}
	p.line += passed
	p.ends = append(p.ends[:0], p.ends[passed:]...)
	return position{p.line + 1, max(1, int(offset-p.begin)+1)}
}

func (j *jsonReader) token() (json.Token, error) {
	j.limit.next()
	return j.d.Token()
}

// here is the position behind the last token.
func (j *jsonReader) here() position { return j.lines.at(j.d.InputOffset()) }

// maxDepth limits how deep values are nested.
const maxDepth = 100

var (
	errShape = errors.New("another shape")
	errDepth = fmt.Errorf("values are nested more than %d deep", maxDepth)
)

// scalar is the text of a string, a number, true, false or null.
type scalar struct {
	text   string
	number bool
	at     position
}

// scalar reads a value, which is no object or list.
func (j *jsonReader) scalar() (scalar, error) {
	t, err := j.token()
	if err != nil {
		return scalar{}, err
	}
	return j.scalarOf(t)
}

func (j *jsonReader) scalarOf(t json.Token) (scalar, error) {
	end := j.d.InputOffset()
	switch t := t.(type) {
	case string:
		return scalar{t, false, j.lines.at(max(0, end-int64(len(t))-2))}, nil
	case json.Number:
		return scalar{t.String(), true, j.lines.at(end - int64(len(t)))}, nil
	case json.Delim:
		return scalar{}, errShape
	case nil:
		return scalar{"null", false, j.lines.at(end - 4)}, nil
	}
	return scalar{fmt.Sprint(t), false, j.lines.at(end)}, nil
}

// skip reads a value of any kind.
func (j *jsonReader) skip() error {
	depth := 0
	for {
		t, err := j.token()
		if err != nil {
			return err
		}
		switch t {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			_ = j.here() // forget the lines
			return nil
		}
		if depth > maxDepth {
			return errDepth
		}
	}
}

// object reads an object: member reads the value of each key.
func (j *jsonReader) object(member func(key string) error) error {
	return j.within('{', func() error { return j.member(member) })
}

func (j *jsonReader) member(member func(key string) error) error {
	key, err := j.token()
	if err != nil {
		return err
	}
	return member(key.(string)) // the decoder lets nothing else be a key
}

// array reads a list: element reads each of its values.
func (j *jsonReader) array(element func() error) error { return j.within('[', element) }

func (j *jsonReader) within(open json.Delim, each func() error) error {
	t, err := j.token()
	if err != nil {
		return err
	}
	if t != open {
		return errShape
	}
	return j.rest(each)
}

// rest reads what is left of an object or a list whose beginning was read.
func (j *jsonReader) rest(each func() error) error {
	for j.d.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := j.token()
	return err
}

// problem tells why JSON cannot be read; shape is what it should be. An error of
// reading is returned.
func (x *reader) jsonProblem(j *jsonReader, err error, shape, fix string) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		x.add(j.lines.at(max(syntax.Offset-1, 0)), "", err.Error(), fix)
	case errors.Is(err, errShape):
		x.add(j.here(), "", "this is not "+shape, fix)
	case errors.Is(err, errDepth):
		x.add(j.here(), "", err.Error(), fix)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		x.add(j.lines.at(j.lines.read), "", "the file ends too early", fix)
	case errors.Is(err, bufio.ErrTooLong):
		x.add(j.here(), "", fmt.Sprintf("a value is longer than %d bytes", maxLine), fix)
	default:
		return err
	}
	return nil
}

// flat reads an object whose beginning was read: its scalars by their keys, those of
// objects in it with points between, such as data.time. keys are the names in order.
func (j *jsonReader) flat(prefix string, into map[string]scalar, keys *[]string) error {
	return j.rest(func() error {
		return j.member(func(key string) error {
			t, err := j.token()
			if err != nil {
				return err
			}
			name := prefix + key
			switch t {
			case json.Delim('{'):
				if len(prefix) > maxLine/1000 {
					return errDepth
				}
				return j.flat(name+".", into, keys)
			case json.Delim('['):
				return j.rest(j.skip)
			}
			s, err := j.scalarOf(t)
			if err == nil && len(into) < 1000 {
				into[name] = s
				*keys = append(*keys, name)
			}
			return err
		})
	})
}

// objects calls f with each object of JSON lines, or of a list. A list may have pairs,
// whose keys are pairKeys, or single values, which have the first of them.
func (j *jsonReader) objects(f func(row map[string]scalar, keys []string, at position) error) error {
	row := map[string]scalar{}
	var keys []string
	one := func(t json.Token, listed bool) (err error) {
		clear(row)
		keys = keys[:0]
		add := func(s scalar, err error) error {
			if err == nil && len(keys) == len(pairKeys) {
				err = errShape
			}
			if err == nil {
				keys = append(keys, pairKeys[len(keys)])
				row[keys[len(keys)-1]] = s
			}
			return err
		}
		var at position
		switch {
		case t == json.Delim('{'):
			at = j.lines.at(j.d.InputOffset() - 1)
			err = j.flat("", row, &keys)
		case !listed:
			err = errShape
		case t == json.Delim('['):
			at = j.lines.at(j.d.InputOffset() - 1)
			err = j.rest(func() error { return add(j.scalar()) })
			if err == nil && len(keys) < len(pairKeys) {
				err = errShape
			}
		default:
			err = add(j.scalarOf(t))
			at = row[pairKeys[0]].at
		}
		if err != nil {
			return err
		}
		return f(row, keys, at)
	}
	for {
		t, err := j.token()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case t == json.Delim('['):
			err = j.rest(func() error {
				t, err := j.token()
				if err != nil {
					return err
				}
				return one(t, true)
			})
		default:
			err = one(t, false)
		}
		if err != nil {
			return err
		}
	}
}
