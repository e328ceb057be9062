/// Conformance: the statements of the standards, scenarios that prove them on a [Wire], and the
/// runner that plays them against any server.
///
/// Scenarios are text, in the resources beside this package; their language is described at
/// [ScenarioReader]. Nothing here knows a test framework.
@NullMarked
package org.vencejo.conformance;

import org.jspecify.annotations.NullMarked;
