package org.vencejo.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// A client of TLS that we did not write: the JDK's blocking one. Immutable.
public record TlsPeer(SSLContext context) {
    private static final int WAIT_MILLIS = 30_000;
    private static final char[] PASSWORD = "of no worth".toCharArray();

    /// One that trusts `authority`, and shows `own` if there is one.
    public static TlsPeer trusting(Authority authority, Authority.@Nullable Issued own) {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store(authority));
            KeyManager[] keys = {};
            if (own != null) {
                KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
                factory.init(own.store(PASSWORD), PASSWORD);
                keys = factory.getKeyManagers();
            }
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust.getTrustManagers(), null);
            return new TlsPeer(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The same, but one that shows `own` whatever authorities the server asks for.
    public static TlsPeer insisting(Authority authority, Authority.@Nullable Issued own) {
        if (own == null) {
            return trusting(authority, null);
        }
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store(authority));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(new KeyManager[] {new Always(own)}, trust.getTrustManagers(), null);
            return new TlsPeer(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyStore store(Authority authority) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("it", authority.certificate());
            return trusted;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Always extends X509ExtendedKeyManager {
        private final Authority.Issued own;

        Always(Authority.Issued own) {
            this.own = own;
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            return new String[] {"it"};
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return "it";
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            List<X509Certificate> chain = new java.util.ArrayList<>(own.between());
            chain.addFirst(own.certificate());
            return chain.toArray(new X509Certificate[0]);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return own.key();
        }
    }

    /// A connection whose handshake has not begun.
    public SSLSocket connect(InetSocketAddress address, String... protocols) throws IOException {
        Socket plain = new Socket(address.getAddress(), address.getPort());
        plain.setSoTimeout(WAIT_MILLIS);
        SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(plain, "localhost", address.getPort(), true);
        if (protocols.length > 0) {
            socket.setEnabledProtocols(protocols);
        }
        return socket;
    }

    /// The same, asking for `host` by name.
    public SSLSocket asking(InetSocketAddress address, String host) throws IOException {
        SSLSocket socket = connect(address);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        socket.setSSLParameters(parameters);
        return socket;
    }
}
