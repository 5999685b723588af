package alarms

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Composite is a composite alarm. Its actions suppressor is not evaluated.
type Composite struct {
	Name string
	// Rule is the AlarmRule.
	Rule string
	rule rule
}

// CompositeFromProperties reads the Properties of an
// AWS::CloudWatch::CompositeAlarm of a synthesized template.
func CompositeFromProperties(properties map[string]any) (Composite, error) {
	p := &object{fields: properties}
	return NewComposite(p.text("AlarmName"), p.text("AlarmRule"))
}

// NewComposite reads the rule of a composite alarm.
func NewComposite(name, alarmRule string) (Composite, error) {
	r, err := parseRule(alarmRule)
	if err != nil {
		return Composite{}, fmt.Errorf("composite alarm %q: %w", name, err)
	}
	return Composite{name, alarmRule, r}, nil
}

// Alarms returns the alarms that the rule names, as it names them, each once.
func (c Composite) Alarms() (names []string) {
	c.rule.walk(func(r rule) {
		for _, name := range r.names {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	})
	return names
}

// Evaluate returns the state of the composite alarm for the states of others by
// name. A rule that names an alarm by ARN finds it by the name in the ARN, or by
// the ARN; one that names ${Alarm.Arn} by the logical ID Alarm.
func (c Composite) Evaluate(states map[string]State) (State, error) {
	is, err := c.rule.eval(states)
	if err != nil {
		return "", fmt.Errorf("composite alarm %q: %w", c.Name, err)
	}
	if is {
		return InAlarm, nil
	}
	return OK, nil
}

// rule is a part of an AlarmRule.
type rule struct {
	op    string // TRUE, AND, OR, NOT, AT_LEAST, or none for the state of an alarm
	state State
	not   bool     // of the state that AT_LEAST counts
	names []string // one, or those of AT_LEAST
	least string   // of AT_LEAST: a number, or a percentage
	args  []rule
}

func (r rule) walk(f func(rule)) {
	f(r)
	for _, arg := range r.args {
		arg.walk(f)
	}
}

func (r rule) eval(states map[string]State) (bool, error) {
	var is []bool
	for _, arg := range r.args {
		b, err := arg.eval(states)
		if err != nil {
			return false, err
		}
		is = append(is, b)
	}
	count := 0
	for _, name := range r.names {
		state, err := lookUp(states, name)
		if err != nil {
			return false, err
		}
		if (state == r.state) != r.not {
			count++
		}
	}
	switch r.op {
	case "TRUE":
		return true, nil
	case "FALSE":
		return false, nil
	case "NOT":
		return !is[0], nil
	case "AND":
		return is[0] && is[1], nil
	case "OR":
		return is[0] || is[1], nil
	case "AT_LEAST":
		return count >= r.threshold(), nil
	}
	if len(r.names) == 0 {
		return false, fmt.Errorf("no rule; make it with NewComposite")
	}
	return count == 1, nil
}

// threshold is the number of alarms that AT_LEAST wants; a percentage is of
// those it names, rounded up.
func (r rule) threshold() int {
	digits, percent := strings.CutSuffix(r.least, "%")
	n, _ := strconv.ParseFloat(digits, 64) // the parser has looked at it
	if percent {
		n = math.Ceil(n*float64(len(r.names))/100 - 1e-9)
	}
	return int(n)
}

func lookUp(states map[string]State, name string) (State, error) {
	names := []string{name}
	if _, after, ok := strings.Cut(name, ":alarm:"); ok {
		names = append(names, after)
	}
	if inner, ok := strings.CutPrefix(name, "${"); ok {
		if inner, ok = strings.CutSuffix(inner, "}"); ok {
			logical, _, _ := strings.Cut(inner, ".")
			names = append(names, logical)
		}
	}
	for _, n := range names {
		if s, ok := states[n]; ok {
			return s, nil
		}
	}
	return "", fmt.Errorf("no state of the alarm %q", name)
}

// maxRule is the longest AlarmRule that PutCompositeAlarm takes.
const maxRule = 10240

// parseRule reads an AlarmRule: AND binds tighter than OR, NOT tighter than both.
func parseRule(text string) (rule, error) {
	if len(text) > maxRule {
		return rule{}, fmt.Errorf("AlarmRule: got %d characters, want at most %d", len(text), maxRule)
	}
	p := &ruleParser{rest: text}
	r, err := p.or(0)
	if err == nil && p.skip() != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	if err != nil {
		return rule{}, fmt.Errorf("AlarmRule %q: %w", text, err)
	}
	return r, nil
}

type ruleParser struct{ rest string }

func (p *ruleParser) skip() string {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	return p.rest
}

// take reads a sign that comes next.
func (p *ruleParser) take(sign string) bool {
	rest, ok := strings.CutPrefix(p.skip(), sign)
	if ok {
		p.rest = rest
	}
	return ok
}

// word reads a word that comes next, and ends there.
func (p *ruleParser) word(word string) bool {
	rest, ok := strings.CutPrefix(p.skip(), word)
	if !ok || rest != "" && (isLetter(rune(rest[0])) || isDigit(rune(rest[0]))) {
		return false
	}
	p.rest = rest
	return true
}

func (p *ruleParser) or(depth int) (rule, error)  { return p.chain("OR", depth, p.and) }
func (p *ruleParser) and(depth int) (rule, error) { return p.chain("AND", depth, p.not) }

func (p *ruleParser) chain(op string, depth int, part func(int) (rule, error)) (rule, error) {
	left, err := part(depth)
	for err == nil && p.word(op) {
		var right rule
		if right, err = part(depth); err == nil {
			left = rule{op: op, args: []rule{left, right}}
		}
	}
	return left, err
}

func (p *ruleParser) not(depth int) (rule, error) {
	if depth > maxDepth {
		return rule{}, fmt.Errorf("more than %d levels deep", maxDepth)
	}
	if p.word("NOT") {
		r, err := p.not(depth + 1)
		return rule{op: "NOT", args: []rule{r}}, err
	}
	if p.take("(") {
		r, err := p.or(depth + 1)
		if err == nil && !p.take(")") {
			err = fmt.Errorf("got %q, want )", p.rest)
		}
		return r, err
	}
	for _, constant := range []string{"TRUE", "FALSE"} {
		if p.word(constant) {
			return rule{op: constant}, nil
		}
	}
	if p.word("AT_LEAST") {
		return p.atLeast()
	}
	for _, state := range []State{InAlarm, OK, InsufficientData} {
		if p.word(string(state)) {
			name, err := p.name()
			return rule{state: state, names: []string{name}}, err
		}
	}
	return rule{}, fmt.Errorf("got %q, want ALARM, OK, INSUFFICIENT_DATA, AT_LEAST, NOT, TRUE, FALSE or (", p.rest)
}

// name reads the name or ARN between parentheses, with or without quotes.
func (p *ruleParser) name() (string, error) {
	if !p.take("(") {
		return "", fmt.Errorf("got %q, want (", p.rest)
	}
	name, err := p.one()
	if err == nil && !p.take(")") {
		err = fmt.Errorf("got %q, want )", p.rest)
	}
	return name, err
}

func (p *ruleParser) one() (string, error) {
	ends, quoted := "),", p.take(`"`)
	if quoted {
		ends = `"`
	}
	end := strings.IndexAny(p.rest, ends)
	if end < 0 {
		return "", fmt.Errorf("no end of the name at %q", p.rest)
	}
	name := p.rest[:end]
	if p.rest = p.rest[end:]; quoted {
		p.rest = p.rest[1:]
	} else {
		name = strings.TrimSpace(name)
	}
	if name == "" || !quoted && strings.ContainsAny(name, `"(`) {
		return "", fmt.Errorf("got the name %q, want one without parentheses and quotes, or in quotes", name)
	}
	return name, nil
}

// atLeast reads AT_LEAST(2, ALARM, (a, b, c)), whose number can be a percentage
// and whose state can stand behind NOT.
func (p *ruleParser) atLeast() (rule, error) {
	r := rule{op: "AT_LEAST"}
	if !p.take("(") {
		return r, fmt.Errorf("got %q, want (", p.rest)
	}
	least, rest, ok := strings.Cut(p.rest, ",")
	r.least = strings.TrimSpace(least)
	number, err := strconv.ParseUint(strings.TrimSuffix(r.least, "%"), 10, 16)
	if !ok || err != nil || number < 1 || strings.HasSuffix(r.least, "%") && number > 100 {
		return r, fmt.Errorf("AT_LEAST: got %q, want a number or a percentage first", least)
	}
	p.rest = rest
	r.not = p.word("NOT")
	for _, state := range []State{InAlarm, OK, InsufficientData} {
		if p.word(string(state)) {
			r.state = state
		}
	}
	if r.state == "" || !p.take(",") || !p.take("(") {
		return r, fmt.Errorf("AT_LEAST: got %q, want a state, a comma and the alarms in parentheses", p.rest)
	}
	for {
		name, err := p.one()
		if err != nil {
			return r, err
		}
		r.names = append(r.names, name)
		if !p.take(",") {
			break
		}
	}
	for range 2 {
		if !p.take(")") {
			return r, fmt.Errorf("got %q, want ))", p.rest)
		}
	}
	if !strings.HasSuffix(r.least, "%") && int(number) > len(r.names) {
		return r, fmt.Errorf("AT_LEAST: got %d of %d alarms", number, len(r.names))
	}
	return r, nil
}
