package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
)

// jsonReader makes nodes of JSON, with the places that encoding/json does not
// tell. Columns count bytes.
type jsonReader struct {
	Options
	data    []byte
	decoder *json.Decoder
	// lines are where lines begin.
	lines  []int
	values int
}

func parseJSON(data []byte, o Options) (*Node, error) {
	r := jsonReader{Options: o, data: data, decoder: json.NewDecoder(bytes.NewReader(data)), lines: []int{0}}
	r.decoder.UseNumber()
	for i, b := range data {
		if b == '\n' {
			r.lines = append(r.lines, i+1)
		}
	}
	root, err := r.value(0)
	if err != nil {
		return nil, err
	}
	at := r.next()
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, &SyntaxError{At: r.place(at), Rule: "after the " + o.Holds + " stands something else", Fix: "remove it"}
	}
	return root, nil
}

// next is the offset of the token that is to come.
func (r *jsonReader) next() int {
	at := int(r.decoder.InputOffset())
	for at < len(r.data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.data[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) place(offset int) Position {
	line, found := slices.BinarySearch(r.lines, offset)
	if found {
		line++
	}
	return Position{line, offset - r.lines[line-1] + 1}
}

func (r *jsonReader) token() (json.Token, error) {
	at := r.next()
	t, err := r.decoder.Token()
	if err == nil {
		return t, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, &SyntaxError{At: r.place(min(at, len(r.data))), Rule: "this is not valid JSON: " + err.Error()}
}

func (r *jsonReader) value(depth int) (*Node, error) {
	n := &Node{Start: r.place(r.next())}
	r.values++
	switch {
	case depth > r.MaxDepth:
		return nil, &SyntaxError{At: n.Start, Rule: tooDeep(r.MaxDepth)}
	case r.values > r.MaxValues:
		return nil, &SyntaxError{At: n.Start, Rule: tooMany(r.MaxValues), Fix: "write fewer"}
	}
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		n.Flow = true
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	case json.Number:
		n.Text, n.Scalar = t.String(), t.String()
		if f, err := strconv.ParseFloat(n.Text, 64); err == nil {
			n.Scalar = f
		}
	case string:
		n.Text, n.Scalar, n.Quoted = t, t, true
	default:
		n.Text, n.Scalar = "null", t
		if t != nil {
			n.Text = fmt.Sprint(t)
		}
	}
	n.Written = oneLine(string(r.data[r.offset(n.Start):r.decoder.InputOffset()]), n.Text)
	return n, nil
}

func (r *jsonReader) offset(p Position) int { return r.lines[p.Line-1] + p.Column - 1 }

func (r *jsonReader) list(n *Node, depth int) error {
	n.Kind = Sequence
	for r.decoder.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) object(n *Node, depth int) error {
	n.Kind, n.Values = Mapping, map[string]*Node{}
	for r.decoder.More() {
		key := r.place(r.next())
		t, err := r.token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if n.Values[name] != nil {
			return &SyntaxError{At: key, Rule: repeated(name), Fix: "keep one of the two"}
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		value.Key = key
		n.Set(name, value)
	}
	_, err := r.token()
	return err
}
