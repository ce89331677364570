package store

import (
	"math"
	"strconv"
)

// Vector is a direction in the space of meanings, VectorSize numbers of length one together.
type Vector []float32

// VectorSize is how many numbers the vectors of photos have.
const VectorSize = 1408

// String is how Postgres reads it.
func (v Vector) String() string {
	b := make([]byte, 0, 12*len(v)+2)
	b = append(b, '[')
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendFloat(b, float64(x), 'g', -1, 32)
	}
	return string(append(b, ']'))
}

// Unit is the vector at length one; nil where it has no direction.
func (v Vector) Unit() Vector {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return nil
	}
	out, scale := make(Vector, len(v)), 1/math.Sqrt(sum)
	for i, x := range v {
		out[i] = float32(float64(x) * scale)
	}
	return out
}
