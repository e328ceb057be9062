package org.vencejo.testing.house;

/// A file of the repository: its name from the root, with slashes, and what it says.
record TextFile(String name, String text) {
    /// `name:line: the line` of the character at `index`.
    String at(int index) {
        long line = text.substring(0, index).chars().filter(c -> c == '\n').count() + 1;
        int start = text.lastIndexOf('\n', index - 1) + 1;
        int end = text.indexOf('\n', index);
        return name + ":" + line + ": " + text.substring(start, end < 0 ? text.length() : end);
    }
}
