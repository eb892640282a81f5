import Model

extension NetworkDescription {
    /// Parallel networks that read the same inputs, and the mean of their answers.
    ///
    /// Layer `convolution1` of the second network becomes `member2.convolution1`, so that the weights of each network
    /// load with the prefix `prefix(ofMember:)`. The mean of class scores is the logarithm of the geometric mean of
    /// probabilities, up to a term that all classes share (logarithmic opinion pool: Genest and Zidek, 1986).
    /// - Throws: `Failure` with code `invalid-argument` if there are fewer than two networks, or if their inputs or
    ///   outputs differ.
    public static func ensemble(named name: String, of networks: [NetworkDescription]) throws -> NetworkDescription {
        guard networks.count > 1 else {
            throw Failure(.invalidArgument, "An ensemble needs at least two networks; there are \(networks.count).")
        }
        var inputs: [Input] = []
        for input in networks.flatMap(\.inputs) where !inputs.contains(input) { inputs.append(input) }
        let names = Set(inputs.map(\.name))
        guard names.count == inputs.count else {
            throw Failure(
                .invalidArgument, "The networks of an ensemble read inputs of the same name in different shapes.")
        }
        var layers: [Layer] = []
        var answers: [String] = []
        for (place, network) in networks.enumerated() {
            func renamed(_ name: String) -> String { names.contains(name) ? name : prefix(ofMember: place) + name }
            layers += network.layers.map { Layer(renamed($0.name), $0.operation, from: $0.inputs.map(renamed)) }
            guard let last = layers.last else {
                throw Failure(.invalidArgument, "Network '\(network.name)' of an ensemble has no layers.")
            }
            answers.append(last.name)
        }
        layers.append(Layer("ensemble.mean", .mean, from: answers))
        let ensemble = NetworkDescription(name: name, inputs: inputs, layers: layers)
        _ = try ensemble.validate()
        return ensemble
    }

    /// The prefix of the names of a member's layers in an ensemble.
    /// - Parameter place: Index of the member, from 0.
    public static func prefix(ofMember place: Int) -> String { "member\(place + 1)." }
}
