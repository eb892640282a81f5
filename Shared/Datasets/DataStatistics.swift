import Model
public import Torch

/// Statistics of a sample of data, with which scenarios are compared.
///
/// For each modality, over the values as networks read them: `contrast`, the mean standard deviation within a row;
/// `roughness`, the mean absolute difference of neighbors in a row by its contrast; `fill`, the share of values above
/// the mean; and, if samples have classes, `separation`, Fisher's ratio: how far apart the means of the classes are,
/// divided by how wide the classes are.
public enum DataStatistics {
    /// Number of rows to examine.
    public static let sample = 512

    /// The statistics, each named after its modality, such as `image.contrast`.
    public static func of(_ source: SampleSource) -> [String: Double] {
        let chosen = source.chosen(sample, seed: 1)
        let labels = chosen.labels
        var statistics = ["classes": Double(labels.map { Set($0).count } ?? chosen.target.outputs)]
        for modality in chosen.modalities {
            let rows = modality.indices.map { modality.values(ofRow: Int($0)) }
            let parts = rows.map(RowStatistics.init)
            statistics["\(modality.name).contrast"] = mean(parts.map(\.contrast))
            statistics["\(modality.name).roughness"] = mean(parts.map(\.roughness))
            statistics["\(modality.name).fill"] = mean(parts.map(\.fill))
            if let labels { statistics["\(modality.name).separation"] = separation(rows, labels) }
        }
        return statistics
    }

    private struct RowStatistics {
        let contrast, roughness, fill: Double

        init(_ row: [Float]) {
            let count = Double(max(1, row.count))
            let center = Double(row.reduce(0, +)) / count
            let deviation = (row.reduce(0) { $0 + (Double($1) - center) * (Double($1) - center) } / count).squareRoot()
            let steps = zip(row, row.dropFirst()).reduce(0) { $0 + Double(abs($1.0 - $1.1)) } / count
            contrast = deviation
            roughness = deviation > 0 ? steps / deviation : 0
            fill = Double(row.count { Double($0) > center }) / count
        }
    }

    /// The variance of the classes' means divided by the mean variance within classes, summed over all positions of a
    /// row.
    private static func separation(_ rows: [[Float]], _ labels: [Int32]) -> Double {
        guard let width = rows.first?.count, width > 0 else { return 0 }
        func center(_ rows: [[Float]]) -> [Double] {
            var sum = [Double](repeating: 0, count: width)
            for row in rows { for place in 0..<width { sum[place] += Double(row[place]) } }
            return sum.map { $0 / Double(rows.count) }
        }
        func distance(_ one: [Double], _ other: [Double]) -> Double {
            zip(one, other).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let all = center(rows)
        var between = 0.0, within = 0.0
        for members in Dictionary(grouping: rows.indices, by: { labels[$0] }).values {
            let own = center(members.map { rows[$0] })
            between += Double(members.count) * distance(own, all)
            within += members.reduce(0) { $0 + distance(rows[$1].map(Double.init), own) }
        }
        return within > 0 ? between / within : 0
    }

    private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
}
