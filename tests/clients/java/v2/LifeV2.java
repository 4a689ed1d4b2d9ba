import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.milvus.v2.client.ConnectConfig;
import io.milvus.v2.client.MilvusClientV2;
import io.milvus.v2.common.DataType;
import io.milvus.v2.common.IndexParam;
import io.milvus.v2.exception.MilvusClientException;
import io.milvus.v2.service.collection.request.AddFieldReq;
import io.milvus.v2.service.collection.request.CreateCollectionReq;
import io.milvus.v2.service.collection.request.DescribeCollectionReq;
import io.milvus.v2.service.collection.request.DropCollectionReq;
import io.milvus.v2.service.collection.request.GetCollectionStatsReq;
import io.milvus.v2.service.collection.request.GetLoadStateReq;
import io.milvus.v2.service.collection.request.HasCollectionReq;
import io.milvus.v2.service.collection.request.LoadCollectionReq;
import io.milvus.v2.service.collection.request.ReleaseCollectionReq;
import io.milvus.v2.service.index.request.CreateIndexReq;
import io.milvus.v2.service.index.request.DescribeIndexReq;
import io.milvus.v2.service.index.request.DropIndexReq;
import io.milvus.v2.service.index.request.ListIndexesReq;
import io.milvus.v2.service.index.response.DescribeIndexResp;
import io.milvus.v2.service.utility.request.FlushReq;
import io.milvus.v2.service.vector.request.AnnSearchReq;
import io.milvus.v2.service.vector.request.DeleteReq;
import io.milvus.v2.service.vector.request.HybridSearchReq;
import io.milvus.v2.service.vector.request.InsertReq;
import io.milvus.v2.service.vector.request.QueryIteratorReq;
import io.milvus.v2.service.vector.request.QueryReq;
import io.milvus.v2.service.vector.request.SearchReq;
import io.milvus.v2.service.vector.request.UpsertReq;
import io.milvus.v2.service.vector.request.data.FloatVec;
import io.milvus.v2.service.vector.request.ranker.RRFRanker;
import io.milvus.v2.service.vector.response.SearchResp;
import io.milvus.orm.iterator.QueryIterator;
import io.milvus.response.QueryResultsWrapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The life cycle through MilvusClientV2. */
final class LifeV2 {
    private static final String NAME = "java_life_v2";

    private static MilvusClientV2 client;

    public static void main(String[] arguments) {
        Steps steps = new Steps();
        steps.add("connect", LifeV2::connect);
        steps.add("server version", () -> Steps.expect(client.getServerVersion().contains("elanus"), true));
        steps.add("missing collection", () -> Steps.expect(exists("no_such_collection"), false));
        steps.add("quick create", LifeV2::quickCreate);
        steps.add("create collection", LifeV2::createCollection);
        steps.add("describe collection", LifeV2::describeCollection);
        steps.add("insert", LifeV2::insert);
        steps.add("flush", LifeV2::flush);
        steps.add("create index", () -> createIndex(IndexParam.IndexType.IVF_FLAT, Collections.singletonMap("nlist", 16)));
        steps.add("list indexes", () -> Steps.expect(indexes(), Collections.singletonList("vector")));
        steps.add("describe index", LifeV2::describeIndex);
        steps.add("load", LifeV2::load);
        steps.add("search", () -> Steps.expect(search("", 10, "nprobe", 16), Data.nearest(10)));
        steps.add("filtered search", () ->
                Steps.expect(search("price < 3", 10, "nprobe", 16), Data.nearest(10, i -> i % 10 < 3)));
        steps.add("query", LifeV2::query);
        steps.add("hybrid search", LifeV2::hybridSearch);
        steps.add("query iterator", LifeV2::queryIterator);
        steps.add("switch index", LifeV2::switchIndex);
        steps.add("delete", LifeV2::delete);
        steps.add("upsert", LifeV2::upsert);
        steps.add("drop index", LifeV2::dropIndex);
        steps.add("search without index", LifeV2::searchWithoutIndex);
        steps.add("drop collection", LifeV2::dropCollection);
        steps.add("disconnect", () -> client.close());
        steps.run();
    }

    private static void connect() {
        client = new MilvusClientV2(ConnectConfig.builder().uri("http://" + System.getenv("ELANUS_ADDRESS")).build());
    }

    private static void quickCreate() {
        client.createCollection(CreateCollectionReq.builder().collectionName("java_quick").dimension(Data.DIM).build());
        Steps.expect(client.getLoadState(GetLoadStateReq.builder().collectionName("java_quick").build()), true);
        client.dropCollection(DropCollectionReq.builder().collectionName("java_quick").build());
    }

    private static void createCollection() {
        CreateCollectionReq.CollectionSchema schema = client.createSchema();
        schema.addField(AddFieldReq.builder().fieldName("id").dataType(DataType.Int64).isPrimaryKey(true).autoID(false).build());
        schema.addField(AddFieldReq.builder().fieldName("price").dataType(DataType.Int64).build());
        schema.addField(AddFieldReq.builder().fieldName("vector").dataType(DataType.FloatVector).dimension(Data.DIM).build());
        client.createCollection(CreateCollectionReq.builder().collectionName(NAME).collectionSchema(schema).build());
        Steps.expect(exists(NAME), true);
    }

    private static void describeCollection() {
        List<String> names = client.describeCollection(DescribeCollectionReq.builder().collectionName(NAME).build())
                .getFieldNames();
        Steps.expect(names, Arrays.asList("id", "price", "vector"));
    }

    private static void insert() {
        List<JsonObject> rows = Data.IDS.stream().map(i -> row(i, i % 10)).collect(Collectors.toList());
        Steps.expect(client.insert(InsertReq.builder().collectionName(NAME).data(rows).build()).getInsertCnt(), (long) Data.ROWS);
    }

    private static void flush() {
        client.flush(FlushReq.builder().collectionNames(Collections.singletonList(NAME)).build());
        long rows = client.getCollectionStats(GetCollectionStatsReq.builder().collectionName(NAME).build()).getNumOfEntities();
        Steps.expect(rows, (long) Data.ROWS);
    }

    private static void createIndex(IndexParam.IndexType type, Map<String, Integer> params) {
        IndexParam wanted = IndexParam.builder().fieldName("vector").indexType(type)
                .metricType(IndexParam.MetricType.L2).extraParams(new HashMap<>(params)).build();
        client.createIndex(CreateIndexReq.builder().collectionName(NAME)
                .indexParams(Collections.singletonList(wanted)).build());
    }

    private static void describeIndex() {
        DescribeIndexResp.IndexDesc found = client.describeIndex(DescribeIndexReq.builder()
                .collectionName(NAME).indexName("vector").build()).getIndexDescriptions().get(0);
        Steps.expect(found.getIndexType(), IndexParam.IndexType.IVF_FLAT);
        Steps.expect(found.getIndexedRows(), (long) Data.ROWS);
    }

    private static void load() {
        client.loadCollection(LoadCollectionReq.builder().collectionName(NAME).build());
    }

    private static List<Long> search(String filter, int k, String param, int value) {
        SearchResp found = client.search(SearchReq.builder().collectionName(NAME).annsField("vector").topK(k)
                .data(Collections.singletonList(new FloatVec(Data.QUERY))).filter(filter)
                .searchParams(new HashMap<>(Collections.singletonMap(param, value))).build());
        return ids(found);
    }

    private static void query() {
        List<String> prices = client.query(QueryReq.builder().collectionName(NAME).filter("id in [3, 14]")
                        .outputFields(Arrays.asList("id", "price")).build())
                .getQueryResults().stream().map(row -> row.getEntity().get("price").toString()).sorted()
                .collect(Collectors.toList());
        Steps.expect(prices, Arrays.asList("3", "4"));
    }

    private static void hybridSearch() {
        AnnSearchReq one = AnnSearchReq.builder().vectorFieldName("vector").topK(10).params("{\"nprobe\": 16}")
                .vectors(Collections.singletonList(new FloatVec(Data.QUERY))).build();
        SearchResp found = client.hybridSearch(HybridSearchReq.builder().collectionName(NAME).topK(10)
                .searchRequests(Collections.singletonList(one)).ranker(new RRFRanker(60)).build());
        Steps.expect(ids(found), Data.nearest(10));
    }

    private static void queryIterator() {
        QueryIterator pages = client.queryIterator(QueryIteratorReq.builder().collectionName(NAME).batchSize(250)
                .expr("id >= 0").outputFields(Collections.singletonList("id")).build());
        List<Long> found = new ArrayList<>();
        for (List<QueryResultsWrapper.RowRecord> page = pages.next(); !page.isEmpty(); page = pages.next()) {
            page.forEach(row -> found.add((Long) row.get("id")));
        }
        pages.close();
        Collections.sort(found);
        Steps.expect(found, Data.IDS);
    }

    private static void switchIndex() {
        dropTheIndex();
        Map<String, Integer> params = new HashMap<>();
        params.put("M", 16);
        params.put("efConstruction", 200);
        createIndex(IndexParam.IndexType.HNSW, params);
        load();
        Steps.expect(search("", 10, "ef", 200), Data.nearest(10));
    }

    private static void delete() throws Exception {
        List<Object> gone = new ArrayList<>(Data.nearest(2));
        client.delete(DeleteReq.builder().collectionName(NAME).ids(gone).build());
        Thread.sleep(100);
        Steps.expect(search("", 2, "ef", 200), Data.nearest(4).subList(2, 4));
    }

    private static void upsert() {
        Steps.expect(client.upsert(UpsertReq.builder().collectionName(NAME)
                .data(Collections.singletonList(row(17, 99))).build()).getUpsertCnt(), 1L);
    }

    private static void dropIndex() {
        dropTheIndex();
        Steps.expect(indexes(), Collections.emptyList());
    }

    private static void searchWithoutIndex() {
        try {
            load();
        } catch (MilvusClientException refused) {
            throw new Steps.Absent(refused.getMessage());
        }
        throw new AssertionError("this generation should have refused it");
    }

    private static void dropCollection() {
        client.dropCollection(DropCollectionReq.builder().collectionName(NAME).build());
        Steps.expect(exists(NAME), false);
    }

    private static void dropTheIndex() {
        client.releaseCollection(ReleaseCollectionReq.builder().collectionName(NAME).build());
        client.dropIndex(DropIndexReq.builder().collectionName(NAME).indexName("vector").build());
    }

    private static List<String> indexes() {
        return client.listIndexes(ListIndexesReq.builder().collectionName(NAME).build());
    }

    private static boolean exists(String name) {
        return client.hasCollection(HasCollectionReq.builder().collectionName(name).build());
    }

    private static JsonObject row(long id, long price) {
        JsonArray vector = new JsonArray();
        Data.VECTORS.get((int) id).forEach(vector::add);
        JsonObject row = new JsonObject();
        row.addProperty("id", id);
        row.addProperty("price", price);
        row.add("vector", vector);
        return row;
    }

    private static List<Long> ids(SearchResp found) {
        return found.getSearchResults().get(0).stream().map(hit -> (Long) hit.getId()).collect(Collectors.toList());
    }

    private LifeV2() {}
}
