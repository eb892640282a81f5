import CTorch
import Foundation
import Model
import Torch

/// The compiled methods of a manifest's inputs.
///
/// Not `Sendable`: one thread at a time may use it.
public final class PreparationModule {
    private let handle: OpaquePointer

    /// Compiles the methods.
    /// - Throws: `Failure` with code `internal` where libtorch does not take them.
    public init(_ script: PreparationScript) throws {
        ComputeThreads.prepare()
        var error: UnsafeMutablePointer<CChar>?
        guard let handle = gyrus_preparation_create(script.methods, &error) else {
            throw Failure(.internal, "The preparation cannot be compiled: \(takeMessage(error))")
        }
        self.handle = handle
    }

    deinit { gyrus_preparation_free(handle) }

    /// What a method makes of a value.
    /// - Parameters:
    ///   - method: Its name, such as `prepare_picture`.
    ///   - count: How many numbers it gives.
    /// - Throws: `Failure` with code `invalid-argument` where the value has a shape that it does not take.
    public func run(_ method: String, _ value: RawValue, count: Int) throws -> [Float] {
        var error: UnsafeMutablePointer<CChar>?
        var numbers = [Float](repeating: 0, count: count)
        let isDone = try value.withValue { value in
            withUnsafePointer(to: value) { gyrus_preparation_run(handle, method, $0, &numbers, Int64(count), &error) }
        }
        guard isDone else { throw Failure(.invalidArgument, "It cannot be prepared: \(takeMessage(error))") }
        return numbers
    }
}
