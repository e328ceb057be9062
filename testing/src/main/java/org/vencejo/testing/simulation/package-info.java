/// The simulator: clients, links, a disk and a server in virtual time, all by one seed, and a
/// checker that looks at every event.
@NullMarked
package org.vencejo.testing.simulation;

import org.jspecify.annotations.NullMarked;
