/// A disk under a process of its own that does what a test says: `faultydisk.c` between the process
/// and the kernel, and the loss of power after its end.
@NullMarked
package org.vencejo.testing.disk;

import org.jspecify.annotations.NullMarked;
