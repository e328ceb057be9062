/// From Topic Name to sessions: subscriptions, retained messages, shared subscriptions.
@NullMarked
package org.vencejo.core.routing;

import org.jspecify.annotations.NullMarked;
