package main

import (
	"context"
	"os"
	"time"

	"github.com/milvus-io/milvus-sdk-go/v2/client"
	"github.com/milvus-io/milvus-sdk-go/v2/entity"
)

// The life cycle through github.com/milvus-io/milvus-sdk-go/v2.

const name = "go_life"

var (
	all    = context.Background()
	milvus client.Client
)

func main() {
	run([]step{
		{"connect", connect},
		{"server version", serverVersion},
		{"missing collection", func() error { return expectExists("no_such_collection", false) }},
		{"create collection", createCollection},
		{"describe collection", describeCollection},
		{"insert", insert},
		{"flush", flush},
		{"create index", func() error { return createIndex(entity.NewIndexIvfFlat(entity.L2, 16)) }},
		{"index state", indexState},
		{"describe index", describeIndex},
		{"load", load},
		{"search", func() error { return expectFound("", everyRow, ivf()) }},
		{"filtered search", func() error { return expectFound("price < 3", cheapRow, ivf()) }},
		{"query", queryByKeys},
		{"switch index", switchIndex},
		{"delete", deleteRows},
		{"upsert", upsert},
		{"drop index", dropIndex},
		{"drop collection", dropCollection},
		{"disconnect", func() error { return milvus.Close() }},
	})
}

func connect() (err error) {
	milvus, err = client.NewGrpcClient(all, os.Getenv("ELANUS_ADDRESS"))
	return err
}

func serverVersion() error {
	knows, is := milvus.(interface {
		GetVersion(context.Context) (string, error)
	})
	if !is {
		return absent("this client has no GetVersion")
	}
	_, err := knows.GetVersion(all)
	return err
}

func createCollection() error {
	schema := &entity.Schema{CollectionName: name, Fields: []*entity.Field{
		{Name: "id", DataType: entity.FieldTypeInt64, PrimaryKey: true},
		{Name: "price", DataType: entity.FieldTypeInt64},
		{Name: "vector", DataType: entity.FieldTypeFloatVector, TypeParams: map[string]string{"dim": "8"}},
	}}
	if err := milvus.CreateCollection(all, schema, 1); err != nil {
		return err
	}
	return expectExists(name, true)
}

func describeCollection() error {
	found, err := milvus.DescribeCollection(all, name)
	if err != nil {
		return err
	}
	names := []string{}
	for _, field := range found.Schema.Fields {
		names = append(names, field.Name)
	}
	return expect(names, []string{"id", "price", "vector"})
}

func insert() error {
	done, err := milvus.Insert(all, name, "", entity.NewColumnInt64("id", ids), entity.NewColumnInt64("price", prices),
		entity.NewColumnFloatVector("vector", dim, vectors))
	if err != nil {
		return err
	}
	return expect(done.Len(), rows)
}

func flush() error {
	if err := milvus.Flush(all, name, false); err != nil {
		return err
	}
	found, err := milvus.GetCollectionStatistics(all, name)
	if err != nil {
		return err
	}
	return expect(found["row_count"], "600")
}

func createIndex(wanted entity.Index, err error) error {
	if err != nil {
		return err
	}
	return milvus.CreateIndex(all, name, "vector", wanted, false)
}

func indexState() error {
	found, err := milvus.GetIndexState(all, name, "vector")
	if err != nil {
		return err
	}
	return expect(int(found), 3)
}

func describeIndex() error {
	found, err := milvus.DescribeIndex(all, name, "vector")
	if err != nil {
		return err
	}
	return expect([]any{len(found), string(found[0].IndexType())}, []any{1, "IVF_FLAT"})
}

func load() error { return milvus.LoadCollection(all, name, false) }

func ivf() entity.SearchParam {
	wanted, _ := entity.NewIndexIvfFlatSearchParam(16)
	return wanted
}

func hnsw() entity.SearchParam {
	wanted, _ := entity.NewIndexHNSWSearchParam(200)
	return wanted
}

func expectFound(filter string, kept func(int64) bool, wanted entity.SearchParam) error {
	found, err := search(filter, 10, wanted)
	if err != nil {
		return err
	}
	return expect(found, nearest(10, kept))
}

func search(filter string, k int, wanted entity.SearchParam) ([]int64, error) {
	found, err := milvus.Search(all, name, nil, filter, nil, []entity.Vector{entity.FloatVector(query)}, "vector",
		entity.L2, k, wanted)
	if err != nil {
		return nil, err
	}
	return found[0].IDs.(*entity.ColumnInt64).Data(), nil
}

func queryByKeys() error {
	found, err := milvus.QueryByPks(all, name, nil, entity.NewColumnInt64("id", []int64{3, 14}), []string{"price"})
	if err != nil {
		return err
	}
	for _, column := range found {
		if column.Name() == "price" {
			return expect(column.(*entity.ColumnInt64).Data(), []int64{3, 4})
		}
	}
	return expect("no price", "a price")
}

func switchIndex() error {
	if err := dropIndex(); err != nil {
		return err
	}
	if err := createIndex(entity.NewIndexHNSW(entity.L2, 16, 200)); err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	return expectFound("", everyRow, hnsw())
}

func deleteRows() error {
	if err := milvus.DeleteByPks(all, name, "", entity.NewColumnInt64("id", nearest(2, everyRow))); err != nil {
		return err
	}
	time.Sleep(100 * time.Millisecond)
	found, err := search("", 2, hnsw())
	if err != nil {
		return err
	}
	return expect(found, nearest(4, everyRow)[2:])
}

func upsert() error {
	knows, is := milvus.(interface {
		Upsert(context.Context, string, string, ...entity.Column) (entity.Column, error)
	})
	if !is {
		return absent("this client has no Upsert")
	}
	done, err := knows.Upsert(all, name, "", entity.NewColumnInt64("id", ids[17:18]),
		entity.NewColumnInt64("price", []int64{99}), entity.NewColumnFloatVector("vector", dim, vectors[17:18]))
	if err != nil {
		return err
	}
	return expect(done.Len(), 1)
}

func dropIndex() error {
	if err := milvus.ReleaseCollection(all, name); err != nil {
		return err
	}
	if err := milvus.DropIndex(all, name, "vector"); err != nil {
		return err
	}
	if found, err := milvus.DescribeIndex(all, name, "vector"); err == nil {
		return expect(len(found), 0)
	}
	return nil
}

func dropCollection() error {
	if err := milvus.DropCollection(all, name); err != nil {
		return err
	}
	return expectExists(name, false)
}

func expectExists(collection string, wanted bool) error {
	found, err := milvus.HasCollection(all, collection)
	if err != nil {
		return err
	}
	return expect(found, wanted)
}
