extension NetworkDescription {
    /// The network with another dropout rate, which applies to its dropout layers or, if it has none, to a new one
    /// before its last layer.
    public func dropping(_ rate: Double) -> NetworkDescription {
        var network = self
        var isChanged = false
        for place in layers.indices {
            guard case .dropout = layers[place].operation else { continue }
            network.layers[place].operation = .dropout(rate: rate)
            isChanged = true
        }
        guard !isChanged, rate > 0, let last = layers.last else { return network }
        let dropout = Layer("last_dropout", .dropout(rate: rate), from: last.inputs)
        network.layers.insert(dropout, at: layers.count - 1)
        network.layers[layers.count].inputs = [dropout.name]
        return network
    }
}
