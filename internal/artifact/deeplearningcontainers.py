"""Prints deeplearningcontainers.json: the inference images of AWS Deep Learning Containers.

It reduces the folder sagemaker-core/src/sagemaker/core/image_uri_config of a checkout of
aws/sagemaker-python-sdk (sagemaker/core/image_uri_config of the Python package
sagemaker-core) to the images since OLDEST. RELEASE is the commit or the package's version:

    python3 internal/artifact/deeplearningcontainers.py FOLDER RELEASE \\
        >internal/artifact/deeplearningcontainers.json

Tags are composed as retrieve and _format_tag of the SDK's image_uris.py do. Not needed to
build.
"""

import datetime
import json
import pathlib
import re
import sys

# By framework the oldest version that is kept: about those that AWS released since
# the end of 2023, and the last before where there is none since.
OLDEST = {
    "autogluon": "1.0.0",
    "djl-lmi": "0.28.0",
    "djl-neuronx": "0.25.0",
    "djl-tensorrtllm": "0.25.0",
    "huggingface": "4.37.0",
    "huggingface-llm": "1.2.0",
    "huggingface-llm-neuronx": "0.0.16",
    "huggingface-neuronx": "4.34.1",
    "huggingface-sglang": "0.5.8",
    "huggingface-tei": "1.2.3",
    "huggingface-tei-cpu": "1.2.3",
    "huggingface-vllm": "0.14.0",
    "huggingface-vllm-neuronx": "0.4.2",
    "pytorch": "2.1.0",
    "sagemaker-tritonserver": "23.12",
    "sglang": "0.5.13",
    "sklearn": "1.2-1",
    "tensorflow": "2.14.1",
    "vllm": "0.23.0",
    "xgboost": "1.7-1",
}
# What runs an image whose tag does not name a processor. An image of a framework that
# is in neither place has none.
PROCESSOR = {"djl-lmi": "gpu", "djl-neuronx": "neuronx", "djl-tensorrtllm": "gpu"}
# Repositories whose tags have the version of the Neuron SDK before the container's.
WITH_SDK = ("huggingface-pytorch-inference-neuronx", "huggingface-vllm-inference-neuronx")


def number(version):
    return [int(n) for n in re.findall(r"\d+", version)]


def tags(framework, version, config, scope):
    """Yields processor, Python version and tag of a version's images."""
    prefix = config.get("tag_prefix", version)
    for processor in scope.get("processors") or config.get("processors") or [None]:
        for python in config.get("py_versions") or [None]:
            container = config.get("container_version", {}).get(processor)
            if config["repository"] in WITH_SDK:
                container = max(config["sdk_versions"], key=number) + "-" + container
            if config["repository"] in (f"{framework}-inference-graviton", f"{framework}-inference-arm64"):
                container = f"{container}-sagemaker"
            name = "neuronx" if framework.endswith("neuronx") else processor
            # Of djl-neuronx, which has no processors, the prefix has it.
            shown = name if processor and config.get("processor_in_tag", True) else None
            tag = "-".join(part for part in (prefix, shown, python, container) if part)
            if framework == "sagemaker-tritonserver":
                tag = tag.removesuffix("-gpu")
            yield name or PROCESSOR.get(framework, ""), python or "", tag


folder, release = pathlib.Path(sys.argv[1]), sys.argv[2]
registries, images = [], []
for framework, oldest in OLDEST.items():
    config = json.loads((folder / f"{framework}.json").read_text())
    scopes = {"inference": config} if "scope" in config else config
    for scope in ("inference", "inference_graviton"):
        for version, found in scopes.get(scope, {}).get("versions", {}).items():
            if number(version) < number(oldest):
                continue
            variants = {framework: (version, found)}
            if "repository" not in found:  # by the framework below Hugging Face's
                variants = {}
                for below, inner in found.items():
                    if kind := re.fullmatch(r"(pytorch|tensorflow)(\d.*)", below):
                        name = framework.replace("huggingface", f"huggingface-{kind[1]}")
                        variants[name] = (f"{kind[2]}-transformers{version}", inner)
            for name, (prefix, inner) in variants.items():
                # Regions of the partitions aws-iso… have registries of other domains.
                accounts = {r: a for r, a in sorted(inner["registries"].items()) if "-iso" not in r}
                if accounts not in registries:
                    registries.append(accounts)
                # One name where the versions are the same: the processor tells them apart.
                name = {"huggingface-pytorch-neuronx": "huggingface-pytorch",
                        "huggingface-tei-cpu": "huggingface-tei"}.get(name, name)
                for processor, python, tag in tags(framework, prefix, inner, scopes[scope]):
                    if scope == "inference_graviton":
                        processor = "graviton"
                    images.append([name, version, processor, python, inner["repository"], tag,
                                   registries.index(accounts)])


def rows(values):
    return ",\n".join("  " + json.dumps(value) for value in values)


head = {
    "source": "aws/sagemaker-python-sdk, sagemaker-core/src/sagemaker/core/image_uri_config, " + release
              + "; reduced by deeplearningcontainers.py",
    "date": datetime.date.today().isoformat(),
    "licence": "Apache-2.0, deeplearningcontainers_LICENSE_Apache-2.0.txt",
    "cut": "inference images since about the end of 2023",
}
print(json.dumps(head, indent=1)[:-2] + ',\n "registries": [\n' + rows(registries)
      + '\n ],\n "images": [\n' + rows(images) + "\n ]\n}")
