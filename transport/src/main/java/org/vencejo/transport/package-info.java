/// Sockets and how they are read, written and flushed. Knows no MQTT rule.
@NullMarked
package org.vencejo.transport;

import org.jspecify.annotations.NullMarked;
