package main

import (
	"fmt"
	"reflect"
	"strings"
)

// Runs a life cycle: operations in the order given; prints how each went.

type step struct {
	name string
	run  func() error
}

type absent string

func (why absent) Error() string { return string(why) }

func run(steps []step) {
	for _, one := range steps {
		fmt.Printf("%s: %s\n", one.name, outcome(one.run))
	}
	fmt.Println("end")
}

func outcome(operation func() error) (result string) {
	defer func() {
		if broken := recover(); broken != nil {
			result = fmt.Sprintf("failed (%s)", line(fmt.Sprint(broken)))
		}
	}()
	err := operation()
	if err == nil {
		return "ok"
	}
	state := "failed"
	if _, is := err.(absent); is {
		state = "absent"
	}
	return fmt.Sprintf("%s (%s)", state, line(err.Error()))
}

func line(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > 300 {
		return text[:300]
	}
	return text
}

func expect(found, wanted any) error {
	if !reflect.DeepEqual(found, wanted) {
		return fmt.Errorf("found %v, expected %v", found, wanted)
	}
	return nil
}
