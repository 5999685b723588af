package monitoring

import (
	"fmt"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/autoscaling"
	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// addHardware adds the alarms on what a variant's instances use. MemoryUtilization and
// DiskUtilization are percent of an instance; CPUUtilization is summed over its vCPUs, and
// GPU metrics over its GPUs (fact A44).
func (m *maker) addHardware(v Variant) {
	t, what := m.set.Thresholds, "variant "+v.Name
	if len(v.Pools) > 0 {
		m.addPools(v)
		return
	}
	add := func(kind, who, part, name string, statistic autoscaling.Statistic, limit float64, of int, w within) {
		m.add(kind, v.Name, fmt.Sprintf("%s %s or more of %s", who, percent(limit), part),
			m.variant(v).metrics(autoscaling.UtilizationNamespace, name, statistic)[0], autoscaling.AtLeast,
			100*limit*float64(of), w)
	}
	long, full := within{10, 13}, within{5, 8}
	vCPUs, gpus := v.units()
	name, of := "CPUUtilization", vCPUs
	if of == 0 && len(m.Components) > 0 {
		name, of = "CPUUtilizationNormalized", 1 // the share of however many there are (fact A63)
	}
	if !v.Serverless && of > 0 {
		add("cpuUsed", "On average the instances of "+what+" use", "their CPUs", name, autoscaling.Average, t.CPU, of, long)
	}
	add("memoryUsed", "The fullest instance of "+what+" uses", "its memory", "MemoryUtilization", autoscaling.Maximum,
		t.Memory, 1, full)
	if gpus > 0 {
		add("gpuUsed", "On average the instances of "+what+" use", "their GPUs", "GPUUtilization", autoscaling.Average,
			t.GPU, gpus, long)
		add("gpuMemoryUsed", "The fullest instance of "+what+" uses", "the memory of its GPUs", "GPUMemoryUtilization",
			autoscaling.Maximum, t.GPUMemory, gpus, full)
	}
	if !v.Serverless {
		add("diskUsed", "The fullest instance of "+what+" uses", "its disk", "DiskUtilization", autoscaling.Maximum, t.Disk,
			1, full)
	}
}

// addPools adds the alarms on the fullest instance of a variant with several types, which
// each publish metrics of their own (fact G11).
func (m *maker) addPools(v Variant) {
	add := func(kind, of, name string, limit float64) {
		var q queries
		metrics := m.variant(v).metrics(autoscaling.UtilizationNamespace, name, autoscaling.Maximum)
		terms := make([]string, len(metrics))
		for i, metric := range metrics {
			terms[i] = "FILL(" + q.metric(fmt.Sprint("used", i+1), metric) + ", 0)"
		}
		m.add(kind, v.Name, fmt.Sprintf("The fullest instance of variant %s uses %s or more of its %s", v.Name,
			percent(limit), of), q.result("fullest", "fullest", "MAX(["+strings.Join(terms, ", ")+"])"), autoscaling.AtLeast,
			100*limit, within{5, 8})
	}
	add("memoryUsed", "memory", "MemoryUtilization", m.set.Thresholds.Memory)
	add("diskUsed", "disk", "DiskUtilization", m.set.Thresholds.Disk)
}

// units are the vCPUs and the GPUs of an instance, over which its metrics are summed; 0
// where it has none or is not known.
func (v Variant) units() (vCPUs, gpus int) {
	if v.Serverless || problem.Unresolved(v.InstanceType) {
		return 0, 0
	}
	if autoscaling.Accelerator(v.InstanceType) == "gpu" {
		gpus, _ = autoscaling.InstanceResources(v.InstanceType)
	}
	return autoscaling.VCPUs(v.InstanceType), gpus
}
