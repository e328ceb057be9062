/// The server around the core: threads, sockets, configuration, authentication, log.
@NullMarked
package org.vencejo.broker;

import org.jspecify.annotations.NullMarked;
