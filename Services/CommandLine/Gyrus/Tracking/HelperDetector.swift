import Foundation
import Glibc
import Launcher
import Model
import Tracking
import Vision

/// A detector that another process runs: networks in TorchScript, for which `gyrus` itself has no library.
final class HelperDetector: Detector {
    /// Name of the layout on the command line.
    static let layout = "torchscript"
    /// Which label is a person where nothing is said: that of torchvision and DETR.
    static let usualCategory = 1
    /// Least score where nothing is said.
    static let usualScore = 0.5

    private let process = Process()
    private let questions = Pipe()
    private let answers = Pipe()
    private let image: URL
    private var unread = Data()

    /// Starts the process.
    /// - Throws: `Failure` with code `not-found` where the network or the program is missing.
    init(_ network: String, category: Int?, score: Double?) throws {
        guard FileManager.default.fileExists(atPath: network) else {
            throw Failure(.notFound, "There is no network file '\(network)'.")
        }
        // A process that ends while it is asked must not end this one by a signal.
        signal(SIGPIPE, SIG_IGN)
        let program = URL(filePath: Programs.beside.path(of: "gyrus-detector"))
        image = FileManager.default.temporaryDirectory.appending(path: "gyrus-frame-\(UUID().uuidString).bmp")
        process.executableURL = program
        process.arguments = [
            "--person-class", "\(category ?? Self.usualCategory)", "--score", "\(score ?? Self.usualScore)", network,
        ]
        process.standardInput = questions
        process.standardOutput = answers
        do {
            try process.run()
        } catch {
            throw Failure(.notFound, "'\(program.path)' cannot be started: \(error.localizedDescription)")
        }
    }

    deinit {
        try? questions.fileHandleForWriting.close()
        process.terminate()
        try? FileManager.default.removeItem(at: image)
    }

    func detect(in frame: borrowing Image) throws -> [Detection] {
        try frame.write(to: image.path)
        // A process that has ended has said why, and is past being asked.
        try? questions.fileHandleForWriting.write(contentsOf: Data("\(image.path)\n".utf8))
        var found: [Detection] = []
        while let line = line() {
            if line.isEmpty { return found }
            guard !line.hasPrefix("!") else { throw Failure(.invalidArgument, String(line.dropFirst())) }
            let numbers = line.split(separator: ",").compactMap { Double($0) }
            guard numbers.count == 5 else { throw Failure(.corrupt, "gyrus-detector answered '\(line.prefix(80))'.") }
            found.append(
                Detection(
                    box: Box(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]),
                    score: numbers[4]))
        }
        throw Failure(.unavailable, "gyrus-detector has ended without an answer; its messages are above.")
    }

    /// The next line of what the process says; nil at its end.
    private func line() -> String? {
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread = Data(unread[unread.index(after: end)...]) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            // What is there: to wait for more would be to wait for ever.
            let more = answers.fileHandleForReading.availableData
            guard !more.isEmpty else { return nil }
            unread += more
        }
    }
}
