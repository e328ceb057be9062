/// The core in memory, behind real bytes: a server without sockets, disk or clock, for the
/// simulator and for conformance scenarios.
@NullMarked
package org.vencejo.testing.memory;

import org.jspecify.annotations.NullMarked;
