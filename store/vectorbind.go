package store

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	vectors "github.com/pgvector/pgvector-go/pgx"
)

// knowVectors has a connection bind halfvec in binary, as text takes the server several times as long to read. A database that has
// no such type yet is about to be migrated.
func knowVectors(ctx context.Context, c *pgx.Conn) error {
	var oid *uint32
	if err := c.QueryRow(ctx, `SELECT to_regtype('halfvec')::oid`).Scan(&oid); err != nil || oid == nil {
		return err
	}
	c.TypeMap().RegisterType(&pgtype.Type{Name: "halfvec", OID: *oid, Codec: &vectors.HalfVectorCodec{}})
	return nil
}
