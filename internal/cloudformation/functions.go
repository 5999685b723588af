package cloudformation

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
)

// call is what a function comes to.
func (o owner) call(n *document.Node, name string, argument *document.Node, path string, depth int) any {
	switch name {
	case "Ref":
		if target, ok := argument.String(); ok {
			return o.ref(n, target, path, depth)
		}
		// AWS::LanguageExtensions takes a function here.
		if inner, _ := function(argument); inner != "" {
			if target, ok := o.argumentText(argument, path, depth); ok {
				return o.ref(n, target, path, depth)
			}
			return unresolved{}
		}
		o.add(n, path, shown(n), "Ref takes the name of a parameter or resource", "write the name")
		return unresolved{}
	case "Fn::GetAtt":
		return o.callGetAtt(n, argument, path, depth)
	case "Fn::Sub":
		return o.sub(n, argument, path, depth)
	case "Fn::Join":
		return o.join(n, argument, path, depth)
	case "Fn::Select":
		return o.selected(n, argument, path, depth)
	case "Fn::Split":
		return o.split(n, argument, path, depth)
	case "Fn::FindInMap":
		return o.findInMap(n, argument, path, depth)
	case "Fn::If":
		args, ok := o.arguments(n, argument, path, 3, 3)
		if !ok {
			return unresolved{}
		}
		condition, _ := args[0].String()
		switch o.condition(n, condition, path, depth) {
		case yes:
			return o.resolve(args[1], path, depth)
		case no:
			return o.resolve(args[2], path, depth)
		default:
			return unresolved{}
		}
	case "Fn::Length":
		if list, ok := o.argument(argument, path, depth).([]any); ok {
			return float64(len(list))
		}
	case "Fn::GetStackOutput":
		return o.getStackOutput(n, argument, path, depth)
	case "Fn::ImportValue":
		return o.importValue(n, argument, path, depth)
	}
	o.add(n, path, shown(n), "the function "+strings.TrimPrefix(name, "Fn::")+" is not resolved here",
		"write the value out")
	return unresolved{}
}

func (o owner) callGetAtt(n, argument *document.Node, path string, depth int) any {
	resource, attribute := "", ""
	if written, ok := argument.String(); ok {
		resource, attribute, _ = strings.Cut(written, ".")
	} else {
		args, ok := o.arguments(n, argument, path, 2, 2)
		if !ok {
			return unresolved{}
		}
		if resource, ok = o.argumentText(args[0], path, depth); !ok {
			return unresolved{}
		}
		if attribute, ok = o.argumentText(args[1], path, depth); !ok {
			return unresolved{}
		}
	}
	return o.getAtt(n, resource, attribute, path, depth)
}

// variable is ${Name} or ${!Literal} in the text of Fn::Sub.
var variable = regexp.MustCompile(`\$\{([^${}]*)\}`)

func (o owner) sub(n, argument *document.Node, path string, depth int) any {
	format, isText := argument.String()
	var own *document.Node
	if !isText {
		args, ok := o.arguments(n, argument, path, 2, 2)
		if !ok {
			return unresolved{}
		}
		own = args[1]
		if format, ok = args[0].String(); !ok {
			o.add(n, path, shown(n), "Sub takes a text", "write the text")
			return unresolved{}
		}
	}
	whole := true
	out := variable.ReplaceAllStringFunc(format, func(found string) string {
		name := strings.TrimSpace(found[2 : len(found)-1])
		var v any
		resource, attribute, isAttribute := strings.Cut(name, ".")
		switch {
		case strings.HasPrefix(name, "!"):
			return "${" + name[1:] + "}"
		case own.Get(name) != nil:
			v = o.resolve(own.Get(name), path, depth)
		case isAttribute:
			v = o.getAtt(n, resource, attribute, path, depth)
		default:
			v = o.ref(n, name, path, depth)
		}
		s, ok := text(v)
		if _, noted := v.(unresolved); !ok && !noted {
			o.add(n, path, found, "only a text fits into a text", "give a text")
		}
		whole = whole && ok
		return s
	})
	if !whole || !o.spend(len(out)) {
		return unresolved{}
	}
	return out
}

func (o owner) join(n, argument *document.Node, path string, depth int) any {
	args, ok := o.arguments(n, argument, path, 2, 2)
	if !ok {
		return unresolved{}
	}
	delimiter, ok := o.argumentText(args[0], path, depth)
	list, whole := o.argumentList(args[1], path, depth)
	if !ok || !whole {
		return unresolved{}
	}
	size := len(list) * len(delimiter)
	for _, s := range list {
		size += len(s)
	}
	if !o.spend(size) {
		return unresolved{}
	}
	return strings.Join(list, delimiter)
}

func (o owner) selected(n, argument *document.Node, path string, depth int) any {
	args, ok := o.arguments(n, argument, path, 2, 2)
	if !ok {
		return unresolved{}
	}
	written, ok := o.argumentText(args[0], path, depth)
	list := o.argument(args[1], path, depth)
	if _, noted := list.(unresolved); !ok || noted {
		return unresolved{}
	}
	items, isList := list.([]any)
	i, err := strconv.Atoi(written)
	if err != nil || !isList || i < 0 || i >= len(items) {
		if at := slices.IndexFunc(items, isOpen); o.names && i >= 0 && at >= 0 {
			return unknown(openPart.FindString(items[at].(string)) + "-" + written)
		}
		o.add(n, path, shown(n), "the list has no such item", "select from 0 to one less than its length")
		return unresolved{}
	}
	return items[i]
}

// isOpen reports whether an item holds what only a deployment shows.
func isOpen(item any) bool {
	s, _ := item.(string)
	return openText(s)
}

func (o owner) split(n, argument *document.Node, path string, depth int) any {
	args, ok := o.arguments(n, argument, path, 2, 2)
	if !ok {
		return unresolved{}
	}
	delimiter, ok := o.argumentText(args[0], path, depth)
	source, whole := o.argumentText(args[1], path, depth)
	if !ok || !whole {
		return unresolved{}
	}
	if delimiter == "" {
		o.add(n, path, shown(n), "a text is split at a delimiter of one character or more", "give the delimiter")
		return unresolved{}
	}
	return splitText(source, delimiter)
}

func splitText(source, delimiter string) []any {
	var out []any
	for part := range strings.SplitSeq(source, delimiter) {
		out = append(out, part)
	}
	return out
}

func (o owner) findInMap(n, argument *document.Node, path string, depth int) any {
	args, ok := o.arguments(n, argument, path, 3, 4)
	if !ok {
		return unresolved{}
	}
	found := o.root.Get("Mappings")
	for _, arg := range args[:3] {
		key, ok := o.argumentText(arg, path, depth)
		if !ok {
			return unresolved{}
		}
		found = found.Get(key)
		if found != nil {
			continue
		}
		if len(args) == 4 && args[3].Get("DefaultValue") != nil {
			return o.resolve(args[3].Get("DefaultValue"), path, depth)
		}
		if o.names && openText(key) {
			return unknown(key)
		}
		fix := "add it to Mappings"
		if openText(key) {
			fix = "give " + strings.Trim(key, "${}") + ", which is not known"
		}
		o.add(n, path, shown(n), "the mapping has no key "+strconv.Quote(key), fix)
		return unresolved{}
	}
	return o.resolve(found, path, depth)
}
