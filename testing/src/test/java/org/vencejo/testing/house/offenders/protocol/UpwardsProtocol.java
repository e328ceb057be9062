package org.vencejo.testing.house.offenders.protocol;

import org.vencejo.testing.house.offenders.core.ImpureCore;

/// Imports from the floor above.
public class UpwardsProtocol {
    protected final ImpureCore core = new ImpureCore();
}
