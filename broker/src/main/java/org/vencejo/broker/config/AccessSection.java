package org.vencejo.broker.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vencejo.broker.access.RuleMistake;
import org.vencejo.broker.access.RulesFile;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.core.AccessRules;

/// Binds what clients may do: by a file of rules, or everything, which must be written down where
/// other machines can reach a listener.
///
/// Confined to the thread that reads the configuration.
final class AccessSection {
    private static final String RULES = ProcessKeys.ACCESS_RULES.path();
    private static final String EVERYTHING = ProcessKeys.ALLOW_EVERYTHING.path();

    private final Binding binding;
    private final Sources sources;
    private final Map<Listener, String> paths;

    /// `paths` are those of the listeners.
    AccessSection(Binding binding, Sources sources, Map<Listener, String> paths) {
        this.binding = binding;
        this.sources = sources;
        this.paths = paths;
    }

    AccessRules bind() {
        String file = binding.get(ProcessKeys.ACCESS_RULES);
        if (!file.isEmpty()) {
            if (isEverythingWritten()) {
                binding.mistake(
                        EVERYTHING,
                        "given 'true', and access-rules say who may do what; allowed: one of them, or false to try rules");
            }
            return rules(file);
        }
        if (binding.isWrong(RULES) || binding.isWrong(EVERYTHING)) {
            return AccessRules.OPEN; // of no use
        }
        if (!isGiven()) {
            paths.forEach(this::requireThisMachine);
            binding.fallBack(ProcessKeys.ALLOW_EVERYTHING, true);
        } else if (!isEverythingWritten()) {
            binding.mistake(
                    EVERYTHING,
                    "given 'false', and there are no access-rules; allowed: true, or access-rules with a file that says who may do what (all is denied by an empty one)");
        }
        return AccessRules.OPEN;
    }

    /// Whether somebody has written down that there need be no rules.
    boolean isEverythingWritten() {
        return isGiven() && binding.get(ProcessKeys.ALLOW_EVERYTHING);
    }

    private boolean isGiven() {
        return sources.given().containsKey(EVERYTHING);
    }

    private void requireThisMachine(Listener listener, String path) {
        String allowed =
                "access-rules with a file that says who may do what, or writing down allow-everything: true";
        if (listener.proxy() != null) {
            binding.mistake(
                    path + ".proxy-protocol",
                    "given, so clients come from anywhere, and there are no access-rules; allowed: "
                            + allowed);
        } else if (!listener.isForThisMachineAlone()) {
            binding.mistake(
                    path + ".address",
                    "given '%s', which other machines can reach, and there are no access-rules; allowed: a loopback address, %s"
                            .formatted(listener.address().getAddress().getHostAddress(), allowed));
        }
    }

    private AccessRules rules(String file) {
        String text =
                TextFile.read(
                        Path.of(file),
                        trouble -> binding.mistake(RULES, "given '" + file + "': " + trouble));
        List<RuleMistake> wrong = new ArrayList<>();
        AccessRules rules = RulesFile.read(file, text, wrong);
        for (RuleMistake each : wrong) {
            Place place =
                    each.line() == 0
                            ? Place.ofFile(file)
                            : Place.inFile(file, each.line(), each.column());
            binding.mistake(new Mistake(place, each.key(), each.detail()));
        }
        return rules;
    }
}
