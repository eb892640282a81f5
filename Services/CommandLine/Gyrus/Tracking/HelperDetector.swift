import Foundation
import HelperProcesses
import Model
import Tracking
import Vision

/// A TorchScript detector that runs in another process, because `gyrus` does not link libtorch.
final class HelperDetector: Detector {
    /// Name of the layout on the command line.
    static let layout = "torchscript"
    /// Default label of the person class, as in torchvision and DETR.
    static let usualCategory = 1
    /// Default minimum score.
    static let usualScore = 0.5

    private let helper: HelperProcess
    /// Folder of the current frame, the only one that the process may read.
    private let folder: URL
    private let image: URL

    /// Starts the process.
    /// - Throws: `Failure` with code `not-found` if the network is missing, `unavailable` if the program is.
    init(_ network: String, category: Int?, score: Double?) throws {
        guard FileManager.default.fileExists(atPath: network) else {
            throw Failure(.notFound, "There is no network file '\(network)'.")
        }
        folder = FileManager.default.temporaryDirectory.appending(path: "gyrus-frames-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        image = folder.appending(path: "frame.bmp")
        helper = try HelperProcess(
            "gyrus-detector",
            [
                "--person-class", "\(category ?? Self.usualCategory)", "--score", "\(score ?? Self.usualScore)",
                "--images", folder.path, network,
            ])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func detect(in frame: borrowing Image) throws -> [Detection] {
        try frame.write(to: image.path)
        helper.say(image.path)
        var found: [Detection] = []
        while let line = try helper.line() {
            if line.isEmpty { return found }
            guard !line.hasPrefix("!") else { throw Failure(.invalidArgument, String(line.dropFirst())) }
            let numbers = line.split(separator: ",").compactMap { Double($0) }
            guard numbers.count == 5 else { throw Failure(.corrupt, "gyrus-detector answered '\(line.prefix(80))'.") }
            found.append(
                Detection(
                    box: Box(left: numbers[0], top: numbers[1], width: numbers[2], height: numbers[3]),
                    score: numbers[4]))
        }
        throw Failure(.unavailable, "gyrus-detector exited without an answer; see its messages above.")
    }
}
