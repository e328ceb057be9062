/// What checks the house and is never shipped: simulator, conformance, interop, house rules.
@NullMarked
package org.vencejo.testing;

import org.jspecify.annotations.NullMarked;
