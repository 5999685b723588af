package monitoring

import (
	"fmt"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// addHardware adds the alarms on what a variant's instances use. MemoryUtilization and
// DiskUtilization are percent of an instance; CPUUtilization is summed over its vCPUs, and
// GPU metrics over its GPUs (fact A44).
func (m *maker) addHardware(v Variant) {
	if len(v.Pools) > 0 {
		return
	}
	t, what := m.set.Thresholds, "variant "+v.Name
	add := func(kind, says, name string, statistic autoscaling.Statistic, limit float64, of int, w within) {
		m.add(kind, v.Name, fmt.Sprintf("%s %s or more", says, percent(limit)),
			m.variant(v).metrics(autoscaling.UtilizationNamespace, name, statistic)[0], autoscaling.AtLeast,
			100*limit*float64(of), w)
	}
	long, full := within{10, 13}, within{5, 8}
	vCPUs, gpus := 0, 0
	if !v.Serverless && !problem.Unresolved(v.InstanceType) {
		vCPUs = autoscaling.VCPUs(v.InstanceType)
		if autoscaling.Accelerator(v.InstanceType) == "gpu" {
			gpus, _ = autoscaling.InstanceResources(v.InstanceType)
		}
	}
	if !v.Serverless {
		name, of := "CPUUtilization", vCPUs
		if of == 0 { // the share of however many there are (fact A63)
			name, of = "CPUUtilizationNormalized", 1
		}
		add("cpuUsed", "On average the instances of "+what+" use of their CPUs", name, autoscaling.Average, t.CPU, of, long)
	}
	add("memoryUsed", "The fullest instance of "+what+" uses of its memory", "MemoryUtilization", autoscaling.Maximum,
		t.Memory, 1, full)
	if gpus > 0 {
		add("gpuUsed", "On average the instances of "+what+" use of their GPUs", "GPUUtilization", autoscaling.Average,
			t.GPU, gpus, long)
		add("gpuMemoryUsed", "The fullest instance of "+what+" uses of the memory of its GPUs", "GPUMemoryUtilization",
			autoscaling.Maximum, t.GPUMemory, gpus, full)
	}
	if !v.Serverless {
		add("diskUsed", "The fullest instance of "+what+" uses of its disk", "DiskUtilization", autoscaling.Maximum, t.Disk,
			1, full)
	}
}
