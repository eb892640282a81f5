import Networks

/// The source paper's tables 7 and 8, in percent.
enum PublishedAVMnist {
    static let alone: [String: [TableSix: String]] = [
        "image": [
            .leNet3: "52.52 ± 0.24", .leNet5: "54.17 ± 0.58", .mediumNet: "53.63 ± 0.16", .sparseNet: "26.44 ± 2.24",
        ],
        "audio": [
            .leNet3: "67.86 ± 1.49", .leNet5: "95.50 ± 0.23", .mediumNet: "97.14 ± 0.14", .sparseNet: "48.36 ± 6.52",
        ],
    ]

    /// Accuracies by image network, then by audio network.
    static let fused: [TableSix: [TableSix: Double]] = [
        .leNet3: [.leNet5: 95.45, .mediumNet: 52.18, .sparseNet: 68.60],
        .leNet5: [.leNet3: 73.83, .mediumNet: 54.06, .sparseNet: 69.98],
        .mediumNet: [.leNet3: 74.40, .leNet5: 93.86, .sparseNet: 62.03],
        .sparseNet: [.leNet3: 63.52, .leNet5: 93.11, .mediumNet: 47.35],
    ]
}
