package dev.turnkeep.e2e.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Why each finding is right in a native image: {@code src/test/resources/image/dependencies.txt}. */
record Reasons(List<Line> lines) {

    /**
     * @param subject ends with a star if it stands for all that begin so
     * @param what of missing classes the package, all below it included, of initialisers that as well or the class, or a star;
     *     else what is done: {@code extension}, {@code registered} or {@code unused}
     */
    record Line(Finding.Kind kind, String subject, String what, String reason) {
        private static final Pattern BAR = Pattern.compile("\\s*\\|\\s*");

        static Line parse(String line) {
            List<String> parts = List.of(BAR.split(line, -1));
            if (parts.size() != 4 || parts.get(3).isBlank()) {
                throw new IllegalArgumentException("kind | subject | what | reason: " + line);
            }
            return new Line(Finding.Kind.of(parts.get(0)), parts.get(1), parts.get(2), parts.get(3));
        }

        /** Whether it speaks of all that a jar has of a kind, whatever may come. */
        boolean whole() {
            return what.equals("*");
        }

        boolean covers(Finding finding) {
            return finding.kind() == kind
                    && matches(subject, finding.subject())
                    && (finding.what().isEmpty()
                            || whole()
                            || finding.what().equals(what)
                            || finding.what().startsWith(what + "."));
        }

        private static boolean matches(String pattern, String text) {
            return pattern.endsWith("*")
                    ? text.startsWith(pattern.substring(0, pattern.length() - 1))
                    : text.equals(pattern);
        }

        @Override
        public String toString() {
            return kind + " | " + subject + " | " + what;
        }
    }

    static Reasons read(Path file) throws IOException {
        return new Reasons(Files.readAllLines(file).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(Line::parse)
                .toList());
    }

    /** Findings that nobody has given a reason for. */
    Set<Finding> open(Set<Finding> findings) {
        Set<Finding> open = new TreeSet<>(findings);
        open.removeIf(finding -> lines.stream().anyMatch(line -> line.covers(finding)));
        return open;
    }

    /** Lines about what is not there any more. */
    List<Line> idle(Set<Finding> findings) {
        return lines.stream()
                .filter(line -> findings.stream().noneMatch(line::covers))
                .toList();
    }

    /** What is registered by a module of ours, of one kind. */
    List<String> registered(Finding.Kind kind) {
        return lines.stream()
                .filter(line -> line.kind() == kind && line.what().equals("registered"))
                .map(Line::subject)
                .toList();
    }
}
