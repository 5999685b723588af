// Package cloudformation reads how SageMaker scales out of CloudFormation
// templates, whoever wrote them: scalable targets with their policies, alarms
// and scheduled actions, and the variants that they scale, as values of package
// autoscaling. It resolves the functions of a template as far as the template,
// and those that are read together with it, say what they come to; of the rest
// it says where and why not.
package cloudformation

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling/lint"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/document"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// CloudFormation's types of what is read.
const (
	targetType         = "AWS::ApplicationAutoScaling::ScalableTarget"
	policyType         = "AWS::ApplicationAutoScaling::ScalingPolicy"
	alarmType          = "AWS::CloudWatch::Alarm"
	endpointType       = "AWS::SageMaker::Endpoint"
	endpointConfigType = "AWS::SageMaker::EndpointConfig"
	componentType      = "AWS::SageMaker::InferenceComponent"
	modelType          = "AWS::SageMaker::Model"
	stackType          = "AWS::CloudFormation::Stack"
	applicationType    = "AWS::Serverless::Application"
)

// Reading is what was read.
type Reading struct {
	// Scaled is everything of SageMaker's that scales, in the order of the
	// templates.
	Scaled []Scaled
	// Frontends are the gateways of this project that stand in the templates.
	Frontends []Frontend
	// Unresolved is what could not be read: targets, policies and alarms that are
	// missing from Scaled because of it.
	Unresolved Problems
	// Unread is what may scale, too, and stands elsewhere: what is included, nested
	// stacks and stack sets, modules and macros.
	Unread Problems
	// Off are the targets, policies and nested stacks that are not made, since their
	// condition is false.
	Off Problems

	// from is the file, or the folder, that it was read from.
	from string
}

// Scaled is one thing that scales, and where that is said.
type Scaled struct {
	// Source is the template and its stack.
	Source
	// Line and Column are where the scalable target stands in the template.
	Line, Column int
	// Places are where parts of Subject stand that have a place of their own, by their
	// paths, such as "Target.Policies[0]".
	Places map[string]document.Position
	// LogicalID is the scalable target's.
	LogicalID string
	// ConstructPath is that of the scalable target's construct. Default: that of
	// the stack and the logical ID, where the template was made by CDK without
	// paths, and "" where CDK has not made it.
	ConstructPath string
	// Subject is what scales, and how. Names that a template leaves to
	// CloudFormation are logical IDs here.
	Subject lint.Subject
	// InitialCopyCount is the copies that an inference component starts with.
	// Default: 0, something else scales, or not known.
	InitialCopyCount int
	// Incomplete says that something of it is among Unresolved instead.
	Incomplete bool
}

// PlaceOf is the place of a path of Subject: that of the part that it lies in, or else of
// the scalable target.
func (s Scaled) PlaceOf(path string) problem.Place {
	part, _, _ := strings.Cut(path, "]")
	if at, own := s.Places[part+"]"]; own {
		return problem.Place{File: s.File, Line: at.Line, Column: at.Column}
	}
	return problem.Place{File: s.File, Line: s.Line, Column: s.Column}
}

// Err is why the reading is not whole: everything that could not be resolved,
// or that nothing scales, with what was not read and what is not made. It is a
// Problems, and nil where everything was read.
func (r Reading) Err() error {
	if len(r.Unresolved) > 0 || len(r.Scaled) > 0 {
		return r.Unresolved.err()
	}
	return append(r.Nothing(), slices.Concat(r.Off, r.Unread)...)
}

// Nothing says that nothing scales, nil where something does.
func (r Reading) Nothing() Problems {
	if len(r.Scaled) > 0 {
		return nil
	}
	rule := "there is no " + targetType + " with the namespace " + autoscaling.ServiceNamespace
	if len(r.Off) > 0 {
		rule = "what would scale is not made"
	}
	return Problems{{Place: problem.Place{File: r.from}, Problem: problem.Problem{
		Rule: "nothing of SageMaker's scales here: " + rule, Fix: "give the template of what scales",
	}}}
}

// Read reads one template, JSON or YAML. file is what problems name it. The
// error is a Problems with why it is no template; what is wrong within it is in
// the Reading.
func Read(file string, data []byte, o Options) (Reading, error) {
	return read([]Source{{File: file}}, o, func(other string) ([]byte, error) {
		if other != file {
			return nil, fs.ErrNotExist
		}
		return data, nil
	})
}

// ReadFile reads the template in a file as ReadFiles does.
func ReadFile(file string, o Options) (Reading, error) { return ReadFiles([]string{file}, o) }

// ReadFiles reads templates together, so that they see each other's outputs and
// exports. What a manifest.json beside a template says of its stack is used. The
// error is as that of Read, with the files that cannot be read.
func ReadFiles(files []string, o Options) (Reading, error) {
	sources := make([]Source, len(files))
	manifests := map[string]Manifest{}
	for i, file := range files {
		sources[i] = describe(file, manifests)
	}
	return read(sources, o, load)
}

// load reads a file of a template's size, and never waits for a pipe.
func load(file string) ([]byte, error) { return loadAtMost(file, int64(accepted.MaxBytes)) }

func loadAtMost(file string, most int64) ([]byte, error) {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		var inner *fs.PathError
		if errors.As(err, &inner) {
			err = inner.Err // the place says which file
		}
		return nil, err
	case info.IsDir():
		return nil, errors.New("this is a folder, not a template")
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("this is no regular file but %s", info.Mode().Type())
	case info.Size() > most:
		return nil, fmt.Errorf("the file has %d bytes, %d are read at most", info.Size(), most)
	}
	return os.ReadFile(file)
}

// read parses all sources before it resolves any: they refer to each other.
func read(sources []Source, o Options, load func(file string) ([]byte, error)) (Reading, error) {
	var ps Problems
	var stacks []*template
	budget := maxSteps
	for _, s := range sources {
		root, wrong := readRoot(s.File, load)
		if wrong != nil {
			ps = append(ps, *wrong)
			continue
		}
		stacks = append(stacks, newTemplate(s, root, o, &stacks, &budget))
	}
	if err := ps.err(); err != nil {
		return Reading{}, err
	}
	var files []string
	for _, s := range sources {
		files = append(files, s.File)
	}
	r := Reading{from: strings.Join(files, ", ")}
	if err := checkParameters(stacks, o.Parameters, r.from).err(); err != nil {
		return Reading{}, err
	}
	nested := atMost(maxNestedBytes, load)
	for _, t := range slices.Clone(stacks) {
		t.expand(&r.Unresolved)
		t.addNested(nested, &r, 0)
	}
	for _, t := range stacks {
		t.unread(&r)
		t.scaled(&r)
		t.frontends(&r)
	}
	r.freeHosts()
	if budget < 0 {
		r.Unresolved = append(r.Unresolved, Problem{Place: problem.Place{File: r.from}, Problem: problem.Problem{
			Rule: "the functions make too much of each other", Fix: "write the values out",
		}})
	}
	r.Unresolved, r.Unread, r.Off = r.Unresolved.sorted(), r.Unread.sorted(), r.Off.sorted()
	return r, nil
}

// atMost loads files until they have most bytes together.
func atMost(most int, load func(file string) ([]byte, error)) func(file string) ([]byte, error) {
	return func(file string) ([]byte, error) {
		data, err := load(file)
		if most -= len(data); most < 0 {
			return nil, errors.New("the nested stacks have too many templates to read")
		}
		return data, err
	}
}

func readRoot(file string, load func(string) ([]byte, error)) (*document.Node, *Problem) {
	data, err := load(file)
	if err != nil {
		return nil, &Problem{Place: problem.Place{File: file}, Problem: problem.Problem{Rule: err.Error()}}
	}
	root, wrong := parse(file, data)
	if wrong != nil {
		return nil, wrong
	}
	if p := check(file, root); p != nil {
		return nil, p
	}
	return root, nil
}
