public import Model

extension StructureFamily {
    /// What reads the features of a frozen pretrained network: a linear layer at less than the usual width, or else a layer of
    /// hidden features before it.
    /// - Parameter input: Name of the networks' input that has the features.
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

/// What stands before the networks of a family: it is not trained, and no part of their descriptions.
public struct FrozenPart: Hashable, Sendable {
    /// Name of the networks' input that has its features.
    public let input: String
    /// What is known of it.
    public let view: PreparedView
}
