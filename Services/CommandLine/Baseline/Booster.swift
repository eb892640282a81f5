import CXGBoost
import Model

/// A matrix of samples for XGBoost; it frees what it holds.
final class BoosterMatrix {
    let handle: DMatrixHandle
    let count: Int

    /// Takes samples over.
    /// - Parameter columns: Columns of the whole matrix; XGBoost wants the same number for every split.
    init(_ rows: SparseRows, columns: Int) throws {
        var handle: DMatrixHandle?
        try rows.indices.withUnsafeBufferPointer { indices in
            try check(
                XGDMatrixCreateFromCSREx(
                    rows.starts, indices.baseAddress, rows.values, rows.starts.count, rows.values.count, columns,
                    &handle))
        }
        guard let handle else { throw Failure(.internal, "XGBoost made no matrix.") }
        self.handle = handle
        count = rows.count
    }

    deinit { XGDMatrixFree(handle) }

    /// Sets what is right of each sample.
    func set(labels: [Float]) throws {
        try check(XGDMatrixSetFloatInfo(handle, "label", labels, bst_ulong(labels.count)))
    }
}

/// A model of XGBoost in training.
final class Booster {
    private let handle: BoosterHandle
    private var rounds: Int32 = 0

    /// Starts a model.
    /// - Parameters:
    ///   - matrices: Everything that it will train on or answer for.
    ///   - parameters: XGBoost's own parameters by their names.
    init(for matrices: [BoosterMatrix], parameters: [String: String]) throws {
        var handle: BoosterHandle?
        let handles: [DMatrixHandle?] = matrices.map(\.handle)
        try check(XGBoosterCreate(handles, bst_ulong(handles.count), &handle))
        guard let handle else { throw Failure(.internal, "XGBoost made no model.") }
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

/// - Throws: `Failure` with what XGBoost says of its last call.
private func check(_ status: Int32) throws {
    guard status != 0 else { return }
    throw Failure(.internal, "XGBoost: \(String(cString: XGBGetLastError()))")
}
