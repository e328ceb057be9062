/// The configuration: one table of keys ([Keys]), and what reads a file, the environment and flags
/// by it.
@NullMarked
package org.vencejo.broker.config;

import org.jspecify.annotations.NullMarked;
