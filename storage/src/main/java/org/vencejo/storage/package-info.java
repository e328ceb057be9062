/// What survives a crash, on RocksDB: the core's [org.vencejo.core.Store] and
/// [org.vencejo.core.Journal].
///
/// `RocksStore` is the store: changes in, state out, no thread. `DiskJournal` drives it: one thread
/// that writes in groups, two that read. `MutationWriter` says what each change leaves behind,
/// `Keys` where it lies, `Records` in which bytes.
@NullMarked
package org.vencejo.storage;

import org.jspecify.annotations.NullMarked;
