package org.vencejo.broker.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The keys of tokens that stand in files, which are read again when they change. Thread-safe.
///
/// Files with mistakes change nothing.
final class KeyFiles implements KeySource {
    private static final Logger log = LoggerFactory.getLogger(KeyFiles.class);
    private static final int BYTES_MAX = 1 << 20;

    private final List<Path> keyFiles;
    private final @Nullable Path secretFile;
    private final WatchedFiles watched;

    private volatile List<TokenKey> keys = List.of();

    /// Files of public keys, and one with a secret or null.
    KeyFiles(List<Path> keyFiles, @Nullable Path secretFile) {
        this.keyFiles = List.copyOf(keyFiles);
        this.secretFile = secretFile;
        this.watched = new WatchedFiles(files());
    }

    @Override
    public List<TokenKey> keys() {
        return keys;
    }

    /// Reads them all; each mistake is told with its file, and then nothing has changed.
    synchronized boolean read(BiConsumer<Path, String> mistakes) {
        watched.reading();
        List<TokenKey> all = new ArrayList<>();
        boolean isGood = true;
        for (Path file : files()) {
            byte[] bytes = {};
            try {
                if (Files.size(file) > BYTES_MAX) {
                    throw new TokenKeys.WrongException("is larger than 1MB");
                }
                bytes = Files.readAllBytes(file);
                all.addAll(
                        file.equals(secretFile)
                                ? TokenKeys.secret(bytes)
                                : TokenKeys.publicKeys(new String(bytes, StandardCharsets.UTF_8)));
            } catch (IOException e) {
                isGood = false;
                mistakes.accept(
                        file, Files.exists(file) ? "cannot be read" : "there is no such file");
            } catch (TokenKeys.WrongException e) {
                isGood = false;
                mistakes.accept(file, String.valueOf(e.getMessage()));
            } finally {
                Arrays.fill(bytes, (byte) 0);
            }
        }
        if (isGood) {
            keys = List.copyOf(all);
        }
        return isGood;
    }

    /// Reads them again if they have changed and stand still.
    @Override
    public synchronized void look() {
        if (watched.haveChanged()) {
            readAgain();
        }
    }

    @Override
    public synchronized void readAgain() {
        boolean isGood = read((file, detail) -> log.error("{}: {}", file, detail));
        if (isGood) {
            log.info("{} were read: {} keys for tokens", files(), keys.size());
        } else {
            log.error("the keys of tokens stay as they were");
        }
    }

    private List<Path> files() {
        List<Path> files = new ArrayList<>(keyFiles);
        if (secretFile != null) {
            files.add(secretFile);
        }
        return files;
    }

    @Override
    public String toString() {
        return files().toString();
    }
}
