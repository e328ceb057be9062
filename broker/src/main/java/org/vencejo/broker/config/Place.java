package org.vencejo.broker.config;

/// Where a value was given, as operators read it: `vencejo.yaml:3:5`, `VENCEJO_IO_THREADS`, `--set
/// io-threads`. Immutable.
///
/// `rank` orders sources: file, environment, flags. Without a `line`, `column` only orders within
/// one.
public record Place(int rank, String source, int line, int column) implements Comparable<Place> {
    static final int FILE = 0;
    static final int ENVIRONMENT = 1;
    static final int FLAG = 2;
    static final int DEFAULT = 3;

    /// The place of what nobody gave.
    static final Place OF_DEFAULTS = new Place(DEFAULT, "default", 0, 0);

    /// The place of what cannot be given at all.
    static final Place OF_MACHINE = new Place(DEFAULT, "this machine", 0, 0);

    public static Place inFile(String file, int line, int column) {
        return new Place(FILE, file, line, column);
    }

    public static Place ofFile(String file) {
        return new Place(FILE, file, 0, 0);
    }

    static Place ofVariable(String name, int order) {
        return new Place(ENVIRONMENT, name, 0, order);
    }

    static Place ofFlag(String flag, int order) {
        return new Place(FLAG, flag, 0, order);
    }

    @Override
    public int compareTo(Place other) {
        return rank != other.rank
                ? Integer.compare(rank, other.rank)
                : line != other.line
                        ? Integer.compare(line, other.line)
                        : Integer.compare(column, other.column);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
