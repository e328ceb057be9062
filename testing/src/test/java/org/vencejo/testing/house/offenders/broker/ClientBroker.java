package org.vencejo.testing.house.offenders.broker;

import org.vencejo.testing.house.offenders.client.BrokerClient;

/// A broker that imports the client.
public class ClientBroker {
    protected final BrokerClient[] clients = {};
}
