package org.vencejo.testing.disk;

import java.io.IOException;
import java.nio.file.Path;
import org.vencejo.storage.RocksStore;
import org.vencejo.storage.StoreOptions;

/// A program that opens the store in a folder, says so, and does nothing until it is killed.
final class StoreProgram {
    static final String OPENED = "opened";

    private StoreProgram() {}

    public static void main(String[] args) throws IOException {
        try (RocksStore store = RocksStore.open(Path.of(args[0]), StoreOptions.DEFAULTS)) {
            System.out.println(OPENED);
            int end = System.in.read();
            System.out.println("ended with " + store.applied() + " by " + end);
        }
    }
}
