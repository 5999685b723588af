package artifact

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// orURI ends the fix of what the list may lack because it is newer, or older.
func orURI() string {
	return ", or give the image's URI where AWS has another than the list of " + readPublishedImages().Date
}

func (c DeepLearningContainer) unknownFramework(images []publishedImage) problem.List {
	var ps problem.List
	known := nearestNames(c.Framework, distinct(images, func(i publishedImage) string { return i.Framework }))
	fix := "choose one of them" + orURI()
	if c.Framework != "" && problem.Distance(c.Framework, known[0]) <= len(c.Framework)/3 {
		fix = "set it to " + known[0]
	}
	ps.Add("Framework", given(c.Framework), "the frameworks are "+some(known), fix)
	return ps
}

func (c DeepLearningContainer) unknownVersion(images []publishedImage) problem.List {
	var ps problem.List
	if of := c.ofProcessor(images); len(of) > 0 {
		images = of
	}
	known := nearestVersions(c.Version, distinct(images, func(i publishedImage) string { return i.Version }))
	ps.Add("Version", given(c.Version), c.Framework+" has the versions "+some(known),
		"set it to "+known[0]+orURI())
	return ps
}

// unknownProcessor is about named, the framework's images, of which images are those of
// the version where that is known.
func (c DeepLearningContainer) unknownProcessor(named, images []publishedImage, versionKnown bool) problem.List {
	var ps problem.List
	what := c.Framework
	if versionKnown {
		what += " " + c.Version
	}
	known := nearestNames(c.Processor, distinct(images, processorOf))
	if len(known) == 1 && known[0] == "" {
		ps.Add("Processor", c.Processor, what+" has one image for all processors", "leave it out")
		return ps
	}
	fix := "set it to " + processor(c.Processor, known)
	if elsewhere := c.ofProcessor(named); len(elsewhere) > 0 && c.Processor != "" {
		versions := distinct(elsewhere, func(i publishedImage) string { return i.Version })
		fix += ", or take version " + nearestVersions(c.Version, versions)[0] + ", which is for " + c.Processor
	}
	ps.Add("Processor", given(c.Processor), what+" is for "+some(known), fix)
	return ps
}

func (c DeepLearningContainer) unknownPython(known []string) problem.List {
	var ps problem.List
	what := c.Framework + " " + c.Version
	if len(known) == 1 && known[0] == "" {
		ps.Add("PythonVersion", c.PythonVersion, "the image of "+what+" is not chosen by a Python version", "leave it out")
		return ps
	}
	known = nearestNames("py"+strings.ReplaceAll(strings.TrimPrefix(c.PythonVersion, "py"), ".", ""), known)
	ps.Add("PythonVersion", c.PythonVersion, what+" has "+some(known), "set it to "+known[0]+" or leave it out")
	return ps
}

// processor is the known one that is meant by a name of a chip or an instance, the
// nearest otherwise, or the choice where there is no name.
func processor(name string, known []string) string {
	lower := strings.ToLower(name)
	meant := map[string]string{
		"inf": "neuronx", "trn": "neuronx", "neu": "neuronx", "arm": "graviton", "aar": "graviton",
		"x86": "cpu", "amd": "cpu", "cud": "gpu", "nvi": "gpu",
	}[lower[:min(len(lower), 3)]]
	switch {
	case name == "" && len(known) > 1:
		return "the one of the instances"
	case slices.Contains(known, meant):
		return meant
	}
	return known[0]
}

// given is a value for a problem, nil where it is empty.
func given(value string) any {
	if value == "" {
		return nil
	}
	return value
}

// some is the first of names as text.
func some(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), more)
	}
	return strings.Join(names, ", ")
}

// nearestNames returns known, those first that are spelled like name.
func nearestNames(name string, known []string) []string {
	return slices.SortedStableFunc(slices.Values(known), func(a, b string) int {
		return cmp.Compare(problem.Distance(name, a), problem.Distance(name, b))
	})
}

// nearestVersions returns known, those first that are the closest by number, and of these
// the newest. Without a version they are from the newest to the oldest.
func nearestVersions(version string, known []string) []string {
	want := numbers(version)
	return slices.SortedFunc(slices.Values(known), func(a, b string) int {
		na, nb := numbers(a), numbers(b)
		for i, n := range want {
			if d := cmp.Compare(abs(at(na, i)-n), abs(at(nb, i)-n)); d != 0 {
				return d
			}
		}
		return cmp.Or(slices.Compare(nb, na), cmp.Compare(a, b))
	})
}

var digits = regexp.MustCompile(`[0-9]+`)

// numbers are the numbers in text, such as 2, 16 and 1 of 2.16.1.
func numbers(text string) []int {
	var ns []int
	for _, d := range digits.FindAllString(text, -1) {
		n, _ := strconv.Atoi(d) // zero where it is too long for a version
		ns = append(ns, n)
	}
	return ns
}

func at(ns []int, i int) int {
	if i < len(ns) {
		return ns[i]
	}
	return 0
}

func abs(n int) int { return max(n, -n) }
