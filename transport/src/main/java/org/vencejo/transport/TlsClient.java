package org.vencejo.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The client's side of TLS, by the JDK's engine: nothing native is loaded into other people's
/// programs. Immutable.
public final class TlsClient {
    private final SslContext context;

    private TlsClient(SslContext context) {
        this.context = context;
    }

    /// Reads the files. Without `authorities` those of the JDK are trusted; `own` is shown to a
    /// server that asks. `hostNameVerified` off takes any certificate that is trusted for that of
    /// the server meant.
    ///
    /// @throws TlsException with all that is wrong with them
    public static TlsClient open(
            @Nullable Path authorities,
            TlsFiles.@Nullable KeyPair own,
            TlsFiles.Version minimumVersion,
            String applicationProtocol,
            boolean hostNameVerified)
            throws TlsException {
        List<TlsFiles.Trouble> troubles = new ArrayList<>();
        SslContextBuilder builder =
                SslContextBuilder.forClient()
                        .sslProvider(SslProvider.JDK)
                        .protocols(minimumVersion.andLater())
                        .applicationProtocolConfig(Tls.protocol(applicationProtocol))
                        .endpointIdentificationAlgorithm(hostNameVerified ? "HTTPS" : null);
        if (authorities != null) {
            try {
                builder.trustManager(Pem.certificates(Pem.read(authorities)));
            } catch (IOException e) {
                troubles.add(TlsFiles.Part.AUTHORITIES.trouble(authorities, e));
            }
        }
        if (own != null) {
            Identity identity = Identity.read(own, troubles);
            if (identity != null) {
                builder.keyManager(identity.key(), identity.chain());
            }
        }
        if (!troubles.isEmpty()) {
            throw new TlsException(troubles);
        }
        try {
            return new TlsClient(builder.build());
        } catch (SSLException | IllegalArgumentException e) {
            Path file = own == null ? Path.of("") : own.certificate();
            throw new TlsException(List.of(TlsFiles.Part.CERTIFICATE.trouble(file, Tls.reason(e))));
        }
    }

    ChannelHandler handler(ByteBufAllocator allocator, String host, int port) {
        return Tls.quiet(context.newHandler(allocator, host, port));
    }
}
