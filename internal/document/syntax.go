package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// notYAML begins every problem with a file's syntax.
const notYAML = "this is not valid YAML: "

// explain says what was written wrong, where the library says what it did not
// expect.
func (s source) explain(err error, o Options) SyntaxError {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return SyntaxError{At: Position{1, 1}, Rule: err.Error()}
	}
	m := mistake{source: s, options: o, message: e.Message, context: e.ContextMsg, at: place(e.Mark), from: place(e.ContextMark)}
	if m.at == (Position{}) {
		m.at = s.unprintable()
	}
	for _, known := range []func(mistake) (SyntaxError, bool){
		mistake.depth, mistake.tab, mistake.quote, mistake.bracket, mistake.colon, mistake.indentation, mistake.indicator,
	} {
		if found, ok := known(m); ok {
			if found.Rule != e.Message {
				found.Rule = notYAML + found.Rule
			}
			return found
		}
	}
	rule := m.message
	if m.context != "" {
		rule += " " + m.context
	}
	return SyntaxError{At: m.at, Rule: notYAML + strings.ReplaceAll(rule, "\n", " ")}
}

// mistake is an error of the library: where it was noticed, and where what was
// being read began.
type mistake struct {
	source
	options          Options
	message, context string
	at, from         Position
}

func place(m yaml.Mark) Position { return Position{m.Line, m.Column} }

// unprintable is the place of the first character that YAML does not allow.
func (s source) unprintable() Position {
	for i, r := range s.text {
		if unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r) || r == '\ufffe' || r == '\uffff' {
			return s.position(i)
		}
	}
	return Position{1, 1}
}

// depth is that values nest too deep.
func (m mistake) depth() (SyntaxError, bool) {
	return SyntaxError{At: m.at, Rule: m.message}, m.message == tooDeep(m.options.MaxDepth)
}

// tab is a tab in the indentation.
func (m mistake) tab() (SyntaxError, bool) {
	line := m.line(m.at.Line)
	indentation := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	column := strings.IndexByte(indentation, '\t') + 1
	if column == 0 && m.source.at(m.index(m.at)) == '\t' {
		column = m.at.Column
	}
	return SyntaxError{At: Position{m.at.Line, column}, Rule: "the line is indented with a tab", Fix: "use spaces"}, column > 0
}

// quote is a quote that is not closed, or closed only by one that was meant to
// open another text.
func (m mistake) quote() (SyntaxError, bool) {
	const reading = "while scanning a quoted scalar"
	opened, ends := m.from, ""
	switch {
	case m.context != reading:
		// Does a text in quotes go on to the line with the error?
		text := string(m.text[:m.index(Position{m.errorLine(), 1})])
		_, err := load([]byte(text), m.options)
		var before *yaml.LoadError
		if !errors.As(err, &before) || before.ContextMsg != reading {
			return SyntaxError{}, false
		}
		opened = place(before.ContextMark)
		ends = fmt.Sprintf(" before line %d", m.errorLine())
	case m.message != "found unexpected end of stream" && !strings.Contains(m.message, "document indicator"):
		return SyntaxError{}, false
	}
	quote := string(m.source.at(m.index(opened)))
	return SyntaxError{At: opened, Rule: "the quote that opens here is not closed" + ends, Fix: "close it with " + quote}, true
}

// errorLine is the line that is wrong. A key without a colon is noticed on the
// line after it.
func (m mistake) errorLine() int {
	if m.context == "while scanning a simple key" {
		return m.from.Line
	}
	return m.at.Line
}

// bracket is a bracket that is not closed.
func (m mistake) bracket() (SyntaxError, bool) {
	opened := m.source.at(m.index(m.from))
	closing, isBracket := map[rune]string{'[': "]", '{': "}"}[opened]
	if !isBracket || !strings.HasPrefix(m.context, "while parsing a flow") {
		return SyntaxError{}, false
	}
	if m.at.Line == m.from.Line && m.index(m.at) < len(m.text) {
		return SyntaxError{At: m.at, Rule: "a comma or " + closing + " is missing here", Fix: "separate entries with a comma, and end them with " + closing}, true
	}
	rule := fmt.Sprintf("the %c that opens here is not closed", opened)
	if m.index(m.at) < len(m.text) {
		rule += fmt.Sprintf(" before line %d", m.at.Line)
	}
	return SyntaxError{At: m.from, Rule: rule, Fix: "close it with " + closing}, true
}

// colon is a key whose colon, or the space after it, is missing.
func (m mistake) colon() (SyntaxError, bool) {
	line := 0
	switch {
	case m.message == "could not find expected ':'":
		line = m.from.Line
	case m.continued():
		line = m.before(m.at.Line)
	}
	text, column := m.content(line)
	if line == 0 || isPair(text) {
		return SyntaxError{}, false
	}
	at := Position{line, column}
	if key, value, found := strings.Cut(text, ":"); found {
		at.Column += utf8.RuneCountInString(key)
		return SyntaxError{At: at, Rule: "a space is missing after the colon", Fix: fmt.Sprintf("write %s: %s", OneLine(key), OneLine(value))}, true
	}
	found := SyntaxError{At: at, Rule: "the colon is missing after the key", Fix: "write NAME: VALUE"}
	if key, value, two := strings.Cut(text, " "); two {
		found.Fix = fmt.Sprintf("write %s: %s", OneLine(key), OneLine(strings.TrimSpace(value)))
	}
	return found, true
}

// continued reports whether the library has read the key of a line as more of the
// text on the line before it, at the same indentation.
func (m mistake) continued() bool {
	_, column := m.content(m.at.Line)
	_, before := m.content(m.before(m.at.Line))
	return strings.HasPrefix(m.message, "mapping values are not allowed") && column == before
}

// indentation is a line that is indented like none of those it could belong to.
func (m mistake) indentation() (SyntaxError, bool) {
	text, column := m.content(m.at.Line)
	starts := m.at.Column == column || strings.HasPrefix(m.message, "mapping values") && m.isKey(text, m.at.Column-column)
	if !starts || m.at.Line < 2 {
		return SyntaxError{}, false
	}
	levels := m.levels(m.at.Line)
	if len(levels) == 0 {
		return SyntaxError{}, false
	}
	var expected []string
	for _, l := range levels {
		if l.column == column {
			return m.unlike(l)
		}
		expected = append(expected, fmt.Sprintf("by %s as line %d", spaces(l.column-1), l.line))
	}
	rule := fmt.Sprintf("the line is indented by %s, unlike the lines that it could belong to", spaces(column-1))
	return SyntaxError{At: Position{m.at.Line, column}, Rule: rule, Fix: "indent it " + strings.Join(expected, ", or ")}, true
}

// unlike is that a line is indented like an item of a list and is none, or the
// other way round.
func (m mistake) unlike(l level) (SyntaxError, bool) {
	text, column := m.content(m.at.Line)
	found := SyntaxError{At: Position{m.at.Line, column}}
	isItem := text == "-" || strings.HasPrefix(text, "- ")
	switch {
	case l.item && !isItem:
		found.Rule = fmt.Sprintf("the line is indented like the list of line %d, and is no item of it", l.line)
		found.Fix = "begin it with \"- \", or indent it like the key that it belongs beside"
	case !l.item && isItem:
		found.Rule = fmt.Sprintf("an item of a list is indented like the key of line %d", l.line)
		found.Fix = "put the list below a key of its own"
	default:
		return SyntaxError{}, false
	}
	return found, true
}

// indicator is a value that begins with a character that YAML keeps to itself, or
// has a colon and a space in it.
func (m mistake) indicator() (SyntaxError, bool) {
	switch r := m.source.at(m.index(m.at)); {
	case m.message == "found character that cannot start any token":
		return SyntaxError{At: m.at, Rule: fmt.Sprintf("a value cannot begin with %c", r), Fix: "put the value in quotes"}, true
	case strings.HasPrefix(m.message, "mapping values are not allowed"):
		return SyntaxError{At: m.at, Rule: "a value has a colon and a space in it", Fix: "put the value in quotes, or begin a new line for the key"}, true
	case m.message == "did not find expected key" && m.afterQuote():
		return SyntaxError{At: m.at, Rule: "more text follows the closing quote", Fix: "put the whole value in quotes"}, true
	}
	return SyntaxError{}, false
}

// afterQuote reports whether a quote stands before the error on its line.
func (m mistake) afterQuote() bool {
	before := strings.TrimRight(string(m.text[m.index(Position{m.at.Line, 1}):m.index(m.at)]), " ")
	return strings.HasSuffix(before, `"`) || strings.HasSuffix(before, "'")
}

func spaces(n int) string {
	if n == 1 {
		return "1 space"
	}
	return fmt.Sprintf("%d spaces", n)
}
