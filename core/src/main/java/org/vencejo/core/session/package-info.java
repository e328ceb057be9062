/// Role-free parts of a session: flows of QoS 1 and 2 in both directions, queues and aliases. The
/// server and the client drive the same ones.
@NullMarked
package org.vencejo.core.session;

import org.jspecify.annotations.NullMarked;
