import CTorch
import Model
import Safetensors

/// A tensor of a network or an optimizer, seen where it lies; lives no longer than its owner.
struct TensorView {
    let name: String
    let shape: [Int]
    let buffer: UnsafeMutableBufferPointer<Float>

    init(_ view: gyrus_tensor_view) {
        self.name = String(cString: view.name)
        self.shape = (0..<Int(view.rank)).map { Int(view.shape[$0]) }
        self.buffer = UnsafeMutableBufferPointer(start: view.data, count: Int(view.count))
    }

    /// The tensor as a value.
    func copy() throws -> Tensor { try Tensor(name, shape: shape, Array(buffer)) }

    /// Checks that a file has such a tensor, under its own or another name.
    func check(in file: SafetensorsFile, as other: String? = nil) throws {
        let entry = try file.entry(named: other ?? name)
        guard entry.shape == shape else {
            throw Failure(
                .corrupt, "'\(file.path)' has tensor '\(entry.name)' in shape \(entry.shape); \(shape) is needed.")
        }
    }

    /// Takes its values from a file, where they may have another name.
    func fill(from file: SafetensorsFile, as other: String? = nil) throws {
        try check(in: file, as: other)
        _ = buffer.update(fromContentsOf: try file.floats(of: other ?? name))
    }
}
