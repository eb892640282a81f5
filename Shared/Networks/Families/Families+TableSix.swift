extension StructureFamily {
    /// The four networks of table 6, for pictures and spectrograms with any number of channels.
    static let tableSix = TableSix.allCases.map { table in
        StructureFamily(
            table.rawValue, category: table.category, [.picture, .spectrogram], areas: ["vision", "audition"],
            source: "Brain-inspired large-scale deep neural network model, Journal of Software 33(4), 2022, table 6"
        ) { request in
            try table.network(
                input: request.input, shape: request.shape, classes: request.outputs, width: request.width)
        }
    }
}

extension TableSix {
    /// Family in the sense of table 1.
    var category: String {
        switch self {
        case .leNet3, .leNet5: "LeNet"
        case .mediumNet, .sparseNet: rawValue
        }
    }
}
