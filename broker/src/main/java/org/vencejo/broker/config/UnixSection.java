package org.vencejo.broker.config;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.UnixSocket;

/// Binds what a listener at a Unix socket has, and refuses what it has not.
///
/// Confined to the thread that reads the configuration.
final class UnixSection {
    /// From the last bit of a mode on.
    private static final List<PosixFilePermission> BITS =
            List.of(PosixFilePermission.values()).reversed();

    private final Binding binding;
    private final Sources sources;
    private final int index;
    private final String path;

    UnixSection(Binding binding, Sources sources, int index) {
        this.binding = binding;
        this.sources = sources;
        this.index = index;
        this.path = "listeners[" + index + "]";
    }

    /// What a listener with another transport must not have.
    void refuse(Transport transport) {
        for (String key : List.of("path", "mode", "owner", "group")) {
            if (sources.mentions(path + "." + key)) {
                binding.mistake(
                        path + "." + key,
                        "given, but the listener's transport is %s; allowed: with transport: unix"
                                .formatted(ListenerKeys.TRANSPORT.type().print(transport)));
            }
        }
    }

    /// The socket, or null if there is a mistake.
    @Nullable UnixSocket bind() {
        for (String key : List.of("address", "port")) {
            if (sources.mentions(path + "." + key)) {
                binding.mistake(
                        path + "." + key,
                        "given, but the listener's transport is unix; allowed: with another");
            }
        }
        Path file = file();
        Set<PosixFilePermission> mode = mode(binding.get(ListenerKeys.UNIX_MODE, index));
        UserPrincipal owner = owner(binding.get(ListenerKeys.UNIX_OWNER, index));
        GroupPrincipal group = group(binding.get(ListenerKeys.UNIX_GROUP, index));
        return file == null || binding.isWrong(path)
                ? null
                : new UnixSocket(file, mode, owner, group);
    }

    private @Nullable Path file() {
        String given = binding.get(ListenerKeys.UNIX_PATH, index);
        if (given.isEmpty()) {
            binding.mistake(
                    path,
                    "its transport is unix, but path is missing; allowed: the path of the socket, such as /run/vencejo/mqtt.sock");
            return null;
        }
        String trouble;
        Path file = null;
        try {
            file = Path.of(given);
            trouble = UnixSocket.troubleWith(file);
        } catch (InvalidPathException e) {
            trouble = "it cannot be a file's name";
        }
        if (trouble != null) {
            binding.mistake(path + ".path", "given '%s': %s".formatted(given, trouble));
        }
        return file;
    }

    private Set<PosixFilePermission> mode(String given) {
        Set<PosixFilePermission> mode = EnumSet.noneOf(PosixFilePermission.class);
        if (!given.matches("0?[0-7]{3}")) {
            binding.mistake(
                    path + ".mode",
                    "given '%s'; allowed: three octal digits, for the owner, the group and all others, such as 660: who may write may connect"
                            .formatted(given));
            return mode;
        }
        int bits = Integer.parseInt(given, 8);
        for (int i = 0; i < BITS.size(); i++) {
            if ((bits & 1 << i) != 0) {
                mode.add(BITS.get(i));
            }
        }
        return mode;
    }

    private @Nullable UserPrincipal owner(String name) {
        try {
            return name.isEmpty() ? null : names().lookupPrincipalByName(name);
        } catch (IOException | UnsupportedOperationException unknown) {
            binding.mistake(
                    path + ".owner",
                    "given '%s', which is no user of this machine".formatted(name));
            return null;
        }
    }

    private @Nullable GroupPrincipal group(String name) {
        try {
            return name.isEmpty() ? null : names().lookupPrincipalByGroupName(name);
        } catch (IOException | UnsupportedOperationException unknown) {
            binding.mistake(
                    path + ".group",
                    "given '%s', which is no group of this machine".formatted(name));
            return null;
        }
    }

    private static UserPrincipalLookupService names() {
        return FileSystems.getDefault().getUserPrincipalLookupService();
    }
}
