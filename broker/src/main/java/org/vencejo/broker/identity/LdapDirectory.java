package org.vencejo.broker.identity;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.RefusedException.Kind;
import org.vencejo.core.Authentication.Identity;

/// A directory that knows users by their passwords: searches for the entry of a user, binds as it,
/// and asks which groups it is in (RFC 4511). Thread-safe; calls wait for the directory.
///
/// Connections are made when they are needed, so a directory that is away keeps no broker from
/// starting, and lets nobody in.
public final class LdapDirectory implements AutoCloseable {
    /// How the name of nobody begins.
    private static final String NOBODY = "cn=vencejo-nobody-";

    private final SecureRandom random = new SecureRandom();
    private final LdapSettings settings;
    private final LdapConnections connections;

    private LdapDirectory(LdapSettings settings, LdapConnections connections) {
        this.settings = settings;
        this.connections = connections;
    }

    /// Begins with no connection, and has at most `connectionsMax`; `mistakes` hears what is wrong
    /// with the files.
    public static LdapDirectory open(
            LdapSettings settings,
            long timeoutNanos,
            int connectionsMax,
            BiConsumer<Path, String> mistakes) {
        return new LdapDirectory(
                settings, new LdapConnections(settings, timeoutNanos, connectionsMax, mistakes));
    }

    /// Reads files again that have changed and stand still. Called every second.
    public void look() {
        connections.look();
    }

    /// Reads our password and the authorities of the directory now, if they are in files; if one is
    /// wrong, what was read before holds.
    public void readAgain() {
        connections.readAgain();
    }

    /// Who `userName` is if that is its password; null if the directory has no such user.
    ///
    /// @throws RefusedException if it is another password, the directory does not let it in, or
    ///   does not answer
    public @Nullable Shown ask(String userName, byte[] password) throws RefusedException {
        try {
            return find(userName, password);
        } catch (LDAPException e) {
            if (e.getResultCode().isConnectionUsable()) {
                throw away(e); // of us, not of the user
            }
        }
        // The directory, or we, may have closed connections, and it be there.
        try {
            return find(userName, password);
        } catch (LDAPException e) {
            throw away(e);
        }
    }

    private static RefusedException away(LDAPException e) {
        return new RefusedException(Kind.AWAY, words(e.getResultCode()));
    }

    private @Nullable Shown find(String userName, byte[] password)
            throws LDAPException, RefusedException {
        SearchResultEntry entry = find(userName);
        if (entry == null) {
            bindAsNobody(password);
            return null;
        }
        if (!isWrittenSo(entry, userName)) {
            // Before its password is looked at: who counts guesses counts them for each name as it
            // is written, and each way to write it would be a new one.
            bindAsNobody(password);
            throw new RefusedException(
                    Kind.WRONG,
                    "the directory writes its user name otherwise, or does not show it");
        }
        bind(entry.getDN(), password);
        return new Shown(
                new Identity(userName, groupsOf(userName, entry.getParsedDN()), null),
                Shown.FOR_EVER);
    }

    private void bind(String dn, byte[] password) throws LDAPException, RefusedException {
        // A bind with a name and no password is one of nobody, and succeeds (RFC 4513, 5.1.2).
        if (password.length == 0) {
            throw new RefusedException(Kind.WRONG, "it gave no password");
        }
        ResultCode code = bindOnce(dn, password);
        if (!code.equals(ResultCode.SUCCESS)) {
            throw new RefusedException(kind(code), words(code));
        }
    }

    private ResultCode bindOnce(String dn, byte[] password) throws LDAPException {
        LDAPConnectionPool asked = connections.pool(); // may be another one before we are done
        // To connect may take a bind of our own, whose failure is none of the user's.
        LDAPConnection connection = asked.getConnection();
        ResultCode code = bind(connection, dn, password);
        if (!code.isConnectionUsable()) {
            // The directory has closed it meanwhile.
            connection = asked.replaceDefunctConnection(connection);
            code = bind(connection, dn, password);
        }
        asked.releaseAndReAuthenticateConnection(connection);
        return code;
    }

    // So that a name that the directory does not have costs as many questions as a wrong password.
    // It is no name that a directory could lock, and the password is not the client's.
    private void bindAsNobody(byte[] password) throws LDAPException {
        if (password.length > 0) {
            byte[] other = new byte[password.length];
            random.nextBytes(other);
            String dn = NOBODY + Long.toHexString(random.nextLong()) + "," + settings.userBase();
            var _ = bindOnce(dn, other);
        }
    }

    private static ResultCode bind(LDAPConnection connection, String dn, byte[] password) {
        try {
            return connection.bind(new SimpleBindRequest(dn, password)).getResultCode();
        } catch (LDAPException e) {
            return e.getResultCode();
        }
    }

    private @Nullable SearchResultEntry find(String userName)
            throws LDAPException, RefusedException {
        SearchRequest request =
                new SearchRequest(
                        settings.userBase(),
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        2,
                        0,
                        false,
                        Filter.create(
                                settings.userFilter()
                                        .replace(LdapSettings.USER, Filter.encodeValue(userName))),
                        names().keySet().toArray(String[]::new));
        List<SearchResultEntry> found;
        try {
            found = entries(connections.pool().search(request));
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                throw several(userName);
            }
            throw e;
        }
        if (found.size() > 1) {
            throw several(userName);
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    // A directory finds "ANA" and " ana" for "ana", which would be others in access rules, for
    // sessions and for who counts guesses.
    private boolean isWrittenSo(SearchResultEntry entry, String userName) throws LDAPException {
        for (Map.Entry<String, String> name : names().entrySet()) {
            String[] values = entry.getAttributeValues(name.getKey());
            String wanted = name.getValue().replace(LdapSettings.USER, userName);
            if (values != null && List.of(values).contains(wanted)) {
                return true;
            }
        }
        return false;
    }

    // The attributes that the user name has to be in, each with what is around it there.
    private Map<String, String> names() throws LDAPException {
        Map<String, String> names = new LinkedHashMap<>();
        add(Filter.create(settings.userFilter()), names);
        return names;
    }

    private static void add(Filter part, Map<String, String> names) {
        switch (part.getFilterType()) {
            case Filter.FILTER_TYPE_AND, Filter.FILTER_TYPE_OR -> {
                for (Filter each : part.getComponents()) {
                    add(each, names);
                }
            }
            case Filter.FILTER_TYPE_EQUALITY -> {
                String value = part.getAssertionValue();
                if (value != null && value.contains(LdapSettings.USER)) {
                    names.put(part.getAttributeName(), value);
                }
            }
            default -> {}
        }
    }

    // There are none for who gave somebody else to hear them, and we do not.
    private static List<SearchResultEntry> entries(SearchResult result) {
        List<SearchResultEntry> entries = result.getSearchEntries();
        return entries == null ? List.of() : entries;
    }

    private static RefusedException several(String userName) {
        return new RefusedException(
                Kind.NOT_ALLOWED,
                "the directory has more than one user " + RefusedException.quoted(userName));
    }

    private Set<String> groupsOf(String userName, DN dn) throws LDAPException, RefusedException {
        if (settings.groupBase().isEmpty()) {
            return Set.of();
        }
        SearchRequest request =
                new SearchRequest(
                        settings.groupBase(),
                        SearchScope.SUB,
                        DereferencePolicy.NEVER,
                        settings.groupsMax() + 1,
                        0,
                        false,
                        Filter.create(
                                settings.groupFilter()
                                        .replace(LdapSettings.DN, Filter.encodeValue(dn.toString()))
                                        .replace(LdapSettings.USER, Filter.encodeValue(userName))),
                        settings.groupName());
        Set<String> groups = new LinkedHashSet<>();
        for (SearchResultEntry group : groups(request)) {
            String[] names = group.getAttributeValues(settings.groupName());
            for (String name : names == null ? new String[0] : names) {
                if (!Shown.isName(name)) {
                    throw new RefusedException(
                            Kind.NOT_ALLOWED, "it is in a group whose name is none");
                }
                groups.add(name);
            }
        }
        if (groups.size() > settings.groupsMax()) {
            throw inTooMany();
        }
        return groups;
    }

    // A rule may deny by any of them, so who is in more than we are told of is not let in.
    private List<SearchResultEntry> groups(SearchRequest request)
            throws LDAPException, RefusedException {
        try {
            return entries(connections.pool().search(request));
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.SIZE_LIMIT_EXCEEDED)) {
                throw inTooMany();
            }
            throw e;
        }
    }

    private RefusedException inTooMany() {
        return new RefusedException(
                Kind.NOT_ALLOWED,
                "it is in more than %d groups (limits.authentication-groups-max), or than the directory shows"
                        .formatted(settings.groupsMax()));
    }

    private static Kind kind(ResultCode code) {
        if (code.equals(ResultCode.INVALID_CREDENTIALS)) {
            return Kind.WRONG;
        }
        boolean isOfUser =
                code.equals(ResultCode.CONSTRAINT_VIOLATION)
                        || code.equals(ResultCode.UNWILLING_TO_PERFORM)
                        || code.equals(ResultCode.INAPPROPRIATE_AUTHENTICATION);
        return isOfUser ? Kind.NOT_ALLOWED : Kind.AWAY;
    }

    // For operators; it holds no password.
    private static String words(ResultCode code) {
        return "the directory says: " + code.getName();
    }

    /// The servers, as the configuration has them.
    @Override
    public String toString() {
        return "the directory " + settings.servers();
    }

    @Override
    public void close() {
        connections.close();
    }
}
