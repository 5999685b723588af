package trace

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sagemaker-autoscaling-inference/cdk/internal/problem"
)

// Options is how a file is read: what the file does not say itself.
type Options struct {
	// Name is the file's name in problems. Default: "trace", or ReadFile's path.
	Name string
	// Column and TimeColumn are the headers of the columns, or the keys, of counts and
	// of times; of a file without headers their numbers from 1. Default: those with a
	// documented name. A date and a time in two columns are DATE+TIME.
	Column, TimeColumn string
	// Unit is what the counts are: count, rate (requests a second), counter (requests
	// since some beginning) or request (each row is one). Default: as the file says.
	Unit string
	// Period is the length of each count's period, or that by which requests are
	// counted. Default: the time between two counts; for requests 1s, or 1m where
	// they are spread over more than a week.
	Period time.Duration
	// Timezone is that of times without a zone. Default: UTC.
	Timezone *time.Location
	// DateOrder is dmy or mdy, the order of dates such as 29.05.2027. Default: such
	// dates are refused.
	DateOrder string
	// Decimal is point or comma, the decimal sign of numbers. Default: as the numbers
	// show; where 1.234 may be more than a thousand, it is refused.
	Decimal string
	// Metric is the label or ID of the series to read, of several.
	// Default: the only one, or the only one that is known to count requests.
	Metric string
	// Begin is when a file begins whose times count from there. Default: it is refused.
	Begin time.Time
	// From and To are the part of the trace on which the report reports gaps and
	// duplicates; a zero time is no bound. All of it is read. Default: all of it.
	From, To time.Time
}

// ReadFile reads a trace from a file, or from all files in a folder and below it, which
// are logs of requests: see Read.
func ReadFile(path string, o Options) (Trace, Report, error) {
	if o.Name == "" {
		o.Name = path
	}
	unreadable := func(err error) (Trace, Report, error) {
		return Trace{}, Report{}, problem.List{{Path: path, Rule: err.Error(), Fix: "name a file that can be read"}}
	}
	info, err := os.Stat(path)
	if err != nil {
		return unreadable(err)
	}
	if info.IsDir() {
		return readFolder(path, o)
	}
	file, err := os.Open(path)
	if err != nil {
		return unreadable(err)
	}
	defer file.Close()
	return Read(file, o)
}

// readFolder reads the logs of a folder.
func readFolder(path string, o Options) (Trace, Report, error) {
	if err := o.validate(); err != nil {
		return Trace{}, Report{}, err
	}
	x := newReader(o)
	err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasPrefix(entry.Name(), ".") {
			return err
		}
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		x.name = name
		before := x.format
		x.format = nil
		x.file(file)
		switch {
		case x.format == nil:
			x.format = before // an empty file, or a problem that is told
		case !x.format.log:
			x.add(position{}, "", "this is "+x.format.name+", and of a folder only logs of requests are read",
				"name the file itself")
		case before != nil && before != x.format:
			x.add(position{}, "", fmt.Sprintf("this is %s, and the files before it are %s", x.format.name, before.name),
				"put logs of one kind into the folder")
		}
		if x.omitted > 0 {
			return fs.SkipAll
		}
		return nil
	})
	x.name = o.Name
	if err != nil {
		x.add(position{}, "", err.Error(), "name a folder that can be read")
	}
	return x.finish()
}

// Read reads a trace in one of the formats of docs/rehearsal.md, which it recognises by
// its beginning, plain or compressed by gzip. Its error is a problem.List with the line
// and column of each problem, at most 10 of them.
func Read(r io.Reader, o Options) (Trace, Report, error) {
	if o.Name == "" {
		o.Name = "trace"
	}
	if err := o.validate(); err != nil {
		return Trace{}, Report{}, err
	}
	x := newReader(o)
	x.file(r)
	return x.finish()
}

// validate returns the problems of the options.
func (o Options) validate() error {
	var ps problem.List
	if o.Period != 0 && (o.Period < time.Second || o.Period%time.Second != 0 || o.Period > maxPeriod*time.Second) {
		ps.Add("Period", problem.Duration(o.Period), "a period is whole seconds, 1s to 31 days", "such as 1m")
	}
	for _, choice := range []struct {
		field, got string
		known      []string
	}{
		{"Unit", o.Unit, []string{string(unitCount), string(unitRate), string(unitCounter), string(unitRequest)}},
		{"DateOrder", o.DateOrder, []string{"dmy", "mdy"}},
		{"Decimal", o.Decimal, []string{"point", "comma"}},
	} {
		if choice.got != "" && !slices.Contains(choice.known, choice.got) {
			ps.Add(choice.field, choice.got, "it is one of "+strings.Join(choice.known, ", "), "such as "+choice.known[0])
		}
	}
	return ps.Err()
}
