package artifact

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

//go:embed deeplearningcontainers.json
var deepLearningContainersJSON []byte

// DeepLearningContainer names an image of AWS Deep Learning Containers, or of SageMaker's
// own frameworks, for inference.
type DeepLearningContainer struct {
	// Framework is its name in the SageMaker SDK, such as pytorch or djl-lmi.
	Framework string
	// Version is the framework's full version, of huggingface-pytorch that of transformers.
	Version string
	// Processor is cpu, gpu, graviton or neuronx; "" where the version has one image only.
	Processor string
	// PythonVersion is such as py311; "" is the newest of the version.
	PythonVersion string
}

// publishedImage is one line of deeplearningcontainers.json.
type publishedImage struct {
	DeepLearningContainer
	repository, tag string
	// registry is the place of its accounts by Region in publishedImages.Registries.
	registry int
}

// UnmarshalJSON reads the values of a line, which have no keys.
func (i *publishedImage) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{
		&i.Framework, &i.Version, &i.Processor, &i.PythonVersion, &i.repository, &i.tag, &i.registry,
	})
}

// publishedImages is deeplearningcontainers.json.
type publishedImages struct {
	Source, Date, Licence, Cut string
	Registries                 []map[string]string
	Images                     []publishedImage
}

var readPublishedImages = sync.OnceValue(func() publishedImages {
	var p publishedImages
	if err := json.Unmarshal(deepLearningContainersJSON, &p); err != nil {
		panic("deeplearningcontainers.json: " + err.Error()) // a fault of the build: the file is embedded
	}
	return p
})

// Validate returns what names no image of deeplearningcontainers.json.
func (c DeepLearningContainer) Validate() problem.List {
	_, ps := c.find()
	return ps
}

// Image is the image in a Region. The error is a problem.List, without a path where the
// Region has no such image.
func (c DeepLearningContainer) Image(region string) (Image, error) {
	found, ps := c.find()
	if len(ps) > 0 {
		return Image{}, ps
	}
	accounts := readPublishedImages().Registries[found.registry]
	account, ok := accounts[region]
	if !ok {
		ps.Add("", region, fmt.Sprintf("%s %s is in the Regions %s",
			found.Framework, found.Version, some(nearestNames(region, slices.Sorted(maps.Keys(accounts))))),
			"deploy to one of them, or copy the image to a repository of yours in this Region and give its URI")
		return Image{}, ps
	}
	return Image{Account: account, Region: region, Repository: found.repository, Tag: found.tag}, nil
}

// find narrows the images down by one field after the other. It goes on behind a field
// that is wrong with the images before it, so that all that is wrong is said at once.
func (c DeepLearningContainer) find() (publishedImage, problem.List) {
	var ps problem.List
	for _, field := range []struct{ name, value string }{
		{"Framework", c.Framework}, {"Version", c.Version}, {"Processor", c.Processor}, {"PythonVersion", c.PythonVersion},
	} {
		if problem.Unresolved(field.value) {
			ps.Add(field.name, nil, "the image is looked up at synthesis, and this is known at deployment only",
				"give the text itself")
		}
	}
	if len(ps) > 0 {
		return publishedImage{}, ps
	}
	images := readPublishedImages().Images
	named := keep(images, func(i publishedImage) bool { return i.Framework == c.Framework })
	if len(named) == 0 {
		ps = append(ps, c.unknownFramework(images)...)
		return publishedImage{}, ps // nothing of the other fields is known without it
	}
	images = named
	if found := keep(images, func(i publishedImage) bool { return i.Version == c.Version }); len(found) > 0 {
		images = found
	} else {
		ps = append(ps, c.unknownVersion(images)...)
	}
	if found := c.ofProcessor(images); len(found) > 0 {
		images = found
	} else if c.Processor != "" || len(ps) == 0 {
		ps = append(ps, c.unknownProcessor(named, images, len(ps) == 0)...)
	}
	pythons := distinct(images, func(i publishedImage) string { return i.PythonVersion })
	switch {
	case c.PythonVersion == "":
	case slices.Contains(pythons, c.PythonVersion):
		images = keep(images, func(i publishedImage) bool { return i.PythonVersion == c.PythonVersion })
	case len(ps) == 0:
		ps = append(ps, c.unknownPython(pythons)...)
	}
	if len(ps) > 0 {
		return publishedImage{}, ps
	}
	return slices.MaxFunc(images, func(a, b publishedImage) int {
		return slices.Compare(numbers(a.PythonVersion[min(len(a.PythonVersion), 3):]),
			numbers(b.PythonVersion[min(len(b.PythonVersion), 3):]))
	}), nil
}

// ofProcessor returns the images of the processor. Without one these are all, where they
// have the same.
func (c DeepLearningContainer) ofProcessor(images []publishedImage) []publishedImage {
	if c.Processor == "" && len(distinct(images, processorOf)) == 1 {
		return images
	}
	return keep(images, func(i publishedImage) bool { return i.Processor == c.Processor })
}

func processorOf(i publishedImage) string { return i.Processor }

func keep(images []publishedImage, is func(publishedImage) bool) []publishedImage {
	return slices.DeleteFunc(slices.Clone(images), func(i publishedImage) bool { return !is(i) })
}

// distinct returns the values of images, sorted.
func distinct(images []publishedImage, value func(publishedImage) string) []string {
	values := map[string]bool{}
	for _, i := range images {
		values[value(i)] = true
	}
	return slices.Sorted(maps.Keys(values))
}

// URI is the image's address, with the domain of the Region's partition.
func (i Image) URI() string {
	domain := "amazonaws.com"
	switch {
	case strings.HasPrefix(i.Region, "cn-"):
		domain = "amazonaws.com.cn"
	case strings.HasPrefix(i.Region, "eusc-"):
		domain = "amazonaws.eu"
	}
	name := i.Repository + ":" + i.Tag
	if i.Digest != "" {
		name = i.Repository + "@" + i.Digest
	}
	return i.Account + ".dkr.ecr." + i.Region + "." + domain + "/" + name
}
