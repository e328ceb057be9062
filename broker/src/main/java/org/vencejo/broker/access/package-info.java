/// Access rules: who may publish, subscribe and receive what. Read from a file in either of two
/// syntaxes into one list of rules, of which the first that speaks of a request decides.
@NullMarked
package org.vencejo.broker.access;

import org.jspecify.annotations.NullMarked;
