package problem

import "strings"

// Of returns err as one of the construct called id in scope, or of scope itself where id is
// "": the construct's path, such as odds/Scaling, begins each line. It returns nil for nil.
func Of[Node interface{ Path() *string }](scope interface{ Node() Node }, id string, err error) error {
	if err == nil {
		return nil
	}
	path := *scope.Node().Path()
	return ofConstruct{strings.Trim(path+"/"+id, "/"), err}
}

// ofConstruct is an error about the construct at a path.
type ofConstruct struct {
	path string
	error
}

// Error returns the lines of the error behind the path.
func (e ofConstruct) Error() string {
	return e.path + ": " + strings.ReplaceAll(e.error.Error(), "\n", "\n"+e.path+": ")
}

// Unwrap returns the error without the path.
func (e ofConstruct) Unwrap() error { return e.error }
