package org.vencejo.client;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A mechanism of authentication in a test: f comes first, what the server says is answered in
/// capitals, and it fails when it is told to. Its method is M. Confined to the test.
final class ScriptedMechanism implements MqttAuthentication {
    final List<String> heard = new ArrayList<>();
    @Nullable Exception atFirst;
    @Nullable Exception atNext;
    @Nullable Exception atEnd;
    byte[] first = {'f'};

    @Override
    public String method() {
        return "M";
    }

    @Override
    public Exchange begin() {
        heard.add("begins");
        return new Exchange() {
            @Override
            public byte[] first() throws Exception {
                fail(atFirst);
                return first;
            }

            @Override
            public byte[] next(byte[] data) throws Exception {
                heard.add(text(data));
                fail(atNext);
                return data == null
                        ? null
                        : text(data).toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public void accepted(byte[] data) throws Exception {
                heard.add("accepted " + text(data));
                fail(atEnd);
            }
        };
    }

    private static String text(byte[] data) {
        return data == null ? "nothing" : new String(data, StandardCharsets.UTF_8);
    }

    private static void fail(@Nullable Exception with) throws Exception {
        if (with != null) {
            throw with;
        }
    }
}
