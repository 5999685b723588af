package deploy_test

import (
	"bytes"
	"os"
	"path/filepath"
)

// timeline is the night as final timeline tells it: what was planned beside what the metrics
// say. The local AWS dates the changes of alarms and stacks by its own clock.
func (n *scripted) timeline() {
	n.clock("23:30")
	folder := n.t.TempDir()
	told := func(name string) (text string, files [][]byte) {
		html, data := filepath.Join(folder, name+".html"), filepath.Join(folder, name+".json")
		got := n.final("timeline", "--from", "2027-05-29T17:00:00Z", "--to", "2027-05-29T23:00:00Z",
			"--html", html, "--json", data)
		got.is(n.t, 0, "108,000 ShedRequests", "variant main planned 6 instances from 17:00",
			"20 instances from 18:30 (final): as many in service from 18:45, 15m after", "6 to 34 instances",
			"2 to 4 tasks")
		for _, file := range []string{html, data} {
			content, err := os.ReadFile(file)
			n.must(err)
			files = append(files, content)
		}
		return got.out, files
	}
	text, files := told("once")
	again, same := told("again")
	if text != again || !bytes.Equal(files[0], same[0]) || !bytes.Equal(files[1], same[1]) {
		n.t.Error("the timeline of the same night is another one")
	}
}
