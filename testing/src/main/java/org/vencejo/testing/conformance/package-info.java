/// The places where the conformance suite is played on our own server: in memory and over TCP.
@NullMarked
package org.vencejo.testing.conformance;

import org.jspecify.annotations.NullMarked;
