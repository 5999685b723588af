// Package cli is what the programs have in common on the command line.
package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// AsOf parses the value of a flag that says as of when a program judges, such as
// 2027-05-29T12:00:00Z; "" is the clock's time. The error names the flag.
func AsOf(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, fmt.Errorf("%s: got %q: a time is written as 2027-05-29T12:00:00Z", flag, text)
	}
	return at, nil
}

// Columns is how wide the output is for people, where no name is longer.
const Columns = 80

// Wrap joins words in lines of so many characters, each behind indent. A longer word has a
// line of its own.
func Wrap(words []string, columns int, indent string) (lines []string) {
	line := indent
	for _, word := range words {
		if line != indent && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines, line = append(lines, line), indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Cut shortens a text to so many characters.
func Cut(text string, columns int) string {
	if utf8.RuneCountInString(text) <= columns {
		return text
	}
	return string([]rune(text)[:columns-1]) + "…"
}

// Confirmed asks a question and says whether the answer is yes. Where ctx ends before there
// is one, it is no.
func Confirmed(ctx context.Context, in *bufio.Reader, out io.Writer, question string) bool {
	fmt.Fprintf(out, "\n%s ", strings.TrimSuffix(Hanging(question+" [y/N]"), "\n"))
	answered := make(chan string, 1)
	go func() {
		answer, _ := in.ReadString('\n')
		answered <- answer
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(out)
		return false
	case answer := <-answered:
		a := strings.ToLower(strings.TrimSpace(answer))
		return a == "y" || a == "yes"
	}
}

// IsTerminal says whether a person looks at what is written.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
