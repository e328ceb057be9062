package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.vencejo.cli.MarkedBroker.MARK;

import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tokens that are signed with a secret that has the mark.
final class MarkedToken {
    static final String SECRET = MARK + MARK;

    /// One that wants its signature.
    static final String UNSIGNED =
            base64("{\"alg\":\"HS256\"}".getBytes(UTF_8))
                    + "."
                    + base64("{\"sub\":\"token\",\"exp\":9999999999}".getBytes(UTF_8))
                    + ".";

    private MarkedToken() {}

    static String right() throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
        String signed = UNSIGNED.substring(0, UNSIGNED.length() - 1);
        return UNSIGNED + base64(mac.doFinal(signed.getBytes(UTF_8)));
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
