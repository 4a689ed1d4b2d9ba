package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/milvus-io/milvus/client/v2/column"
	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	milvusclient "github.com/milvus-io/milvus/client/v2/milvusclient"
)

// The life cycle through github.com/milvus-io/milvus/client/v2.

const name = "go_client_life"

var (
	all    = context.Background()
	milvus *milvusclient.Client
	target = []entity.Vector{entity.FloatVector(query)}
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
		{"create index", func() error { return createIndex(index.NewIvfFlatIndex(entity.L2, 16)) }},
		{"list indexes", listIndexes},
		{"describe index", describeIndex},
		{"load", load},
		{"load progress", loadState},
		{"search", func() error { return expectFound("", everyRow, index.NewIvfAnnParam(16)) }},
		{"filtered search", func() error { return expectFound("price < 3", cheapRow, index.NewIvfAnnParam(16)) }},
		{"query", queryRows},
		{"hybrid search", hybridSearch},
		{"query iterator", queryIterator},
		{"search iterator", searchIterator},
		{"switch index", switchIndex},
		{"delete", deleteRows},
		{"upsert", upsert},
		{"drop index", dropIndex},
		{"search without index", searchWithoutIndex},
		{"drop collection", dropCollection},
		{"disconnect", func() error { return milvus.Close(all) }},
	})
}

func connect() (err error) {
	milvus, err = milvusclient.New(all, &milvusclient.ClientConfig{Address: os.Getenv("ELANUS_ADDRESS")})
	return err
}

func serverVersion() error {
	found, err := milvus.GetServerVersion(all, milvusclient.NewGetServerVersionOption())
	if err != nil {
		return err
	}
	return expect(strings.Contains(found, "elanus"), true)
}

func createCollection() error {
	schema := entity.NewSchema().
		WithField(entity.NewField().WithName("id").WithDataType(entity.FieldTypeInt64).WithIsPrimaryKey(true)).
		WithField(entity.NewField().WithName("price").WithDataType(entity.FieldTypeInt64)).
		WithField(entity.NewField().WithName("vector").WithDataType(entity.FieldTypeFloatVector).WithDim(dim))
	if err := milvus.CreateCollection(all, milvusclient.NewCreateCollectionOption(name, schema)); err != nil {
		return err
	}
	return expectExists(name, true)
}

func describeCollection() error {
	found, err := milvus.DescribeCollection(all, milvusclient.NewDescribeCollectionOption(name))
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
	done, err := milvus.Insert(all, milvusclient.NewColumnBasedInsertOption(name).
		WithInt64Column("id", ids).WithInt64Column("price", prices).WithFloatVectorColumn("vector", dim, vectors))
	if err != nil {
		return err
	}
	return expect(done.InsertCount, int64(rows))
}

func flush() error {
	task, err := milvus.Flush(all, milvusclient.NewFlushOption(name))
	if err != nil {
		return err
	}
	if err := task.Await(all); err != nil {
		return err
	}
	found, err := milvus.GetCollectionStats(all, milvusclient.NewGetCollectionStatsOption(name))
	if err != nil {
		return err
	}
	return expect(found["row_count"], "600")
}

func createIndex(wanted index.Index) error {
	task, err := milvus.CreateIndex(all, milvusclient.NewCreateIndexOption(name, "vector", wanted))
	if err != nil {
		return err
	}
	return task.Await(all)
}

func listIndexes() error {
	found, err := milvus.ListIndexes(all, milvusclient.NewListIndexOption(name))
	if err != nil {
		return err
	}
	return expect(found, []string{"vector"})
}

func describeIndex() error {
	found, err := milvus.DescribeIndex(all, milvusclient.NewDescribeIndexOption(name, "vector"))
	if err != nil {
		return err
	}
	return expect([]int64{found.IndexedRows, found.TotalRows}, []int64{rows, rows})
}

func load() error {
	task, err := milvus.LoadCollection(all, milvusclient.NewLoadCollectionOption(name))
	if err != nil {
		return err
	}
	return task.Await(all)
}

func loadState() error {
	found, err := milvus.GetLoadState(all, milvusclient.NewGetLoadStateOption(name))
	if err != nil {
		return err
	}
	return expect(found.State, entity.LoadStateLoaded)
}

func expectFound(filter string, kept func(int64) bool, wanted index.AnnParam) error {
	found, err := search(filter, 10, wanted)
	if err != nil {
		return err
	}
	return expect(found, nearest(10, kept))
}

func search(filter string, k int, wanted index.AnnParam) ([]int64, error) {
	found, err := milvus.Search(all, milvusclient.NewSearchOption(name, k, target).WithANNSField("vector").
		WithFilter(filter).WithAnnParam(wanted).WithConsistencyLevel(entity.ClStrong))
	if err != nil {
		return nil, err
	}
	return idsOf(found[0]), nil
}

func idsOf(found milvusclient.ResultSet) []int64 {
	return found.IDs.(*column.ColumnInt64).Data()
}

func queryRows() error {
	found, err := milvus.Query(all, milvusclient.NewQueryOption(name).WithFilter("id in [3, 14]").WithOutputFields("price"))
	if err != nil {
		return err
	}
	return expect(found.GetColumn("price").(*column.ColumnInt64).Data(), []int64{3, 4})
}

func hybridSearch() error {
	request := milvusclient.NewAnnRequest("vector", 10, target...).WithAnnParam(index.NewIvfAnnParam(16))
	found, err := milvus.HybridSearch(all, milvusclient.NewHybridSearchOption(name, 10, request).
		WithReranker(milvusclient.NewRRFReranker()))
	if err != nil {
		return err
	}
	return expect(idsOf(found[0]), nearest(10, everyRow))
}

type pages interface {
	Next(context.Context) (milvusclient.ResultSet, error)
}

func every(page pages) (found []int64, err error) {
	for {
		rows, err := page.Next(all)
		if errors.Is(err, io.EOF) {
			sort.Slice(found, func(a, b int) bool { return found[a] < found[b] })
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if rows.IDs != nil {
			found = append(found, idsOf(rows)...)
		} else {
			found = append(found, rows.GetColumn("id").(*column.ColumnInt64).Data()...)
		}
	}
}

func queryIterator() error {
	page, err := milvus.QueryIterator(all, milvusclient.NewQueryIteratorOption(name).WithBatchSize(250).
		WithFilter("id >= 0").WithOutputFields("id"))
	if err != nil {
		return err
	}
	found, err := every(page)
	if err != nil {
		return err
	}
	return expect(found, ids)
}

func searchIterator() error {
	page, err := milvus.SearchIterator(all, milvusclient.NewSearchIteratorOption(name, entity.FloatVector(query)).
		WithANNSField("vector").WithBatchSize(50).WithIteratorLimit(120).WithAnnParam(index.NewIvfAnnParam(16)))
	if err != nil {
		return err
	}
	found, err := every(page)
	if err != nil {
		return err
	}
	wanted := nearest(120, everyRow)
	sort.Slice(wanted, func(a, b int) bool { return wanted[a] < wanted[b] })
	return expect(found, wanted)
}

func switchIndex() error {
	if err := dropIndex(); err != nil {
		return err
	}
	if err := createIndex(index.NewHNSWIndex(entity.L2, 16, 200)); err != nil {
		return err
	}
	if err := load(); err != nil {
		return err
	}
	return expectFound("", everyRow, index.NewHNSWAnnParam(200))
}

func deleteRows() error {
	gone := nearest(2, everyRow)
	if _, err := milvus.Delete(all, milvusclient.NewDeleteOption(name).WithInt64IDs("id", gone)); err != nil {
		return err
	}
	found, err := search("", 2, index.NewHNSWAnnParam(200))
	if err != nil {
		return err
	}
	return expect(found, nearest(4, everyRow)[2:])
}

func upsert() error {
	done, err := milvus.Upsert(all, milvusclient.NewColumnBasedInsertOption(name).WithInt64Column("id", ids[17:18]).
		WithInt64Column("price", []int64{99}).WithFloatVectorColumn("vector", dim, vectors[17:18]))
	if err != nil {
		return err
	}
	return expect(done.UpsertCount, int64(1))
}

func dropIndex() error {
	if err := milvus.ReleaseCollection(all, milvusclient.NewReleaseCollectionOption(name)); err != nil {
		return err
	}
	if err := milvus.DropIndex(all, milvusclient.NewDropIndexOption(name, "vector")); err != nil {
		return err
	}
	found, err := milvus.ListIndexes(all, milvusclient.NewListIndexOption(name))
	if err != nil && !strings.Contains(err.Error(), "index not found") {
		return err
	}
	return expect(len(found), 0)
}

func searchWithoutIndex() error {
	err := load()
	if err == nil {
		return errors.New("this generation should have refused it")
	}
	return absent(err.Error())
}

func dropCollection() error {
	if err := milvus.DropCollection(all, milvusclient.NewDropCollectionOption(name)); err != nil {
		return err
	}
	return expectExists(name, false)
}

func expectExists(collection string, wanted bool) error {
	found, err := milvus.HasCollection(all, milvusclient.NewHasCollectionOption(collection))
	if err != nil {
		return err
	}
	return expect(found, wanted)
}
