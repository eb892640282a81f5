import CTorch
import Model
import Safetensors

/// A tensor of a network or an optimizer on any device; valid only as long as its owner.
struct TensorView {
    let name: String
    let shape: [Int]
    let count: Int

    private let view: gyrus_tensor_view

    init(_ view: gyrus_tensor_view) {
        self.name = String(cString: view.name)
        self.shape = (0..<Int(view.rank)).map { Int(view.shape[$0]) }
        self.count = Int(view.count)
        self.view = view
    }

    /// A copy of the values.
    var values: [Float] {
        [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            if let start = buffer.baseAddress { gyrus_tensor_read(view, start) }
            filled = count
        }
    }

    /// Copies the values out.
    func read(into bytes: UnsafeMutableRawBufferPointer) {
        precondition(bytes.count == byteCount, "The tensor '\(name)' has another size.")
        if let start = bytes.bindMemory(to: Float.self).baseAddress { gyrus_tensor_read(view, start) }
    }

    /// Copies values in.
    func write(_ bytes: UnsafeRawBufferPointer) {
        precondition(bytes.count == byteCount, "The tensor '\(name)' has another size.")
        if let start = bytes.bindMemory(to: Float.self).baseAddress { gyrus_tensor_write(view, start) }
    }

    /// Size of the values in bytes.
    var byteCount: Int { count * MemoryLayout<Float>.stride }

    /// The tensor as a value.
    func copy() throws -> Tensor { try Tensor(name, shape: shape, values) }

    /// Checks that a file has such a tensor, under its own or another name.
    func check(in file: SafetensorsFile, as other: String? = nil) throws {
        let entry = try file.entry(named: other ?? name)
        guard entry.shape == shape else {
            throw Failure(
                .corrupt, "'\(file.path)' has tensor '\(entry.name)' in shape \(entry.shape); \(shape) is required.")
        }
    }

    /// Takes its values from a file, possibly under another name.
    func fill(from file: SafetensorsFile, as other: String? = nil) throws {
        try check(in: file, as: other)
        try file.floats(of: other ?? name).withUnsafeBytes(write)
    }
}
