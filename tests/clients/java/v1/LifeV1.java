import io.milvus.client.MilvusServiceClient;
import io.milvus.grpc.DataType;
import io.milvus.grpc.DescribeCollectionResponse;
import io.milvus.grpc.DescribeIndexResponse;
import io.milvus.grpc.GetIndexBuildProgressResponse;
import io.milvus.grpc.GetIndexStateResponse;
import io.milvus.grpc.IndexState;
import io.milvus.grpc.MutationResult;
import io.milvus.grpc.QueryResults;
import io.milvus.grpc.SearchResults;
import io.milvus.param.ConnectParam;
import io.milvus.param.IndexType;
import io.milvus.param.MetricType;
import io.milvus.param.R;
import io.milvus.param.collection.CreateCollectionParam;
import io.milvus.param.collection.DescribeCollectionParam;
import io.milvus.param.collection.DropCollectionParam;
import io.milvus.param.collection.FieldType;
import io.milvus.param.collection.FlushParam;
import io.milvus.param.collection.GetCollectionStatisticsParam;
import io.milvus.param.collection.HasCollectionParam;
import io.milvus.param.collection.LoadCollectionParam;
import io.milvus.param.collection.ReleaseCollectionParam;
import io.milvus.param.dml.DeleteParam;
import io.milvus.param.dml.InsertParam;
import io.milvus.param.dml.QueryParam;
import io.milvus.param.dml.SearchParam;
import io.milvus.param.index.CreateIndexParam;
import io.milvus.param.index.DescribeIndexParam;
import io.milvus.param.index.DropIndexParam;
import io.milvus.param.index.GetIndexBuildProgressParam;
import io.milvus.param.index.GetIndexStateParam;
import io.milvus.response.GetCollStatResponseWrapper;
import io.milvus.response.QueryResultsWrapper;
import io.milvus.response.SearchResultsWrapper;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** The life cycle through MilvusServiceClient, which every release has. */
final class LifeV1 {
    private static final String NAME = "java_life";
    private static final String INDEX = "java_idx";
    private static final String IVF_SEARCH = "{\"nprobe\": 16}";
    private static final String HNSW_SEARCH = "{\"ef\": 200}";

    private static MilvusServiceClient client;

    public static void main(String[] arguments) {
        Steps steps = new Steps();
        steps.add("connect", LifeV1::connect);
        steps.add("missing collection", () -> Steps.expect(exists("no_such_collection"), false));
        steps.add("create collection", LifeV1::createCollection);
        steps.add("describe collection", LifeV1::describeCollection);
        steps.add("insert", LifeV1::insert);
        steps.add("flush", LifeV1::flush);
        steps.add("create index", () -> createIndex(IndexType.IVF_FLAT, "{\"nlist\": 16}"));
        steps.add("index state", LifeV1::indexState);
        steps.add("index progress", LifeV1::indexProgress);
        steps.add("describe index", LifeV1::describeIndex);
        steps.add("load", LifeV1::load);
        steps.add("search", () -> Steps.expect(search(IVF_SEARCH, "", 10), Data.nearest(10)));
        steps.add("filtered search", () ->
                Steps.expect(search(IVF_SEARCH, "price < 3", 10), Data.nearest(10, i -> i % 10 < 3)));
        steps.add("query", LifeV1::query);
        steps.add("switch index", LifeV1::switchIndex);
        steps.add("delete", LifeV1::delete);
        steps.add("drop index", LifeV1::dropIndex);
        steps.add("drop collection", LifeV1::dropCollection);
        steps.add("disconnect", () -> client.close(5));
        steps.run();
    }

    private static void connect() {
        String[] address = System.getenv("ELANUS_ADDRESS").split(":");
        client = new MilvusServiceClient(ConnectParam.newBuilder()
                .withHost(address[0]).withPort(Integer.parseInt(address[1])).build());
    }

    private static void createCollection() {
        done(client.createCollection(CreateCollectionParam.newBuilder()
                .withCollectionName(NAME).withDescription("").withShardsNum(1)
                .addFieldType(FieldType.newBuilder().withName("id").withDataType(DataType.Int64)
                        .withPrimaryKey(true).withAutoID(false).build())
                .addFieldType(FieldType.newBuilder().withName("price").withDataType(DataType.Int64).build())
                .addFieldType(FieldType.newBuilder().withName("vector").withDataType(DataType.FloatVector)
                        .withDimension(Data.DIM).build())
                .build()));
        Steps.expect(exists(NAME), true);
    }

    private static void describeCollection() {
        DescribeCollectionResponse found = done(client.describeCollection(
                DescribeCollectionParam.newBuilder().withCollectionName(NAME).build()));
        List<String> names = found.getSchema().getFieldsList().stream().map(f -> f.getName()).collect(Collectors.toList());
        Steps.expect(names, Arrays.asList("id", "price", "vector"));
    }

    private static void insert() {
        MutationResult inserted = done(client.insert(InsertParam.newBuilder().withCollectionName(NAME)
                .withFields(Arrays.asList(
                        new InsertParam.Field("id", Data.IDS),
                        new InsertParam.Field("price", Data.PRICES),
                        new InsertParam.Field("vector", Data.VECTORS)))
                .build()));
        Steps.expect(inserted.getInsertCnt(), (long) Data.ROWS);
    }

    private static void flush() {
        done(client.flush(FlushParam.newBuilder().addCollectionName(NAME).withSyncFlush(true).build()));
        long rows = new GetCollStatResponseWrapper(done(client.getCollectionStatistics(
                GetCollectionStatisticsParam.newBuilder().withCollectionName(NAME).build()))).getRowCount();
        Steps.expect(rows, (long) Data.ROWS);
    }

    private static void createIndex(IndexType type, String params) {
        done(client.createIndex(CreateIndexParam.newBuilder().withCollectionName(NAME).withFieldName("vector")
                .withIndexName(INDEX).withIndexType(type).withMetricType(MetricType.L2).withExtraParam(params)
                .withSyncMode(true).build()));
    }

    private static void indexState() {
        GetIndexStateResponse found = done(client.getIndexState(
                GetIndexStateParam.newBuilder().withCollectionName(NAME).withIndexName(INDEX).build()));
        Steps.expect(found.getState(), IndexState.Finished);
    }

    private static void indexProgress() {
        GetIndexBuildProgressResponse found = done(client.getIndexBuildProgress(
                GetIndexBuildProgressParam.newBuilder().withCollectionName(NAME).withIndexName(INDEX).build()));
        Steps.expect(found.getIndexedRows(), (long) Data.ROWS);
        Steps.expect(found.getTotalRows(), (long) Data.ROWS);
    }

    private static void describeIndex() {
        DescribeIndexResponse found = done(client.describeIndex(
                DescribeIndexParam.newBuilder().withCollectionName(NAME).withIndexName(INDEX).build()));
        Steps.expect(found.getIndexDescriptionsCount(), 1);
        Steps.expect(found.getIndexDescriptions(0).getFieldName(), "vector");
    }

    private static void load() {
        done(client.loadCollection(LoadCollectionParam.newBuilder().withCollectionName(NAME).withSyncLoad(true).build()));
    }

    private static List<Long> search(String params, String filter, int k) {
        SearchParam.Builder wanted = SearchParam.newBuilder().withCollectionName(NAME).withVectorFieldName("vector")
                .withMetricType(MetricType.L2).withTopK(k).withParams(params)
                .withVectors(Collections.singletonList(Data.QUERY));
        SearchResults found = done(client.search(filter.isEmpty() ? wanted.build() : wanted.withExpr(filter).build()));
        return new SearchResultsWrapper(found.getResults()).getIDScore(0).stream()
                .map(SearchResultsWrapper.IDScore::getLongID).collect(Collectors.toList());
    }

    private static void query() throws Exception {
        QueryResults found = done(client.query(QueryParam.newBuilder().withCollectionName(NAME)
                .withExpr("id in [3, 14]").withOutFields(Arrays.asList("id", "price")).build()));
        List<?> prices = new QueryResultsWrapper(found).getFieldWrapper("price").getFieldData();
        Steps.expect(prices.stream().map(Object::toString).sorted().collect(Collectors.toList()), Arrays.asList("3", "4"));
    }

    private static void switchIndex() {
        release();
        dropTheIndex();
        createIndex(IndexType.HNSW, "{\"M\": 16, \"efConstruction\": 200}");
        load();
        Steps.expect(search(HNSW_SEARCH, "", 10), Data.nearest(10));
    }

    private static void delete() throws Exception {
        List<Long> gone = Data.nearest(2);
        done(client.delete(DeleteParam.newBuilder().withCollectionName(NAME).withExpr("id in " + gone).build()));
        Thread.sleep(100);
        Steps.expect(search(HNSW_SEARCH, "", 2), Data.nearest(4).subList(2, 4));
    }

    private static void dropIndex() {
        release();
        dropTheIndex();
        R<DescribeIndexResponse> gone = client.describeIndex(
                DescribeIndexParam.newBuilder().withCollectionName(NAME).withIndexName(INDEX).build());
        Steps.expect(gone.getStatus() == R.Status.Success.getCode(), false);
    }

    private static void dropCollection() {
        done(client.dropCollection(DropCollectionParam.newBuilder().withCollectionName(NAME).build()));
        Steps.expect(exists(NAME), false);
    }

    private static void release() {
        done(client.releaseCollection(ReleaseCollectionParam.newBuilder().withCollectionName(NAME).build()));
    }

    private static void dropTheIndex() {
        done(client.dropIndex(DropIndexParam.newBuilder().withCollectionName(NAME).withIndexName(INDEX).build()));
    }

    private static boolean exists(String name) {
        return done(client.hasCollection(HasCollectionParam.newBuilder().withCollectionName(name).build()));
    }

    private static <T> T done(R<T> answer) {
        if (answer.getStatus() != R.Status.Success.getCode()) {
            throw new IllegalStateException(answer.getStatus() + ": " + answer.getMessage());
        }
        return answer.getData();
    }

    private LifeV1() {}
}
