package org.vencejo.broker.access;

import java.util.List;
import org.vencejo.core.AccessRules;

/// A file of access rules, in either syntax. Stateless.
///
/// One whose name ends in `.yaml` or `.yml` is in ours, any other in that of Mosquitto's
/// `acl_file`.
public final class RulesFile {
    private RulesFile() {}

    /// The rules in `text`, the content of `file`; what is wrong with it goes to `mistakes`.
    public static AccessRules read(String file, String text, List<RuleMistake> mistakes) {
        return file.endsWith(".yaml") || file.endsWith(".yml")
                ? new RulesYaml(file, text, mistakes).read()
                : new RuleSet(MosquittoAcl.read(file, text, mistakes), RuleSet.Wide.FILTERED);
    }
}
