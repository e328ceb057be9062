package org.vencejo.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.ongres.scram.common.ClientFirstMessage;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ServerFinalMessage;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.exception.ScramParseException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.broker.passwords.PasswordHash;
import org.vencejo.broker.passwords.ScramSha256;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Step;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Lets clients of MQTT 5 show that they have a password without sending it: SCRAM-SHA-256 (RFC
/// 5802, RFC 7677) for the users of password files whose line has that form. Thread-safe.
///
/// There is no channel binding. A user that nobody knows, or whose line is of another form, is
/// asked for a proof like one that is known, and then refused. Where no user of a listener has such
/// a line, the method is not known.
final class ScramAuthenticator implements Authenticator {
    static final String METHOD = "SCRAM-SHA-256";

    /// What a message of the client may have, most of which is for its nonce and for extensions.
    private static final int MESSAGE_BYTES_MAX = 8_192;

    /// What a user name in it may have, as it is written. SASLprep is done by the event loop, for
    /// who may be anybody, and takes a tenth of a millisecond for the worst name of that length;
    /// for that of a whole message it takes a hundred times as long.
    private static final int NAME_BYTES_MAX = 256;

    private static final int NONCE_CHARACTERS = 24;

    private final List<PasswordAuthenticator> known;
    private final NameKeys strangers;
    private final SecureRandom random;

    /// By `strangers` it is decided what those are told whom nobody knows.
    ScramAuthenticator(List<PasswordAuthenticator> known, NameKeys strangers, SecureRandom random) {
        this.known = List.copyOf(known);
        this.strangers = strangers;
        this.random = random;
    }

    /// What was said so far. `mayPass` is false for who will be refused whatever it proves.
    private record Said(
            String header,
            String clientFirstBare,
            ServerFirstMessage serverFirst,
            ScramSha256 hash,
            String userName,
            boolean mayPass)
            implements Authentication.Exchange {
        /// Says nothing of what the client is asked.
        @Override
        public String toString() {
            return "Said[" + userName + "]";
        }
    }

    /// A client that goes by no rule of SCRAM. Its message is for operators.
    private static final class BrokenException extends Exception {
        private static final long serialVersionUID = 1L;

        BrokenException(String message) {
            super(message);
        }
    }

    @Override
    public boolean isFor(Peer peer) {
        return known.stream().anyMatch(file -> file.isFor(peer));
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return Work.NONE; // three hashes; the many are computed by the client
    }

    @Override
    public boolean isBroken(Authentication.Refused given) {
        return given.reasonCode() == ReasonCode.NOT_AUTHORIZED;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        if (!(request instanceof Step step) || !step.method().equals(METHOD)) {
            return null;
        }
        ScramSha256 any = like(peer, 0);
        if (any == null) {
            return null;
        }
        try {
            return step.first() ? first(peer, step, any) : last(peer, step);
        } catch (BrokenException e) {
            return new Authentication.Refused(
                    ReasonCode.NOT_AUTHORIZED, Properties.NONE, METHOD + ": " + e.getMessage());
        }
    }

    // The line that strangers with a place by chance look like.
    private @Nullable ScramSha256 like(Peer peer, long place) {
        return filesOf(peer)
                .map(file -> file.file().scramAt(place))
                .filter(Objects::nonNull)
                .min((a, b) -> Long.compareUnsigned(a.getKey() - place, b.getKey() - place))
                .map(Map.Entry::getValue)
                .orElse(null);
    }

    private Authentication.Outcome first(Peer peer, Step step, ScramSha256 any)
            throws BrokenException {
        String text = text(step.data());
        requireShortNames(text);
        ClientFirstMessage message;
        try {
            message = ClientFirstMessage.parseFrom(text);
        } catch (ScramParseException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The last one is the library's where SASLprep leaves nothing of the user name.
            throw new BrokenException("its first message is none of SCRAM");
        }
        if (message.isChannelBindingRequired()) {
            throw new BrokenException("it wants channel binding, which there is none of");
        }
        String user = plain(message.getUsername());
        String actsAs = message.getGs2Header().getAuthzid();
        if (actsAs != null && !plain(actsAs).equals(user)) {
            throw new BrokenException("it wants to act as another user");
        }
        if (step.userName() != null && !step.userName().equals(user)) {
            throw new BrokenException("its User Name is not the user of its first message");
        }
        ScramSha256 hash = hashOf(peer, user);
        boolean mayPass = hash != null;
        if (hash == null) {
            ScramSha256 like = like(peer, strangers.of(user).first());
            hash = (like == null ? any : like).decoyFor(user, strangers); // read anew meanwhile
        }
        ServerFirstMessage answer =
                new ServerFirstMessage(
                        message.getClientNonce(),
                        ScramFunctions.nonce(NONCE_CHARACTERS, random),
                        hash.saltBase64(),
                        hash.iterations());
        return new Authentication.More(
                answer.toString().getBytes(UTF_8),
                new Said(
                        header(text),
                        text.substring(header(text).length()),
                        answer,
                        hash,
                        user,
                        mayPass));
    }

    // Of `n,a=user,n=user,r=nonce`: whom it wants to act as, and who it is.
    private static void requireShortNames(String clientFirst) throws BrokenException {
        String[] fields = clientFirst.split(",", 4);
        for (int i = 1; i < Math.min(fields.length, 3); i++) {
            int bytes = fields[i].getBytes(UTF_8).length - "n=".length();
            if (bytes > NAME_BYTES_MAX) {
                throw new BrokenException(
                        "its user name has %d bytes, and %d are looked at"
                                .formatted(bytes, NAME_BYTES_MAX));
            }
        }
    }

    // A name in which `,` and `=` are written =2C and =3D. What the library reads it escapes once
    // more, instead of undoing it.
    private static String plain(String read) throws BrokenException {
        String written = read.replace("=2C", ",").replace("=3D", "=");
        String name = written.replace("=2C", ",").replace("=3D", "=");
        if (!name.replace("=", "=3D").replace(",", "=2C").equals(written)) {
            throw new BrokenException("its name has a '=' that escapes nothing");
        }
        return name;
    }

    private Authentication.Outcome last(Peer peer, Step step) throws BrokenException {
        if (!(step.exchange() instanceof Said said)) {
            throw new BrokenException("its last message comes before its first");
        }
        String withoutProof = withoutProof(said);
        byte[] proof = proof(text(step.data()), withoutProof);
        // As the client wrote it: names have several forms, and extensions may follow the nonce.
        String all = said.clientFirstBare + "," + said.serverFirst + "," + withoutProof;
        if (!said.hash.proves(proof, all) || !said.mayPass || !isStill(peer, said)) {
            return WRONG;
        }
        String answer = new ServerFinalMessage(said.hash.serverSignature(all)).toString();
        return new Authentication.Accepted(
                new Authentication.Identity(said.userName), answer.getBytes(UTF_8));
    }

    // What stands before the second comma, and with it.
    private static String header(String clientFirst) {
        return clientFirst.substring(0, clientFirst.indexOf(',', clientFirst.indexOf(',') + 1) + 1);
    }

    // The file may have been read anew since the client was asked.
    private boolean isStill(Peer peer, Said said) {
        ScramSha256 now = hashOf(peer, said.userName);
        return now != null && now.text().equals(said.hash.text());
    }

    // Of `c=...,r=...,p=...`: RFC 5802 has extensions between the last two, of which there are
    // none.
    private static byte[] proof(String message, String withoutProof) throws BrokenException {
        String expected = withoutProof + ",p=";
        if (!message.startsWith(expected)) {
            throw new BrokenException("its last message does not go on from its first");
        }
        try {
            return Base64.getDecoder().decode(message.substring(expected.length()));
        } catch (IllegalArgumentException e) {
            throw new BrokenException("its proof is not Base64");
        }
    }

    private static String withoutProof(Said said) {
        String header = Base64.getEncoder().encodeToString(said.header.getBytes(UTF_8));
        return "c=" + header + ",r=" + said.serverFirst.getNonce();
    }

    private static String text(byte @Nullable [] data) throws BrokenException {
        if (data == null || data.length == 0) {
            throw new BrokenException("it sent no Authentication Data");
        }
        if (data.length > MESSAGE_BYTES_MAX) {
            throw new BrokenException("its message has " + data.length + " bytes");
        }
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(data)).toString();
        } catch (CharacterCodingException e) {
            throw new BrokenException("its message is not UTF-8");
        }
    }

    // As with passwords, the first file that has the name decides.
    private @Nullable ScramSha256 hashOf(Peer peer, String user) {
        PasswordHash hash =
                filesOf(peer)
                        .map(file -> file.file().hashOf(user))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse(null);
        return hash instanceof ScramSha256 scram ? scram : null;
    }

    private Stream<PasswordAuthenticator> filesOf(Peer peer) {
        return known.stream().filter(file -> file.isFor(peer));
    }
}
