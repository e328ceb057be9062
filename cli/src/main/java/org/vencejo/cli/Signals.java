package org.vencejo.cli;

import java.lang.reflect.Proxy;

/// Signals of the operating system.
///
/// There is no way to hear SIGHUP, or to end with exit code 0 at SIGTERM, but `sun.misc.Signal`. It
/// is called by name: the compiler warns of that class and lets nobody answer.
final class Signals {
    private Signals() {}

    /// Runs `action`, on a thread of its own, whenever the signal (`HUP`, `TERM`) comes, in place
    /// of ending the process. One that the process was told to ignore stays ignored.
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                action.run();
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "expected a JDK with signals, cannot handle SIG" + name, e);
        }
    }
}
