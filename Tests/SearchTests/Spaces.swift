@testable import Search

/// The space of two modalities that many tests use: 60 settings and absence for each.
func twoModalities() throws -> SearchSpace {
    let parts = [
        SearchSpace.Part("optimizer", ["sgd", "adam", "adamw"]),
        SearchSpace.Part("structure", ["LeNet3", "LeNet5", "MediumNet", "SparseNet"]),
        SearchSpace.Part("size", ["0.25", "0.5", "1", "1.5", "2"]),
    ]
    return try SearchSpace([.init("image", parts, isOptional: true), .init("audio", parts, isOptional: true)])
}

/// A smooth but slightly rugged objective, known for every genome.
func objective(of genome: Genome) -> Double {
    var hasher = SeededGenerator(seed: (genome.description.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }))
    let level = genome.genes.joined().enumerated().reduce(0.0) { sum, part in
        sum - abs(Double(part.element) - [2, 4, 3, 1, 2, 5][part.offset % 6])
    }
    return level + Double(hasher.below(1000)) / 2000
}

/// A space of one modality whose structure is a string of one to four layers.
func layeredModality() throws -> SearchSpace {
    let layer = [SearchSpace.Part("channels", ["8", "16", "32"]), .init("kernel", ["3", "5"])]
    return try SearchSpace([
        .init("image", [.init("optimizer", ["sgd", "adam"])], repeating: .init(layer, times: 1...4), isOptional: true),
        .init("audio", repeating: .init([.init("kernel", ["3", "5"])], times: 1...3), isOptional: true),
    ])
}
