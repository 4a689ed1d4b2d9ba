import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Runs a life cycle: operations in the order they were added; prints how each went. */
final class Steps {
    interface Operation {
        void run() throws Exception;
    }

    static final class Absent extends RuntimeException {
        Absent(String why) {
            super(why);
        }
    }

    private final Map<String, Operation> operations = new LinkedHashMap<>();

    void add(String name, Operation operation) {
        operations.put(name, operation);
    }

    static void expect(Object found, Object wanted) {
        if (!Objects.equals(found, wanted)) {
            throw new AssertionError("found " + found + ", expected " + wanted);
        }
    }

    void run() {
        operations.forEach((name, operation) -> System.out.println(name + ": " + outcome(operation)));
        System.out.println("end");
        System.exit(0);
    }

    private static String outcome(Operation operation) {
        try {
            operation.run();
            return "ok";
        } catch (Absent why) {
            return "absent (" + line(why) + ")";
        } catch (Throwable wrong) {
            return "failed (" + line(wrong) + ")";
        }
    }

    private static String line(Throwable error) {
        String text = (error.getClass().getSimpleName() + ": " + error.getMessage()).replaceAll("\\s+", " ");
        return text.substring(0, Math.min(text.length(), 300));
    }
}
