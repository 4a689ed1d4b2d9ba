package main

import "sort"

// The rows of tests/clients/pymilvus/data.py, and what a search over them must find.

const (
	dim  = 8
	rows = 600
)

var (
	vectors = someVectors()
	ids     = numbers(func(i int64) int64 { return i })
	prices  = numbers(func(i int64) int64 { return i % 10 })
	query   = vectors[17]
)

func someVectors() [][]float32 {
	const multiplier, modulus = 16807, 1<<31 - 1
	state := int64(20211)
	made := make([][]float32, rows)
	for i := range made {
		made[i] = make([]float32, dim)
		for j := range made[i] {
			state = state * multiplier % modulus
			made[i][j] = float32(float64(state) / modulus)
		}
	}
	return made
}

func numbers(of func(int64) int64) []int64 {
	made := make([]int64, rows)
	for i := range made {
		made[i] = of(int64(i))
	}
	return made
}

func everyRow(int64) bool     { return true }
func cheapRow(row int64) bool { return prices[row] < 3 }

func nearest(k int, kept func(int64) bool) []int64 {
	found := []int64{}
	for _, id := range ids {
		if kept(id) {
			found = append(found, id)
		}
	}
	sort.Slice(found, func(a, b int) bool { return distance(found[a]) < distance(found[b]) })
	return found[:k]
}

func distance(row int64) float64 {
	sum := 0.0
	for j, x := range vectors[row] {
		apart := float64(x) - float64(query[j])
		sum += apart * apart
	}
	return sum
}
