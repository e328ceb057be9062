package org.vencejo.broker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.ClientProcess;
import org.vencejo.transport.UnixPeer;

/// Where a connection comes from: an address, or a process on this machine, which is null if the
/// system does not tell which. Immutable.
record Origin(@Nullable InetSocketAddress remote, @Nullable ClientProcess process) {

    static Origin of(InetSocketAddress remote) {
        return new Origin(remote, null);
    }

    static Origin of(@Nullable UnixPeer peer) {
        return new Origin(
                null,
                peer == null
                        ? null
                        : new ClientProcess(peer.processId(), peer.userId(), peer.groupId()));
    }

    /// The same of somebody that a proxy there stands for: the process is the proxy, not the
    /// client.
    Origin ofProxy() {
        return new Origin(remote, null);
    }

    /// What limits and bans know it by: what comes by a Unix socket is as near as loopback.
    InetAddress address() {
        return remote == null ? InetAddress.getLoopbackAddress() : remote.getAddress();
    }

    /// As operators read it.
    String text() {
        if (remote == null) {
            return process == null ? "unix:" : "unix:process-" + process.processId();
        }
        String host = remote.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + remote.getPort();
    }
}
