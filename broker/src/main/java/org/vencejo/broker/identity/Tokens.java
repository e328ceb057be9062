package org.vencejo.broker.identity;

import java.nio.file.Path;
import java.util.function.BiConsumer;

/// The tokens of one entry of the configuration: who says what they are worth, and where their keys
/// come from. Thread-safe.
public final class Tokens implements AutoCloseable {
    /// Room for a hundred keys with their certificates.
    private static final int KEYS_BYTES_MAX = 1 << 20;

    private final TokenVerifier verifier;
    private final KeySource source;

    private Tokens(TokenVerifier verifier, KeySource source) {
        this.verifier = verifier;
        this.source = source;
    }

    /// Reads the files that are named; `mistakes` hears what is wrong in which. Nothing is fetched
    /// yet.
    public static Tokens open(
            TokenSettings settings,
            KeyPlace place,
            long timeoutNanos,
            BiConsumer<Path, String> mistakes) {
        KeySource source =
                switch (place) {
                    case KeyPlace.Files it -> {
                        KeyFiles files = new KeyFiles(it.files(), it.secret());
                        files.read(mistakes);
                        yield files;
                    }
                    case KeyPlace.Server it ->
                            new KeyServer(
                                    it.url(),
                                    WebClient.open(
                                            it.authorities(),
                                            timeoutNanos,
                                            KEYS_BYTES_MAX,
                                            mistakes),
                                    it.refreshNanos(),
                                    it.keptNanos(),
                                    System::nanoTime);
                };
        return new Tokens(new TokenVerifier(settings, source), source);
    }

    public TokenVerifier verifier() {
        return verifier;
    }

    /// Looks whether keys have to be read or fetched anew, or authorities. Called every second.
    public void look() {
        source.look();
    }

    /// Reads files now.
    public void readAgain() {
        source.readAgain();
    }

    @Override
    public void close() {
        source.close();
    }
}
