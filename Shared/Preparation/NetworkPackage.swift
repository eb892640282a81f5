import CTorch
public import Foundation
public import Model
public import Torch

/// A trained network that takes raw values: pictures of any size, sound of any rate, tokens, rows of tables.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class NetworkPackage {
    private let handle: OpaquePointer
    private let order: [String]
    /// The data that the network was trained on, and how to prepare values for it.
    public let manifest: DatasetManifest

    /// Names of the extra files in a package.
    public enum Extra {
        /// The manifest as JSON.
        public static let manifest = "manifest.json"
        /// Names of the inputs in the order of the arguments, as JSON.
        public static let inputs = "inputs.json"
    }

    /// Combines a network with its preparation.
    /// - Parameters:
    ///   - network: The network's TorchScript file.
    ///   - order: Names of the network's inputs, in the order of its arguments.
    ///   - frozen: The TorchScript files of the frozen networks behind inputs that are views.
    public static func write(
        network: URL, inputs order: [String], manifest: DatasetManifest, frozen: [String: URL] = [:], to file: URL
    ) throws {
        let inputs = String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
        let extras = [(Extra.manifest, try manifest.json), (Extra.inputs, inputs)]
        var error: UnsafeMutablePointer<CChar>?
        let parts = frozen.map { (FrozenNetwork.module(of: $0.key), $0.value.path) }
        let texts = [parts.map(\.0), parts.map(\.1), extras.map(\.0), extras.map(\.1)]
        let copies = texts.joined().map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let isWritten = copies.map { UnsafePointer($0) }.withUnsafeBufferPointer { pointers in
            func pointer(_ place: Int) -> UnsafePointer<UnsafePointer<CChar>?>? {
                pointers.baseAddress.map { $0 + texts.prefix(place).reduce(0) { $0 + $1.count } }
            }
            return gyrus_package_write(
                PreparationScript(manifest).package(for: order), network.path, pointer(0), pointer(1),
                Int64(parts.count), file.path, pointer(2), pointer(3), Int64(extras.count), &error)
        }
        guard isWritten else {
            throw Failure(.internal, "Cannot write the package to '\(file.path)': \(takeMessage(error))")
        }
    }

    /// Reads a package.
    /// - Throws: `Failure` with code `corrupt` if the file is not a package.
    public init(loading file: URL, on place: ComputePlace = .current) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_package_load(file.path, place.c, &error) else {
            throw Failure(.corrupt, "Cannot read the package '\(file.path)': \(takeMessage(error))")
        }
        guard let manifest = gyrus_package_extra(handle, Extra.manifest),
            let inputs = gyrus_package_extra(handle, Extra.inputs),
            let order = try? JSONDecoder().decode([String].self, from: Data(String(cString: inputs).utf8))
        else {
            gyrus_package_free(handle)
            throw Failure(
                .corrupt,
                "'\(file.path)' is a network without its preparation; write a package with 'gyrus result --output' or "
                    + "'gyrus export'.")
        }
        do {
            self.manifest = try DatasetManifest(json: String(cString: manifest))
        } catch {
            gyrus_package_free(handle)
            throw error
        }
        self.handle = handle
        self.order = order
    }

    deinit { gyrus_package_free(handle) }

    /// The answers for samples: probabilities of classes or labels, or numbers in their units.
    /// - Parameter samples: For each sample, a value for each input; a missing value counts as the mean.
    /// - Returns: One row per sample.
    public func answers(_ samples: [[String: RawValue]]) throws -> [[Float]] {
        let width = manifest.target.outputs
        guard !samples.isEmpty else { return [] }
        var answers = [Float](repeating: 0, count: samples.count * width)
        try withInputs(samples, order[...], []) { inputs in
            var error: UnsafeMutablePointer<CChar>?
            guard
                gyrus_package_run(
                    handle, inputs, Int64(inputs.count), Int64(samples.count), &answers, Int64(width), &error)
            else { throw Failure(.invalidArgument, "The network cannot answer: \(takeMessage(error))") }
        }
        return samples.indices.map { Array(answers[$0 * width..<($0 + 1) * width]) }
    }

    private func withInputs(
        _ samples: [[String: RawValue]], _ rest: ArraySlice<String>, _ inputs: [gyrus_raw_input],
        _ body: ([gyrus_raw_input]) throws -> Void
    ) throws {
        guard let name = rest.first else { return try body(inputs) }
        let isSound = if case .sound = manifest.inputs[name]?.preparation { true } else { false }
        try withValues(samples[...], name, []) { values in
            try values.withUnsafeBufferPointer { values in
                let input = gyrus_raw_input(values: values.baseAddress, has_rate: isSound)
                try withInputs(samples, rest.dropFirst(), inputs + [input], body)
            }
        }
    }

    private func withValues(
        _ rest: ArraySlice<[String: RawValue]>, _ name: String, _ values: [gyrus_raw_value],
        _ body: ([gyrus_raw_value]) throws -> Void
    ) throws {
        guard let sample = rest.first else { return try body(values) }
        let value = sample[name] ?? manifest.inputs[name]?.missingValue ?? .numbers([], shape: [0])
        try value.withValue { try withValues(rest.dropFirst(), name, values + [$0], body) }
    }
}

extension DatasetManifest.Input {
    /// The value for samples that lack this input.
    fileprivate var missingValue: RawValue {
        guard case .table(let table) = preparation else { return .numbers([], shape: [0]) }
        let row = table.numbers.map { _ in Float.nan } + table.categories.map { _ in 0 }
        return .numbers(row, shape: [row.count])
    }
}
