import CTorch
import Foundation
import Model
import Torch

/// The compiled methods of a manifest's inputs.
///
/// Not `Sendable`: only one thread may use it at a time.
public final class PreparationModule {
    private let handle: OpaquePointer

    /// Compiles the methods.
    /// - Throws: `Failure` with code `internal` if libtorch rejects them.
    public init(_ script: PreparationScript) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_preparation_create(script.methods, &error) else {
            throw Failure(.internal, "Cannot compile the preparation: \(takeMessage(error))")
        }
        self.handle = handle
    }

    deinit { gyrus_preparation_free(handle) }

    /// Applies a method to a value.
    /// - Parameters:
    ///   - method: The method's name, such as `prepare_picture`.
    ///   - count: How many numbers the method returns.
    /// - Throws: `Failure` with code `invalid-argument` if the method does not accept the value's shape.
    public func run(_ method: String, _ value: RawValue, count: Int) throws -> [Float] {
        var error: UnsafeMutablePointer<CChar>?
        var numbers = [Float](repeating: 0, count: count)
        let isDone = try value.withValue { value in
            withUnsafePointer(to: value) { gyrus_preparation_run(handle, method, $0, &numbers, Int64(count), &error) }
        }
        guard isDone else { throw Failure(.invalidArgument, "Cannot prepare the value: \(takeMessage(error))") }
        return numbers
    }
}
