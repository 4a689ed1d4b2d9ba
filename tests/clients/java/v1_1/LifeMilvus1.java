import io.milvus.client.CollectionMapping;
import io.milvus.client.ConnectParam;
import io.milvus.client.Index;
import io.milvus.client.IndexType;
import io.milvus.client.InsertParam;
import io.milvus.client.MetricType;
import io.milvus.client.MilvusClient;
import io.milvus.client.MilvusGrpcClient;
import io.milvus.client.Response;
import io.milvus.client.SearchParam;
import io.milvus.client.SearchResponse;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The life cycle through MilvusGrpcClient, the client of Milvus 1.x. */
final class LifeMilvus1 {
    private static final String NAME = "java_life_1x";
    private static final Pattern SEGMENT = Pattern.compile("\"name\": *\"([^\"]+)\"");
    private static final Map<IndexType, String[]> INDEXES = new LinkedHashMap<>();

    static {
        INDEXES.put(IndexType.IVFLAT, new String[] {"{\"nlist\": 16}", "{\"nprobe\": 16}"});
        INDEXES.put(IndexType.ANNOY, new String[] {"{\"n_trees\": 16}", "{\"search_k\": 600}"});
        INDEXES.put(IndexType.HNSW, new String[] {"{\"M\": 16, \"efConstruction\": 200}", "{\"ef\": 200}"});
    }

    private static MilvusClient client;

    public static void main(String[] arguments) {
        Steps steps = new Steps();
        steps.add("connect", LifeMilvus1::connect);
        steps.add("server version", LifeMilvus1::serverVersion);
        steps.add("missing collection", LifeMilvus1::missingCollection);
        steps.add("create collection", LifeMilvus1::createCollection);
        steps.add("describe collection", LifeMilvus1::describeCollection);
        steps.add("insert", LifeMilvus1::insert);
        steps.add("flush", LifeMilvus1::flush);
        steps.add("search", () -> Steps.expect(search("{}", 10, List.of()), Data.nearest(10)));
        steps.add("get entity by id", LifeMilvus1::getEntity);
        steps.add("ids in segment", LifeMilvus1::idsInSegment);
        steps.add("partition", LifeMilvus1::partition);
        steps.add("create index", LifeMilvus1::createIndex);
        steps.add("describe index", LifeMilvus1::describeIndex);
        steps.add("index parameters", LifeMilvus1::indexParameters);
        steps.add("load", () -> done(client.loadCollection(NAME)));
        steps.add("release", () -> done(client.releaseCollection(NAME)));
        steps.add("delete", LifeMilvus1::delete);
        steps.add("compact", LifeMilvus1::compact);
        steps.add("drop index", LifeMilvus1::dropIndex);
        steps.add("drop collection", LifeMilvus1::dropCollection);
        steps.add("disconnect", () -> client.close(5));
        steps.run();
    }

    private static void connect() {
        String[] address = System.getenv("ELANUS_ADDRESS").split(":");
        client = new MilvusGrpcClient(
                new ConnectParam.Builder().withHost(address[0]).withPort(Integer.parseInt(address[1])).build());
    }

    private static void serverVersion() {
        Response version = client.getServerVersion();
        done(version);
        Steps.expect(version.getMessage().split("\\.")[0], "1");
        done(client.getServerStatus());
    }

    private static void missingCollection() {
        Steps.expect(client.hasCollection("no_such_collection").hasCollection(), false);
        Response refused = client.dropCollection("no_such_collection");
        Steps.expect(refused.getStatus(), Response.Status.COLLECTION_NOT_EXISTS);
    }

    private static void createCollection() {
        done(client.createCollection(new CollectionMapping.Builder(NAME, Data.DIM)
                .withIndexFileSize(64).withMetricType(MetricType.L2).build()));
        Steps.expect(client.listCollections().getCollectionNames(), List.of(NAME));
    }

    private static void describeCollection() {
        CollectionMapping found = client.getCollectionInfo(NAME).getCollectionMapping().get();
        Steps.expect(found.getDimension(), (long) Data.DIM);
        Steps.expect(found.getMetricType(), MetricType.L2);
    }

    private static void insert() {
        Steps.expect(inserted(Data.VECTORS, Data.IDS, ""), Data.IDS);
    }

    private static List<Long> inserted(List<List<Float>> vectors, List<Long> ids, String tag) {
        InsertParam.Builder rows = new InsertParam.Builder(NAME).withFloatVectors(vectors).withVectorIds(ids);
        return client.insert((tag.isEmpty() ? rows : rows.withPartitionTag(tag)).build()).getVectorIds();
    }

    private static void flush() {
        done(client.flush(NAME));
        Steps.expect(client.countEntities(NAME).getCollectionEntityCount(), (long) Data.ROWS);
    }

    private static List<Long> search(String params, int k, List<String> tags) {
        SearchResponse found = client.search(new SearchParam.Builder(NAME)
                .withFloatVectors(Collections.singletonList(Data.QUERY)).withTopK(k).withPartitionTags(tags)
                .withParamsInJson(params).build());
        done(found.getResponse());
        return found.getResultIdsList().get(0);
    }

    private static void getEntity() {
        List<List<Float>> found = client.getEntityByID(NAME, "_default", Arrays.asList(3L, 599L)).getFloatVectors();
        Steps.expect(found, Arrays.asList(Data.VECTORS.get(3), Data.VECTORS.get(599)));
    }

    private static void idsInSegment() {
        Response statistics = client.getCollectionStats(NAME);
        done(statistics);
        Matcher segment = SEGMENT.matcher(statistics.getMessage());
        Steps.expect(segment.find(), true);
        Steps.expect(client.listIDInSegment(NAME, segment.group(1)).getIds(), Data.IDS);
    }

    private static void partition() {
        done(client.createPartition(NAME, "tag"));
        Steps.expect(client.hasPartition(NAME, "tag").hasPartition(), true);
        Steps.expect(client.listPartitions(NAME).getPartitionList(), Arrays.asList("_default", "tag"));
        inserted(Collections.singletonList(Data.QUERY), Collections.singletonList(1000L), "tag");
        Steps.expect(search("{}", 1, Collections.singletonList("tag")), Collections.singletonList(1000L));
        done(client.dropPartition(NAME, "tag"));
    }

    private static void createIndex() {
        INDEXES.forEach((kind, params) -> {
            done(client.createIndex(new Index.Builder(NAME, kind).withParamsInJson(params[0]).build()));
            Steps.expect(search(params[1], 10, List.of()), Data.nearest(10));
        });
    }

    private static void describeIndex() {
        Index found = client.getIndexInfo(NAME).getIndex().get();
        Steps.expect(found.getIndexType(), IndexType.HNSW);
        Steps.expect(found.getParamsInJson().contains("efConstruction"), true);
    }

    private static void indexParameters() {
        Response refused = client.createIndex(new Index.Builder(NAME, IndexType.IVFLAT).withParamsInJson("{}").build());
        Steps.expect(refused.getStatus(), Response.Status.ILLEGAL_ARGUMENT);
        Steps.expect(refused.getMessage().contains("must contain: nlist"), true);
    }

    private static void delete() {
        done(client.deleteEntityByID(NAME, "_default", Data.nearest(2)));
        Steps.expect(search("{\"ef\": 200}", 2, List.of()), Data.nearest(4).subList(2, 4));
    }

    private static void compact() {
        done(client.flush(NAME));
        done(client.compact(NAME));
        Steps.expect(client.countEntities(NAME).getCollectionEntityCount(), Data.ROWS - 2L);
    }

    private static void dropIndex() {
        done(client.dropIndex(NAME));
        Steps.expect(client.getIndexInfo(NAME).getIndex().get().getIndexType(), IndexType.FLAT);
        Steps.expect(search("{}", 2, List.of()), Data.nearest(4).subList(2, 4));
    }

    private static void dropCollection() {
        done(client.dropCollection(NAME));
        Steps.expect(client.hasCollection(NAME).hasCollection(), false);
    }

    private static void done(Response response) {
        if (!response.ok()) {
            throw new AssertionError(response.getStatus() + ": " + response.getMessage());
        }
    }

    private LifeMilvus1() {}
}
