package org.vencejo.broker.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/// An IPv4 address, or the 64 bits of an IPv6 address that a customer gets to choose below: what is
/// counted as one when somebody may only do so much. Immutable.
///
/// It can be compared, so that a table is quick even for addresses that were chosen to have one
/// hash.
public record AddressBlock(boolean six, long bits) implements Comparable<AddressBlock> {
    public static AddressBlock of(InetAddress address) {
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet6Address
                ? new AddressBlock(true, bytes.getLong())
                : new AddressBlock(false, bytes.getInt());
    }

    /// The block of `address` as operators write it.
    public static String text(InetAddress address) {
        return address.getHostAddress() + (address instanceof Inet6Address ? "/64" : "");
    }

    /// The block as operators write it, by its first address.
    public String text() {
        ByteBuffer bytes = ByteBuffer.allocate(six ? 16 : Integer.BYTES);
        try {
            return text(
                    InetAddress.getByAddress(
                            (six ? bytes.putLong(bits) : bytes.putInt((int) bits)).array()));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("16 and 4 bytes are an address", e);
        }
    }

    @Override
    public int compareTo(AddressBlock other) {
        int bySize = Boolean.compare(six, other.six);
        return bySize != 0 ? bySize : Long.compare(bits, other.bits);
    }
}
