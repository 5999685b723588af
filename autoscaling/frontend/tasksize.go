package frontend

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// DefaultTaskCPU is a whole processor: half of one is throttled in bursts.
const DefaultTaskCPU = 1024

// taskMemory is what Fargate has as memory, in MB, for each CPU (fact F38).
type taskMemory struct{ from, to, step int }

var taskSizes = map[int]taskMemory{
	256:   {512, 2048, 512}, // 1.5 GB excepted
	512:   {1024, 4096, 1024},
	1024:  {2048, 8192, 1024},
	2048:  {4096, 16384, 1024},
	4096:  {8192, 30720, 1024},
	8192:  {16384, 61440, 4096},
	16384: {32768, 122880, 8192},
}

// ValidateTaskSize holds a task's CPU units and memory against what Fargate has,
// as the fields CPU and MemoryMB.
func ValidateTaskSize(cpu, memoryMB int) problem.List {
	var ps problem.List
	size, ok := taskSizes[cpu]
	if !ok {
		var sizes []string
		for _, known := range slices.Sorted(maps.Keys(taskSizes)) {
			sizes = append(sizes, fmt.Sprint(known))
		}
		ps.Add("CPU", cpu, "a task has "+strings.Join(sizes, ", ")+" units, 1024 being a whole processor",
			fmt.Sprintf("%d is the default", DefaultTaskCPU))
		return ps
	}
	if memoryMB < size.from || memoryMB > size.to || (memoryMB-size.from)%size.step != 0 || cpu == 256 &&
		memoryMB == 1536 {
		ps.Add("MemoryMB", memoryMB,
			fmt.Sprintf("beside CPU %d a task has %d to %d MB in steps of %d", cpu, size.from, size.to, size.step),
			"leave it out for twice the CPU")
	}
	return ps
}
