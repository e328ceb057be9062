import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// Counts the tests in Surefire's XML reports below a folder and ends in a line
/// `N passed, N failed, N skipped`. Exit code 1 if a test failed or none ran.
/// Run as a source file by `./verify`, so that counting needs no more than the JDK.
public final class TestReport {
    private final List<String> failed = new ArrayList<>();
    private final Map<String, Integer> skipped = new TreeMap<>();
    private int tests;

    public static void main(String[] arguments) throws Exception {
        var report = new TestReport();
        try (var modules = Files.newDirectoryStream(Path.of(arguments[0]))) {
            for (Path module : modules) {
                report.readModule(module.resolve("target/surefire-reports"));
            }
        }
        System.exit(report.print() ? 0 : 1);
    }

    private void readModule(Path reports) throws Exception {
        if (!Files.isDirectory(reports)) {
            return;
        }
        DocumentBuilder parser = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        try (var files = Files.newDirectoryStream(reports, "TEST-*.xml")) {
            for (Path file : files) {
                var cases = parser.parse(file.toFile()).getElementsByTagName("testcase");
                for (int i = 0; i < cases.getLength(); i++) {
                    count((Element) cases.item(i));
                }
            }
        }
    }

    private void count(Element test) throws IOException {
        tests++;
        if (test.getElementsByTagName("failure").getLength() > 0
                || test.getElementsByTagName("error").getLength() > 0) {
            failed.add(test.getAttribute("classname") + "." + test.getAttribute("name"));
        } else if (test.getElementsByTagName("skipped").item(0) instanceof Element skip) {
            String reason = skip.getAttribute("message");
            if (reason.isBlank()) { // some write it as the first line of the trace
                reason = skip.getTextContent().lines().findFirst().orElse("");
            }
            reason = reason.replaceFirst("^(.*Exception: )?Assumption failed: ", "");
            if (reason.isBlank()) {
                reason = test.getAttribute("classname") + " gave no reason";
            }
            skipped.merge(reason.strip(), 1, Integer::sum);
        }
    }

    private boolean print() {
        int skips = skipped.values().stream().mapToInt(Integer::intValue).sum();
        skipped.forEach((reason, count) -> System.out.println("skipped " + count + ": " + reason));
        failed.stream().sorted().forEach(name -> System.out.println("failed: " + name));
        if (tests == 0) {
            System.out.println("no test ran");
        }
        System.out.printf(
                "%d passed, %d failed, %d skipped%n",
                tests - failed.size() - skips, failed.size(), skips);
        return failed.isEmpty() && tests > skips;
    }
}
