import Model
import Networks
import RegistryClient

/// A base network whose description was parsed, counted and given its identity.
struct ExaminedNetwork {
    let network: BaseNetwork
    let structure: NetworkStructure
    let id: BlobDigest

    /// - Throws: `Failure` if the description is invalid, has another digest than the one sent, or does not fit into an
    ///   artificial code.
    init(_ sent: BaseNetwork) throws {
        var network = sent
        if sent.format == BaseNetwork.ownFormat {
            let description = try NetworkDescription(json: sent.description)
            network.description = try description.canonicalJSON
            network.parameters = UInt64(clamping: try description.parameterCount)
            network.operations = UInt64(clamping: try description.multiplyAccumulates)
            structure = try NetworkStructure(description)
        } else if sent.format == BaseNetwork.structureFormat {
            let template = try StructureTemplate(json: sent.description)
            network.description = template.canonicalJSON
            network.parameters = UInt64(clamping: try template.example.parameterCount)
            network.operations = UInt64(clamping: try template.example.multiplyAccumulates)
            structure = try NetworkStructure(template.example)
        } else {
            let outline = try NetworkOutline(json: sent.description)
            guard outline.format == sent.format else {
                throw Failure(
                    .invalidArgument,
                    "Base network '\(sent.name)' was sent as format '\(sent.format.prefix(80))', but its outline has"
                        + " format '\(outline.format.prefix(80))'.")
            }
            network.description = try outline.canonicalJSON
            network.parameters = UInt64(clamping: outline.parameterCount)
            network.operations = UInt64(clamping: outline.operations ?? 0)
            structure = NetworkStructure(outline)
        }
        id = BlobDigest(hashing: Array(network.description.utf8))
        guard sent.id == nil || sent.id == id else {
            throw Failure(
                .invalidArgument,
                "Base network '\(sent.name)' was sent as \(sent.id?.hexadecimal ?? ""), but its description has the"
                    + " digest \(id).")
        }
        network.id = id
        self.network = network
        // Rejects here, and not when a model arrives, what does not fit into an artificial code.
        _ = try ArtificialCode(
            name: network.name, areas: network.areas, functions: network.functions, category: network.category,
            dataset: "-", size: ParameterSize(parameters: network.parameters), accuracy: nil, optimizer: "-",
            platform: "-")
    }
}
