/// Who gets a message: Topic Filters to subscribers, Topic Names to retained values.
///
/// Two trees of topic levels, [SubscriptionTrie] and [RetainedTrie], and what they answer. They
/// know neither sessions nor messages, only the objects that they were given.
@NullMarked
package org.vencejo.core.routing;

import org.jspecify.annotations.NullMarked;
