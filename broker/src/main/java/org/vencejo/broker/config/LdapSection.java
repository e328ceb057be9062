package org.vencejo.broker.config;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.AuthenticationConfig.Ldap;
import org.vencejo.broker.identity.LdapSettings;
import org.vencejo.broker.identity.WebClient;

/// Binds the section `ldap` of an entry of `authentication`.
///
/// Confined to the thread that reads the configuration.
final class LdapSection {
    private static final String SERVERS =
            "ldaps://HOST, or ldap://HOST with start-tls: true or on a loopback address";

    private final Binding binding;
    private final int index;
    private final String path;

    LdapSection(Binding binding, int index) {
        this.binding = binding;
        this.index = index;
        this.path = "authentication[" + index + "]";
    }

    /// The entry, or null if there is a mistake.
    @Nullable Ldap bind(Set<String> listeners) {
        boolean startTls = binding.get(LdapKeys.START_TLS, index);
        List<URI> servers = servers(startTls);
        String ca = binding.get(LdapKeys.CA, index);
        String bindDn = binding.get(LdapKeys.BIND_DN, index);
        String bindPassword = binding.get(LdapKeys.BIND_PASSWORD_FILE, index);
        String userBase = binding.get(LdapKeys.USER_BASE, index);
        String groupBase = binding.get(LdapKeys.GROUP_BASE, index);
        String userFilter = binding.get(LdapKeys.USER_FILTER, index);
        String groupFilter = binding.get(LdapKeys.GROUP_FILTER, index);
        checkName("bind-dn", bindDn);
        checkName("user-base", userBase);
        checkName("group-base", groupBase);
        checkFilter("user-filter", userFilter, LdapSettings.USER);
        checkFilter("group-filter", groupFilter, LdapSettings.DN, LdapSettings.USER);
        if (bindDn.isEmpty() != bindPassword.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path,
                    bindDn.isEmpty()
                            ? "ldap.bind-password-file is given, but ldap.bind-dn is missing"
                            : "ldap.bind-dn is given, but ldap.bind-password-file is missing: without a password a directory takes it for nobody");
        }
        if (userBase.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path,
                    "its type is ldap, but ldap.user-base is missing; allowed: the entry below which users are, such as ou=people,dc=example,dc=org");
        }
        if (binding.isWrong(path)) {
            return null;
        }
        return new Ldap(
                new LdapSettings(
                        servers,
                        startTls,
                        ca.isEmpty() ? null : Path.of(ca),
                        bindDn,
                        bindPassword.isEmpty() ? null : Path.of(bindPassword),
                        userBase,
                        userFilter,
                        groupBase,
                        groupFilter,
                        binding.get(LdapKeys.GROUP_NAME, index),
                        binding.count(AuthenticationLimitKeys.GROUPS_MAX)),
                listeners);
    }

    private List<URI> servers(boolean startTls) {
        List<String> given = binding.get(LdapKeys.SERVERS, index);
        if (given.isEmpty() && !binding.isWrong(path)) {
            binding.mistake(
                    path, "its type is ldap, but ldap.servers is missing; allowed: " + SERVERS);
        }
        List<URI> servers = new ArrayList<>();
        for (String each : given) {
            String fault = fault(each, startTls);
            if (fault == null) {
                servers.add(URI.create(each));
            } else {
                binding.mistake(
                        path + ".ldap.servers",
                        "given '%s', %s; allowed: %s"
                                .formatted(WebClient.shown(each), fault, SERVERS));
            }
        }
        return servers;
    }

    private static @Nullable String fault(String server, boolean startTls) {
        URI uri;
        try {
            uri = new URI(server);
        } catch (URISyntaxException e) {
            return "which is no URL";
        }
        String host = uri.getHost();
        String rest = uri.getPath() == null ? "" : uri.getPath();
        if (host == null
                || uri.getUserInfo() != null
                || uri.getQuery() != null
                || uri.getFragment() != null
                || !(rest.isEmpty() || rest.equals("/"))) {
            return "which is no URL of a host alone";
        }
        return switch (String.valueOf(uri.getScheme())) {
            case "ldaps" -> startTls ? "which is in TLS before start-tls" : null;
            case "ldap" ->
                    startTls || isLoopback(host) ? null : "over which passwords could be read";
            default -> "which is no URL of a directory";
        };
    }

    private static boolean isLoopback(String host) {
        try {
            return host.equals("localhost")
                    || InetAddress.ofLiteral(host.replaceAll("[\\[\\]]", "")).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private void checkName(String key, String name) {
        if (!DN.isValidDN(name)) {
            binding.mistake(
                    path + ".ldap." + key,
                    "given '%s'; allowed: a name of the directory, such as dc=example,dc=org"
                            .formatted(name));
        }
    }

    private void checkFilter(String key, String filter, String... places) {
        String filled = filter;
        for (String place : places) {
            filled = filled.replace(place, "x");
        }
        boolean isFilter = true;
        try {
            Filter.create(filled);
        } catch (LDAPException e) {
            isFilter = false;
        }
        if (!isFilter || filled.equals(filter)) {
            binding.mistake(
                    path + ".ldap." + key,
                    "given '%s'; allowed: a filter of LDAP with %s in it, such as %s"
                            .formatted(
                                    filter,
                                    String.join(" or ", places),
                                    places.length == 1 ? "(uid={user})" : "(member={dn})"));
        }
    }
}
