package org.vencejo.broker.identity;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How users are found in a directory, as the configuration says. Immutable.
///
/// `servers` are asked in this order, the next when one is away. Without a `bindDn` the directory
/// is searched by nobody. In `userFilter` stands [#USER] for the user name, in `groupFilter` [#DN]
/// or the same; without a `groupBase` nobody is in a group. Who is in more than `groupsMax` is not
/// let in.
public record LdapSettings(
        List<URI> servers,
        boolean startTls,
        @Nullable Path authorities,
        String bindDn,
        @Nullable Path bindPasswordFile,
        String userBase,
        String userFilter,
        String groupBase,
        String groupFilter,
        String groupName,
        int groupsMax) {
    public static final String USER = "{user}";
    public static final String DN = "{dn}";

    public LdapSettings {
        servers = List.copyOf(servers);
    }
}
