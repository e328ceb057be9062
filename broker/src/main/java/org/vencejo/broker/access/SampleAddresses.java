package org.vencejo.broker.access;

import java.net.InetAddress;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Predicate;

/// Addresses that stand for all that ranges tell apart, each with a port. Stateless.
///
/// Ranges lie in each other or apart, so the first and the last address of each and those beside
/// them are enough. Of addresses that the same ranges hold there is one.
final class SampleAddresses {
    /// Addresses of documents, which nobody has, and who comes by a Unix socket.
    private static final List<String> ELSEWHERE =
            List.of("203.0.113.1:1", "[2001:db8:0:0:0:0:0:1]:1", "unix:");

    private SampleAddresses() {}

    /// Those of `ranges`, about `most` at most, and one at last that is in none of them.
    static List<String> of(Set<AddressRange> ranges, int most) {
        SequencedMap<BitSet, String> samples = new LinkedHashMap<>();
        for (AddressRange range : ranges) {
            for (InetAddress edge : range.edges()) {
                String host = edge.getHostAddress();
                samples.putIfAbsent(
                        holding(ranges, each -> each.holds(edge)),
                        (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":1");
            }
            if (samples.size() >= most) {
                break;
            }
        }
        samples.remove(new BitSet());
        for (String address : ELSEWHERE) {
            samples.putIfAbsent(holding(ranges, range -> range.holds(address)), address);
        }
        return List.copyOf(samples.values());
    }

    private static BitSet holding(Set<AddressRange> ranges, Predicate<AddressRange> holds) {
        BitSet holding = new BitSet();
        int at = 0;
        for (AddressRange range : ranges) {
            holding.set(at, holds.test(range));
            at++;
        }
        return holding;
    }
}
