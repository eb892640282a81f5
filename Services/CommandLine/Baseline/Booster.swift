import CXGBoost
import Model

/// A matrix of samples for XGBoost.
final class BoosterMatrix {
    let handle: DMatrixHandle
    let count: Int

    /// Copies samples into a matrix.
    /// - Parameter columns: Number of columns of the matrix; XGBoost requires the same number for every split.
    init(_ rows: SparseRows, columns: Int) throws {
        var handle: DMatrixHandle?
        try rows.indices.withUnsafeBufferPointer { indices in
            try check(
                XGDMatrixCreateFromCSREx(
                    rows.starts, indices.baseAddress, rows.values, rows.starts.count, rows.values.count, columns,
                    &handle))
        }
        guard let handle else { throw Failure(.internal, "XGBoost returned no matrix.") }
        self.handle = handle
        count = rows.count
    }

    deinit { XGDMatrixFree(handle) }

    /// Sets the correct answer of each sample.
    func set(labels: [Float]) throws {
        try check(XGDMatrixSetFloatInfo(handle, "label", labels, bst_ulong(labels.count)))
    }
}

/// An XGBoost model in training.
final class Booster {
    private let handle: BoosterHandle
    private var rounds: Int32 = 0

    /// Starts a model.
    /// - Parameters:
    ///   - matrices: All matrices that it will train on or predict from.
    ///   - parameters: XGBoost's parameters by name.
    init(for matrices: [BoosterMatrix], parameters: [String: String]) throws {
        var handle: BoosterHandle?
        let handles: [DMatrixHandle?] = matrices.map(\.handle)
        try check(XGBoosterCreate(handles, bst_ulong(handles.count), &handle))
        guard let handle else { throw Failure(.internal, "XGBoost returned no model.") }
        self.handle = handle
        for (name, value) in parameters { try check(XGBoosterSetParam(handle, name, value)) }
    }

    deinit { XGBoosterFree(handle) }

    /// Trains for one round.
    func update(on matrix: BoosterMatrix) throws {
        try check(XGBoosterUpdateOneIter(handle, rounds, matrix.handle))
        rounds += 1
    }

    /// Answers before the sigmoid or softmax, `[samples * outputs]`.
    func margins(of matrix: BoosterMatrix) throws -> [Float] {
        var (length, result): (bst_ulong, UnsafePointer<Float>?) = (0, nil)
        let isMargin: Int32 = 1
        try check(XGBoosterPredict(handle, matrix.handle, isMargin, 0, 0, &length, &result))
        return Array(UnsafeBufferPointer(start: result, count: Int(length)))
    }
}

/// - Throws: `Failure` with XGBoost's message about its last call.
private func check(_ status: Int32) throws {
    guard status != 0 else { return }
    throw Failure(.internal, "XGBoost: \(String(cString: XGBGetLastError()))")
}
