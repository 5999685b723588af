package document

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// invalid is a problem with a file's syntax.
func invalid(at Position, rule, fix string) *SyntaxError {
	return &SyntaxError{At: at, Rule: "this is not valid YAML: " + rule, Fix: fix}
}

// explain says what was written wrong, where the library says what it did not
// expect.
func (s source) explain(err error, o Options) SyntaxError {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		return SyntaxError{At: Position{1, 1}, Rule: err.Error()}
	}
	m := mistake{
		source: s, options: o, message: e.Message, context: e.ContextMsg, at: place(e.Mark), from: place(e.ContextMark),
	}
	if m.at == (Position{}) {
		m.at = s.unprintable()
	}
	for _, known := range []func(mistake) *SyntaxError{
		mistake.depth, mistake.tab, mistake.quote, mistake.bracket, mistake.colon, mistake.indentation, mistake.indicator,
	} {
		if found := known(m); found != nil {
			return *found
		}
	}
	rule := m.message
	if m.context != "" {
		rule += " " + m.context
	}
	return *invalid(m.at, strings.ReplaceAll(rule, "\n", " "), "")
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
func (m mistake) depth() *SyntaxError {
	if m.message != tooDeep(m.options.MaxDepth) {
		return nil
	}
	return &SyntaxError{At: m.at, Rule: m.message}
}

// tab is a tab in the indentation.
func (m mistake) tab() *SyntaxError {
	line := m.line(m.at.Line)
	indentation := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	column := strings.IndexByte(indentation, '\t') + 1
	if column == 0 && m.source.at(m.index(m.at)) == '\t' {
		column = m.at.Column
	}
	if column == 0 {
		return nil
	}
	return invalid(Position{m.at.Line, column}, "the line is indented with a tab", "use spaces")
}

// quote is a quote that is not closed, or closed only by one that was meant to
// open another text.
func (m mistake) quote() *SyntaxError {
	const reading = "while scanning a quoted scalar"
	opened, ends := m.from, ""
	switch {
	case m.context != reading:
		// Does a text in quotes go on to the line with the error?
		text := string(m.text[:m.index(Position{m.errorLine(), 1})])
		_, err := load([]byte(text), m.options)
		var before *yaml.LoadError
		if !errors.As(err, &before) || before.ContextMsg != reading {
			return nil
		}
		opened = place(before.ContextMark)
		ends = fmt.Sprintf(" before line %d", m.errorLine())
	case m.message != "found unexpected end of stream" && !strings.Contains(m.message, "document indicator"):
		return nil
	}
	quote := string(m.source.at(m.index(opened)))
	return invalid(opened, "the quote that opens here is not closed"+ends, "close it with "+quote)
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
func (m mistake) bracket() *SyntaxError {
	opened := m.source.at(m.index(m.from))
	closing, isBracket := map[rune]string{'[': "]", '{': "}"}[opened]
	if !isBracket || !strings.HasPrefix(m.context, "while parsing a flow") {
		return nil
	}
	if m.at.Line == m.from.Line && m.index(m.at) < len(m.text) {
		return invalid(m.at, "a comma or "+closing+" is missing here",
			"separate entries with a comma, and end them with "+closing)
	}
	rule := fmt.Sprintf("the %c that opens here is not closed", opened)
	if m.index(m.at) < len(m.text) {
		rule += fmt.Sprintf(" before line %d", m.at.Line)
	}
	return invalid(m.from, rule, "close it with "+closing)
}

// colon is a key whose colon, or the space after it, is missing.
func (m mistake) colon() *SyntaxError {
	line := 0
	switch {
	case m.message == "could not find expected ':'":
		line = m.from.Line
	case m.continued():
		line = m.before(m.at.Line)
	}
	text, column := m.content(line)
	if line == 0 || isPair(text) {
		return nil
	}
	at := Position{line, column}
	if key, value, found := strings.Cut(text, ":"); found {
		at.Column += utf8.RuneCountInString(key)
		return invalid(at,
			"a space is missing after the colon", fmt.Sprintf("write %s: %s", OneLine(key), OneLine(value)))
	}
	fix := "write NAME: VALUE"
	if key, value, two := strings.Cut(text, " "); two {
		fix = fmt.Sprintf("write %s: %s", OneLine(key), OneLine(strings.TrimSpace(value)))
	}
	return invalid(at, "the colon is missing after the key", fix)
}

// continued reports whether the library has read the key of a line as more of the
// text on the line before it, at the same indentation.
func (m mistake) continued() bool {
	_, column := m.content(m.at.Line)
	_, before := m.content(m.before(m.at.Line))
	return strings.HasPrefix(m.message, "mapping values are not allowed") && column == before
}

// indentation is a line that is indented like none of those it could belong to.
func (m mistake) indentation() *SyntaxError {
	text, column := m.content(m.at.Line)
	isKey := strings.HasPrefix(m.message, "mapping values") && m.isKey(text, m.at.Column-column)
	if m.at.Column != column && !isKey || m.at.Line < 2 {
		return nil
	}
	levels := m.levels(m.at.Line)
	if len(levels) == 0 {
		return nil
	}
	var expected []string
	for _, l := range levels {
		if l.column == column {
			return m.unlike(l)
		}
		expected = append(expected, fmt.Sprintf("by %s as line %d", spaces(l.column-1), l.line))
	}
	rule := fmt.Sprintf("the line is indented by %s, unlike the lines that it could belong to", spaces(column-1))
	return invalid(Position{m.at.Line, column}, rule, "indent it "+strings.Join(expected, ", or "))
}

// unlike is that a line is indented like an item of a list and is none, or the
// other way round.
func (m mistake) unlike(l level) *SyntaxError {
	text, column := m.content(m.at.Line)
	at := Position{m.at.Line, column}
	switch isItem := text == "-" || strings.HasPrefix(text, "- "); {
	case l.item && !isItem:
		return invalid(at, fmt.Sprintf("the line is indented like the list of line %d, and is no item of it", l.line),
			"begin it with \"- \", or indent it like the key that it belongs beside")
	case !l.item && isItem:
		return invalid(at, fmt.Sprintf("an item of a list is indented like the key of line %d", l.line),
			"put the list below a key of its own")
	}
	return nil
}

// indicator is a value that begins with a character that YAML keeps to itself, or
// has a colon and a space in it.
func (m mistake) indicator() *SyntaxError {
	switch r := m.source.at(m.index(m.at)); {
	case m.message == "found character that cannot start any token":
		return invalid(m.at, fmt.Sprintf("a value cannot begin with %c", r), "put the value in quotes")
	case strings.HasPrefix(m.message, "mapping values are not allowed"):
		return invalid(m.at, "a value has a colon and a space in it",
			"put the value in quotes, or begin a new line for the key")
	case m.message == "did not find expected key" && m.afterQuote():
		return invalid(m.at, "more text follows the closing quote", "put the whole value in quotes")
	}
	return nil
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
