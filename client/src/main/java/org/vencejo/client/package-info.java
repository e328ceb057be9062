/// The client library: connect, publish, subscribe, receive.
@NullMarked
package org.vencejo.client;

import org.jspecify.annotations.NullMarked;
