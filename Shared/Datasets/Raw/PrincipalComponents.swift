import CTorch
import Model

/// Removes energy from pictures.
///
/// "PCA with a share r of the energy removed" is interpreted as: keep the leading principal components that together
/// hold *at most* 1 − r of the variance, and rebuild the picture from them. For MNIST and r = 0.75 that keeps three
/// components (23 % of the variance), from which LeNet3 recognizes 53 % of digits, as in the source paper; a fourth
/// component would give 64 %, and removing the leading components instead of the trailing ones 92 %.
struct PrincipalComponents {
    /// Share of the variance that the kept components hold.
    let keptEnergy: Double
    /// Number of components that are kept.
    let count: Int
    /// The mean row.
    let mean: [Double]
    /// The kept components, one after another.
    let components: [Double]
    private var features: Int { mean.count }

    /// Computes the components of rows of bytes.
    init(of rows: [UInt8], features: Int, energyRemoved: Double) throws {
        var mean = [Double](repeating: 0, count: features)
        var components = [Double](repeating: 0, count: features * features)
        var count: Int64 = 0
        var keptEnergy = 0.0
        try Preprocessing.check { error in
            gyrus_principal_components(
                rows, Int64(rows.count / features), Int64(features), 1 - energyRemoved, &mean, &components, &count,
                &keptEnergy, error)
        }
        self.mean = mean
        self.components = Array(components.prefix(Int(count) * features))
        self.count = Int(count)
        self.keptEnergy = keptEnergy
    }

    /// The rows rebuilt from the kept components, on the scale of the bytes.
    func rebuild(_ rows: [UInt8]) throws -> [Float] {
        try [Float](unsafeUninitializedCapacity: rows.count) { buffer, initialized in
            try Preprocessing.check { error in
                gyrus_rebuild(
                    rows, Int64(rows.count / features), Int64(features), mean, components, Int64(count),
                    buffer.baseAddress, error)
            }
            initialized = rows.count
        }
    }
}

/// Calls into C++.
enum Preprocessing {
    /// Converts a message from C++ to a `Failure`.
    static func check(_ call: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard call(&message) != 0 else { return }
        defer { gyrus_preprocessing_free(message) }
        throw Failure(.internal, "libtorch: \(message.map { String(cString: $0) } ?? "no message")")
    }
}
