package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Links within the repository lead somewhere: to a file or folder that is there.
class LinksTest {
    /// `[words](target)`, and `[words]: target` at the beginning of a line.
    private static final Pattern LINK =
            Pattern.compile("\\]\\(([^)\\s]+)[^)]*\\)|(?m:^\\[[^\\]]+\\]: *(\\S+))");

    /// Elsewhere, or in the same file.
    private static final Pattern NOT_A_FILE = Pattern.compile("[a-z]+:.*|#.*");

    private static List<TextFile> files = List.of();

    @BeforeAll
    static void readTheRepository() throws IOException, InterruptedException {
        files = Repository.textFiles();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        List<TextFile> documents =
                files.stream().filter(file -> file.name().endsWith(".md")).toList();
        assertThat(documents).extracting(TextFile::name).contains("README.md", "docs/limits.md");
        List<String> dead = new ArrayList<>();
        documents.forEach(document -> dead.addAll(deadLinks(document)));
        assertThat(dead).as("link to what is there, or write it").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[a](nowhere.md)",
                "[a](nowhere.md#part)",
                "[a](../docs/nowhere.md \"title\")",
                "[a](../../README.md)",
                "words\n[a]: nowhere.md\n"
            })
    void aLinkToNowhereIsSeen(String text) {
        assertThat(deadLinks(new TextFile("docs/x.md", text))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[a](limits.md)",
                "[a](limits.md#limits)",
                "[a](../README.md \"title\")",
                "[a](adr)",
                "[a](adr/)",
                "[a](#part)",
                "[a](https://example.org/nowhere.md)",
                "words\n[a]: limits.md\n"
            })
    void aLinkThatLeadsSomewherePasses(String text) {
        assertThat(deadLinks(new TextFile("docs/x.md", text))).isEmpty();
    }

    /// One line for each link of the document to what is not in the repository.
    private static List<String> deadLinks(TextFile document) {
        Set<Path> there = new HashSet<>();
        for (TextFile file : files) {
            for (Path path = Path.of(file.name()); path != null; path = path.getParent()) {
                there.add(path);
            }
        }
        List<String> dead = new ArrayList<>();
        var matcher = LINK.matcher(document.text());
        while (matcher.find()) {
            String target = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
            String file = target.replaceFirst("#.*", "");
            Path path = Path.of(document.name()).resolveSibling(file).normalize();
            if (!NOT_A_FILE.matcher(target).matches() && !there.contains(path)) {
                dead.add(document.at(matcher.start()));
            }
        }
        return dead;
    }
}
