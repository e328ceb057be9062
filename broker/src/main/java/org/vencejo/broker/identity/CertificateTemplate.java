package org.vencejo.broker.identity;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.naming.NamingException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.ClientCertificate;

/// A text into which names of a certificate are put: `{subject}`, `{cn}`, `{dns}`, `{email}` and
/// `{uri}`. Immutable.
public record CertificateTemplate(String text) {
    public static final CertificateTemplate COMMON_NAME = new CertificateTemplate("{cn}");

    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");
    private static final String ALLOWED = "{subject}, {cn}, {dns}, {email}, {uri}";

    /// How many names are tried for a certificate that has several of a kind.
    private static final int NAMES_MAX = 64;

    /// What a user name had better not hold: Topic Filters are made of it.
    private static final String SPECIAL = "+#/";

    /// A name of a certificate. It `isSpecial` if what the certificate has put into it means
    /// something in a Topic Filter.
    public record Name(String text, boolean isSpecial) {}

    /// What is wrong with a template, or null.
    public static @Nullable String fault(String text) {
        List<String> fields =
                FIELD.matcher(text).results().map((MatchResult it) -> it.group(1)).toList();
        for (String field : fields) {
            if (!List.of("subject", "cn", "dns", "email", "uri").contains(field)) {
                return "{%s} is nothing of a certificate; allowed: %s".formatted(field, ALLOWED);
            }
        }
        if (FIELD.matcher(text).replaceAll("").matches(".*[{}].*")) {
            return "a brace without its other; allowed: " + ALLOWED;
        }
        return fields.isEmpty()
                ? "which says nothing of a certificate, so that all would be the same client; allowed: "
                        + ALLOWED
                        + ", and text around it"
                : null;
    }

    /// The names that the certificate gives, in its order; none if it lacks one that is asked for.
    public List<Name> of(ClientCertificate certificate) {
        List<Name> names = List.of(new Name("", false));
        int from = 0;
        for (MatchResult field : FIELD.matcher(text).results().toList()) {
            names = longer(names, List.of(text.substring(from, field.start())), false);
            names = longer(names, values(certificate, field.group(1)), true);
            from = field.end();
        }
        return longer(names, List.of(text.substring(from)), false);
    }

    private static List<Name> longer(List<Name> names, List<String> ends, boolean ofCertificate) {
        List<Name> all = new ArrayList<>();
        for (Name name : names) {
            for (String end : ends) {
                if (all.size() < NAMES_MAX) {
                    all.add(
                            new Name(
                                    name.text + end,
                                    name.isSpecial || (ofCertificate && isSpecial(end))));
                }
            }
        }
        return all;
    }

    private static boolean isSpecial(String value) {
        return value.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
    }

    private static List<String> values(ClientCertificate certificate, String field) {
        return switch (field) {
            case "subject" ->
                    certificate.subject().isEmpty() ? List.of() : List.of(certificate.subject());
            case "cn" -> commonNames(certificate.subject());
            case "dns" -> alternatives(certificate, "DNS:");
            case "email" -> alternatives(certificate, "email:");
            case "uri" -> alternatives(certificate, "URI:");
            default -> throw new IllegalStateException(field);
        };
    }

    private static List<String> alternatives(ClientCertificate certificate, String kind) {
        return certificate.alternativeNames().stream()
                .filter(name -> name.startsWith(kind))
                .map(name -> name.substring(kind.length()))
                .filter(name -> !name.isEmpty())
                .toList();
    }

    // The most specific one first, as RFC 2253 writes them.
    private static List<String> commonNames(String subject) {
        List<String> names = new ArrayList<>();
        try {
            for (Rdn rdn : new LdapName(subject).getRdns().reversed()) {
                var values = rdn.toAttributes().get("CN");
                if (values != null && values.get() instanceof String name && !name.isEmpty()) {
                    names.add(name);
                }
            }
        } catch (NamingException e) {
            return List.of(); // what the JDK has written it can read; a name of a test may be any
        }
        return names;
    }

    @Override
    public String toString() {
        return text;
    }
}
