package org.vencejo.broker.access;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An IP address, or all whose first bits are the same: `10.0.0.0/8`, `::1`. Immutable.
public record AddressRange(InetAddress first, int bits) {

    /// What `text` says, or null if it is none.
    public static @Nullable AddressRange of(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        // The JDK reads 1883 as 0.0.7.91, too.
        if (!host.contains(":") && !host.matches("[0-9]+(\\.[0-9]+){3}")) {
            return null;
        }
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            int all = address.getAddress().length * Byte.SIZE;
            int bits = slash < 0 ? all : Integer.parseInt(text.substring(slash + 1));
            return bits < 0 || bits > all ? null : new AddressRange(address, bits);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Whether it holds the address of `remoteAddress`, which has a port behind it.
    boolean holds(String remoteAddress) {
        int colon = remoteAddress.lastIndexOf(':');
        String host = colon < 0 ? remoteAddress : remoteAddress.substring(0, colon);
        AddressRange other = of(host.replace("[", "").replace("]", ""));
        return other != null && holds(other.first.getAddress());
    }

    public boolean holds(InetAddress address) {
        return holds(address.getAddress());
    }

    /// Its first and last address, and those before and behind it if there are any.
    List<InetAddress> edges() {
        int all = first.getAddress().length * Byte.SIZE;
        BigInteger end = BigInteger.ONE.shiftLeft(all);
        BigInteger size = BigInteger.ONE.shiftLeft(all - bits);
        BigInteger from = new BigInteger(1, first.getAddress()).divide(size).multiply(size);
        BigInteger behind = from.add(size);
        return Stream.of(
                        from,
                        behind.subtract(BigInteger.ONE),
                        from.subtract(BigInteger.ONE),
                        behind)
                .filter(address -> address.signum() >= 0 && address.compareTo(end) < 0)
                .map(address -> address(address, all / Byte.SIZE))
                .toList();
    }

    private static InetAddress address(BigInteger value, int length) {
        byte[] bytes = new byte[length];
        byte[] given = value.toByteArray(); // perhaps with a zero before, or shorter
        int count = Math.min(given.length, length);
        System.arraycopy(given, given.length - count, bytes, length - count, count);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }

    private boolean holds(byte[] address) {
        byte[] ours = first.getAddress();
        if (ours.length != address.length) {
            return false;
        }
        for (int i = 0; i < bits; i++) {
            int bit = 0x80 >> (i & 7);
            if ((ours[i >> 3] & bit) != (address[i >> 3] & bit)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + bits;
    }
}
