public import Model

extension StructureFamily {
    /// The network that reads the features of a frozen pretrained network: a linear layer, preceded by a layer of
    /// hidden features unless the width is below the usual one.
    /// - Parameter input: Name of the network input that holds the features.
    public static func frozen(_ view: PreparedView, as input: String) -> StructureFamily {
        StructureFamily(
            view.title, category: view.category, [.features], areas: [], functions: ["classification", "regression"],
            source: view.model, frozen: FrozenPart(input: input, view: view)
        ) { request in
            var chain = LayerChain(request.name, input: input, shape: [view.width])
            chain.add("dropout", .dropout(rate: 0.2))
            if request.width >= 1 {
                chain.linear(request.wide(128))
                chain.add("dropout", .dropout(rate: 0.2))
            }
            return try chain.end(request.outputs)
        }
    }
}

/// The frozen network before the networks of a family. It is not trained and is not part of their descriptions.
public struct FrozenPart: Hashable, Sendable {
    /// Name of the network input that holds its features.
    public let input: String
    /// What is known about it.
    public let view: PreparedView
}
