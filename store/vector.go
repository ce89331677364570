package store

import "strconv"

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
