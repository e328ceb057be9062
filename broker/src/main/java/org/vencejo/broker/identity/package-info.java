/// What names a client, beside a password: certificates, tokens, answers of services.
@NullMarked
package org.vencejo.broker.identity;

import org.jspecify.annotations.NullMarked;
