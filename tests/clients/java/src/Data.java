import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** The rows of tests/clients/pymilvus/data.py, and what a search over them must find. */
final class Data {
    static final int DIM = 8;
    static final int ROWS = 600;
    static final List<List<Float>> VECTORS = vectors();
    static final List<Long> IDS = LongStream.range(0, ROWS).boxed().collect(Collectors.toList());
    static final List<Long> PRICES = IDS.stream().map(i -> i % 10).collect(Collectors.toList());
    static final List<Float> QUERY = VECTORS.get(17);


    private static List<List<Float>> vectors() {
        List<List<Float>> rows = new ArrayList<>();
        long state = 20211;
        for (int i = 0; i < ROWS; i++) {
            List<Float> row = new ArrayList<>();
            for (int j = 0; j < DIM; j++) {
                state = state * 16807L % 2147483647L;
                row.add((float) (state / 2147483647.0));
            }
            rows.add(row);
        }
        return rows;
    }

    static List<Long> nearest(int k, LongPredicate kept) {
        return IDS.stream().filter(kept::test)
                .sorted(Comparator.comparingDouble(i -> distance(VECTORS.get(i.intValue()))))
                .limit(k).collect(Collectors.toList());
    }

    static List<Long> nearest(int k) {
        return nearest(k, i -> true);
    }

    private static double distance(List<Float> vector) {
        double sum = 0;
        for (int j = 0; j < DIM; j++) {
            double apart = (double) vector.get(j) - QUERY.get(j);
            sum += apart * apart;
        }
        return sum;
    }

    private Data() {}
}
