package org.vencejo.testing.house.offenders.client;

import org.vencejo.testing.house.offenders.broker.ClientBroker;

/// A client that imports the broker.
public class BrokerClient {
    protected final ClientBroker[] brokers = {};
}
