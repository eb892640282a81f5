public import Model
public import Tables

/// Messages between a server and the process that runs a package, in frames of a four-byte length and that many bytes.
///
/// The process begins with a `hello`; then it answers each frame of samples with a frame of answers.
public enum AnswerMessages {
    /// Maximum size of a frame: 1 GiB.
    public static let largestFrame = 1 << 30

    /// A frame: the length of its content, then the content.
    public static func frame(_ content: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) } + content
    }

    /// The length at the start of a frame.
    /// - Throws: `Failure` if it exceeds the maximum.
    public static func length(_ bytes: [UInt8]) throws -> Int {
        let length = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= largestFrame else {
            throw Failure(.corrupt, "A message of \(length) bytes is longer than \(largestFrame).")
        }
        return length
    }

    // MARK: The beginning

    /// The first message, once the package is read: its manifest, or why it cannot be used.
    public static func hello(_ result: Result<DatasetManifest, Failure>) throws -> [UInt8] {
        var writer = FrameWriter()
        switch result {
        case .success(let manifest):
            writer.add(byte: 1)
            writer.add(try manifest.json)
        case .failure(let failure): writer.add(failure)
        }
        return writer.bytes
    }

    /// The manifest in a hello.
    /// - Throws: The failure that it reports.
    public static func manifest(_ content: [UInt8]) throws -> DatasetManifest {
        var reader = FrameReader(content)
        guard try reader.byte() == 1 else { throw try reader.failure() }
        return try DatasetManifest(json: try reader.text())
    }

    // MARK: Samples and answers

    /// Samples: for each sample, the cells of each input's columns.
    public static func samples(_ samples: [[[Cell]]]) -> [UInt8] {
        var writer = FrameWriter()
        writer.add(samples.count)
        for sample in samples {
            writer.add(sample.count)
            for cells in sample {
                writer.add(cells.count)
                for cell in cells { writer.add(cell) }
            }
        }
        return writer.bytes
    }

    /// The samples of a frame.
    public static func samples(in content: [UInt8]) throws -> [[[Cell]]] {
        var reader = FrameReader(content)
        return try (0..<(try reader.count())).map { _ in
            try (0..<(try reader.count())).map { _ in try (0..<(try reader.count())).map { _ in try reader.cell() } }
        }
    }

    /// For each sample, an answer or why there is none.
    public static func answers(_ answers: [Result<[Float], Failure>]) -> [UInt8] {
        var writer = FrameWriter()
        writer.add(answers.count)
        for answer in answers {
            switch answer {
            case .success(let numbers):
                writer.add(byte: 1)
                writer.add(numbers)
            case .failure(let failure): writer.add(failure)
            }
        }
        return writer.bytes
    }

    /// The answers of a frame.
    public static func answers(in content: [UInt8]) throws -> [Result<[Float], Failure>] {
        var reader = FrameReader(content)
        return try (0..<(try reader.count())).map { _ in
            try reader.byte() == 1 ? .success(try reader.numbers()) : .failure(try reader.failure())
        }
    }
}

extension FrameWriter {
    fileprivate mutating func add(_ failure: Failure) {
        add(byte: 0)
        add(failure.code.rawValue)
        add(failure.message)
    }
}

extension FrameReader {
    fileprivate mutating func failure() throws -> Failure {
        Failure(Failure.Code(rawValue: try text()), try text())
    }
}
