package cloudformation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
)

// jsonReader makes nodes of JSON, with the places that encoding/json does not
// tell.
type jsonReader struct {
	data    []byte
	decoder *json.Decoder
	// lines are where the lines end.
	lines []int
}

func parseJSON(data []byte) (*node, *refusal) {
	r := jsonReader{data: data, decoder: json.NewDecoder(bytes.NewReader(data))}
	r.decoder.UseNumber()
	for i, b := range data {
		if b == '\n' {
			r.lines = append(r.lines, i)
		}
	}
	root, wrong := r.value(0)
	if wrong != nil {
		return nil, wrong
	}
	at := r.next()
	if _, err := r.decoder.Token(); !errors.Is(err, io.EOF) {
		line, column := r.place(at)
		return nil, refuse(line, column, "after the template stands something else", "remove it")
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

func (r *jsonReader) place(offset int) (line, column int) {
	line = sort.SearchInts(r.lines, offset)
	if line > 0 {
		offset -= r.lines[line-1] + 1
	}
	return line + 1, offset + 1
}

func (r *jsonReader) token() (json.Token, *refusal) {
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
	line, column := r.place(min(at, len(r.data)))
	return nil, refuse(line, column, "this is not valid JSON: "+err.Error(), "")
}

func (r *jsonReader) value(depth int) (*node, *refusal) {
	line, column := r.place(r.next())
	if depth > maxDepth {
		return nil, refuse(line, column, fmt.Sprintf("more than %d levels are nested here", maxDepth), "")
	}
	t, wrong := r.token()
	if wrong != nil {
		return nil, wrong
	}
	n := &node{line: line, column: column}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	case json.Number:
		n.text = t.String()
		n.scalar = n.text
		if f, err := strconv.ParseFloat(n.text, 64); err == nil {
			n.scalar = f
		}
	case string:
		n.scalar, n.text = t, strconv.Quote(t)
	default:
		n.scalar, n.text = t, "null"
		if t != nil {
			n.text = fmt.Sprint(t)
		}
	}
	return n, nil
}

func (r *jsonReader) list(n *node, depth int) *refusal {
	n.shape = sequence
	for r.decoder.More() {
		item, wrong := r.value(depth + 1)
		if wrong != nil {
			return wrong
		}
		n.items = append(n.items, item)
	}
	_, wrong := r.token()
	return wrong
}

func (r *jsonReader) object(n *node, depth int) *refusal {
	n.shape, n.keys = mapping, map[string]*node{}
	for r.decoder.More() {
		line, column := r.place(r.next())
		t, wrong := r.token()
		if wrong != nil {
			return wrong
		}
		name, _ := t.(string)
		if _, twice := n.keys[name]; twice {
			return refuse(line, column, fmt.Sprintf("the key %q is repeated", name), "keep one of the two")
		}
		value, wrong := r.value(depth + 1)
		if wrong != nil {
			return wrong
		}
		value.atKey(line, column)
		n.set(name, value)
	}
	_, wrong := r.token()
	return wrong
}

// atKey places a value that spans lines at its key.
func (n *node) atKey(line, column int) {
	if n.shape != scalar {
		n.line, n.column = line, column
	}
}
