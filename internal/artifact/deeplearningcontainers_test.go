package artifact

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// The URIs are published ones; where a document has one for another Region, the account is
// that of its table of Regions.
func TestDeepLearningContainerImage(t *testing.T) {
	t.Parallel()
	const dlc = "763104351884.dkr.ecr."
	for uri, c := range map[string]DeepLearningContainer{
		// aws/deep-learning-containers, available_images.md and the release notes of PyTorch 2.6.
		dlc + "eu-west-1.amazonaws.com/pytorch-inference:2.3.0-gpu-py311": {"pytorch", "2.3.0", "gpu", "py311"},
		dlc + "us-west-2.amazonaws.com/pytorch-inference-arm64:2.6.0-cpu-py312-ubuntu22.04-sagemaker": {
			"pytorch", "2.6.0", "graviton", ""},
		// aws/sagemaker-python-sdk, tests of the model server.
		dlc + "us-east-1.amazonaws.com/pytorch-inference-graviton:2.1.0-cpu-py310-ubuntu20.04-sagemaker": {
			"pytorch", "2.1.0", "graviton", "py310"},
		"246618743249.dkr.ecr.us-west-2.amazonaws.com/tei:2.0.1-tei1.2.3-gpu-py310-cu122-ubuntu22.04": {
			"huggingface-tei", "1.2.3", "gpu", ""},
		// Hugging Face, "Deep Learning Containers" of SageMaker and of Optimum Neuron.
		dlc + "us-east-1.amazonaws.com/huggingface-pytorch-inference:" +
			"2.6.0-transformers4.51.3-cpu-py312-ubuntu22.04": {"huggingface-pytorch", "4.51.3", "cpu", ""},
		dlc + "us-east-1.amazonaws.com/huggingface-pytorch-inference:" +
			"2.6.0-transformers4.51.3-gpu-py312-cu124-ubuntu22.04": {"huggingface-pytorch", "4.51.3", "gpu", ""},
		dlc + "us-west-2.amazonaws.com/huggingface-pytorch-inference-neuronx:" +
			"2.8.0-transformers4.55.4-neuronx-py310-sdk2.26.0-ubuntu22.04": {"huggingface-pytorch", "4.55.4", "neuronx", ""},
		dlc + "us-west-2.amazonaws.com/huggingface-vllm-inference-neuronx:" +
			"0.11.0-optimum0.4.4-neuronx-py310-sdk2.26.1-ubuntu22.04": {"huggingface-vllm-neuronx", "0.4.4", "neuronx", ""},
		dlc + "us-west-2.amazonaws.com/huggingface-vllm:0.21.0-transformers5.8.1-gpu-py312-cu130-ubuntu22.04": {
			"huggingface-vllm", "0.21.0", "", ""},
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/tei-cpu:2.0.1-tei1.8.2-cpu-py310-ubuntu22.04": {
			"huggingface-tei", "1.8.2", "cpu", ""},
		// DJL Serving, LMI guides.
		dlc + "us-west-2.amazonaws.com/djl-inference:0.32.0-lmi14.0.0-cu126": {"djl-lmi", "0.32.0", "gpu", ""},
		// SageMaker, "Docker Registry Paths and Example Code".
		"141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3": {"sklearn", "1.2-1", "cpu", ""},
		"683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1":              {"xgboost", "1.7-1", "", ""},
		// aws/deep-learning-containers, available_images.md: accounts outside 763104351884.
		"626614931356.dkr.ecr.af-south-1.amazonaws.com/tensorflow-inference:2.19.0-cpu":    {"tensorflow", "2.19.0", "cpu", ""},
		"727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/tensorflow-inference:2.19.0-gpu": {"tensorflow", "2.19.0", "gpu", ""},
		// AWS GovCloud (US), documentation of SageMaker: its registries.
		"442386744353.dkr.ecr.us-gov-west-1.amazonaws.com/pytorch-inference:2.5.1-cpu-py311": {
			"pytorch", "2.5.1", "cpu", ""},
	} {
		got, err := c.Image(strings.Split(uri, ".")[3])
		if err != nil {
			t.Errorf("%v: %v", c, err)
			continue
		}
		if got.URI() != uri {
			t.Errorf("%v: got %s, want %s", c, got.URI(), uri)
		}
	}
}

// Every image of the list is found by its own name, in each Region that has an account,
// and is one that SageMaker takes.
func TestDeepLearningContainerData(t *testing.T) {
	t.Parallel()
	data := readPublishedImages()
	if data.Source == "" || data.Date == "" || data.Licence == "" || len(data.Images) < 100 {
		t.Errorf("got %d images of %q, %q, %q", len(data.Images), data.Source, data.Date, data.Licence)
	}
	account := regexp.MustCompile(`^[0-9]{12}$`)
	for _, regions := range data.Registries {
		for region, id := range regions {
			if !account.MatchString(id) {
				t.Errorf("%s: got the account %q, want 12 digits", region, id)
			}
		}
	}
	for _, i := range data.Images {
		for region := range data.Registries[i.registry] {
			image, err := i.Image(region)
			if err != nil {
				t.Fatalf("%v: %v", i, err)
			}
			if image.Tag != i.tag || image.Repository != i.repository {
				t.Errorf("%v: got %v of another line with the same name", i, image)
			}
			parsed, err := ParseImage(image.URI(), SageMaker)
			if err != nil {
				t.Errorf("%v: %v", i, err)
			}
			if diff := cmp.Diff(image, parsed); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", image.URI(), diff)
			}
		}
	}
}

func TestImageURI(t *testing.T) {
	t.Parallel()
	digest := "sha256:" + strings.Repeat("0f", 32)
	for _, uri := range []string{
		registry + "a/b:1", registry + "ab@" + digest, "123456789012.dkr.ecr.eusc-de-east-1.amazonaws.eu/ab:1",
	} {
		image, err := ParseImage(uri, SageMaker)
		if err != nil || image.URI() != uri {
			t.Errorf("got %s, %v, want %s", image.URI(), err, uri)
		}
	}
}

func TestDeepLearningContainerRefuses(t *testing.T) {
	t.Parallel()
	const or = ", or give the image's URI where AWS has another than the list of DATE"
	for _, test := range []struct {
		c    DeepLearningContainer
		want string
	}{
		{DeepLearningContainer{"PyTorch", "2.6.0", "gpu", ""},
			`Framework: got "PyTorch": the frameworks are pytorch, xgboost, autogluon, djl-lmi, sglang and 13 more; ` +
				`set it to pytorch`},
		{DeepLearningContainer{"catboost", "1", "gpu", ""}, `; choose one of them` + or},
		{DeepLearningContainer{}, `Framework: the frameworks are `},
		{DeepLearningContainer{"pytorch", "2.3", "gpu", ""},
			`Version: got "2.3": pytorch has the versions 2.3.0, 2.4.0, 2.2.0, 2.5.1, 2.1.0 and 1 more; set it to 2.3.0` + or},
		{DeepLearningContainer{"pytorch", "2.10.0", "gpu", ""}, `; set it to 2.6.0` + or},
		{DeepLearningContainer{"pytorch", "", "gpu", ""}, `Version: pytorch has the versions 2.6.0, 2.5.1, `},
		{DeepLearningContainer{"pytorch", "2.6.0", "", ""},
			`Processor: pytorch 2.6.0 is for cpu, gpu, graviton; set it to the one of the instances`},
		{DeepLearningContainer{"huggingface-pytorch", "4.51.3", "inf2", ""},
			`Processor: got "inf2": huggingface-pytorch 4.51.3 is for cpu, gpu, neuronx; set it to neuronx`},
		{DeepLearningContainer{"pytorch", "2.2.1", "gpu", ""},
			`Processor: got "gpu": pytorch 2.2.1 is for graviton; ` +
				`set it to graviton, or take version 2.2.0, which is for gpu`},
		{DeepLearningContainer{"xgboost", "1.7-1", "cpu", ""},
			`Processor: got "cpu": xgboost 1.7-1 has one image for all processors; leave it out`},
		{DeepLearningContainer{"pytorch", "2.6.0", "gpu", "3.11"},
			`PythonVersion: got "3.11": pytorch 2.6.0 has py312; set it to py312 or leave it out`},
		{DeepLearningContainer{"djl-lmi", "0.38.0", "gpu", "py312"},
			`PythonVersion: got "py312": the image of djl-lmi 0.38.0 is not chosen by a Python version; leave it out`},
		{DeepLearningContainer{"pytorch", "9", "\u212a", ""}, `Processor: got "K": pytorch is for `}, // shorter in lower case
		{DeepLearningContainer{"pytorch", "${Token[TOKEN.1]}", "gpu", ""},
			`Version: the image is looked up at synthesis, and this is known at deployment only; give the text itself`},
	} {
		got := test.c.Validate().Error()
		want := strings.ReplaceAll(test.want, "DATE", readPublishedImages().Date)
		if !strings.Contains(got, want) {
			t.Errorf("%v: got\n%s, want\n%s", test.c, got, want)
		}
		if _, err := test.c.Image("eu-west-1"); err == nil {
			t.Errorf("%v: got an image", test.c)
		}
	}
	two := DeepLearningContainer{"pytorch", "1.0", "tpu", ""}.Validate()
	if len(two) != 2 || two[0].Path != "Version" || two[1].Path != "Processor" {
		t.Errorf("got %v, want both problems", two)
	}
	_, err := DeepLearningContainer{"pytorch", "2.6.0", "gpu", ""}.Image("eu-west-9")
	ps := problem.From(err)
	if len(ps) != 1 || ps[0].Path != "" || !strings.HasPrefix(ps[0].String(),
		`got "eu-west-9": pytorch 2.6.0 is in the Regions eu-west-1, eu-west-2, eu-west-3, `) {
		t.Errorf("got %v", err)
	}
}
