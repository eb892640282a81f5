import Model

/// The state that a part of the parameters needs to continue as if nothing had happened, without the workers: a few
/// numbers and vectors of 32-bit floats, in machine byte order (little-endian).
struct ParameterState: Hashable, Sendable {
    var version: Int
    var rule: UpdateState.Memory
    var values: [Float]

    /// Appends the state to others.
    func append(to bytes: inout [UInt8]) {
        for number in [version, rule.steps] { Self.append(number, to: &bytes) }
        for vector in [values, rule.first, rule.second] {
            Self.append(vector.count, to: &bytes)
            vector.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    private static func append(_ number: Int, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: UInt64(number).littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Reads the state at the beginning of bytes and leaves the rest.
    /// - Throws: `Failure` with code `corrupt` if the bytes end too early.
    init(from bytes: inout ArraySlice<UInt8>) throws {
        version = try Self.number(&bytes)
        let steps = try Self.number(&bytes)
        values = try Self.vector(&bytes)
        rule = UpdateState.Memory(first: try Self.vector(&bytes), second: try Self.vector(&bytes), steps: steps)
    }

    init(version: Int, rule: UpdateState.Memory, values: [Float]) {
        self.version = version
        self.rule = rule
        self.values = values
    }

    private static func number(_ bytes: inout ArraySlice<UInt8>) throws -> Int {
        let number = try take(8, &bytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let number = Int(exactly: number) else { throw broken }
        return number
    }

    private static func vector(_ bytes: inout ArraySlice<UInt8>) throws -> [Float] {
        let count = try number(&bytes)
        let (size, isTooLarge) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        guard !isTooLarge else { throw broken }
        let source = try take(size, &bytes)
        return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
            _ = UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, from: source)
            initialized = count
        }
    }

    private static func take(_ count: Int, _ bytes: inout ArraySlice<UInt8>) throws -> ArraySlice<UInt8> {
        guard count <= bytes.count else { throw broken }
        defer { bytes.removeFirst(count) }
        return bytes.prefix(count)
    }

    private static var broken: Failure { Failure(.corrupt, "The stored state of a parameter server is damaged.") }
}
