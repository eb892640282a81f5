import Foundation
import ObjectStore
import Storage
import TestSupport

/// A real S3-compatible store, from the Python package `moto`, which checks the signature of every request.
final class ObjectStoreServer: Sendable {
    /// Faults that it can be told to have.
    enum Fault: String {
        case full, away, wrong, unlisted
    }

    /// How long it may take to start.
    private static let patience = Duration.seconds(60)

    private let directory: TemporaryDirectory
    private let process: ChildProcess
    let address: String
    let credentials: [String: String]

    /// Starts it.
    /// - Throws: `PythonEnvironment.Problem` if it cannot be installed.
    init() async throws {
        let python = try await BlockingWork.run { try PythonEnvironment(with: "moto.server") }
        let directory = try TemporaryDirectory()
        process = try ChildProcess(
            path: python.interpreter, [PythonEnvironment.file("object-store.py").path, directory.path("place")],
            isLeashed: true)
        self.directory = directory
        let deadline = ContinuousClock.now + Self.patience
        var words: [String] = []
        while words.count != 3 {
            guard ContinuousClock.now < deadline, process.isRunning else {
                throw PythonEnvironment.Problem("the store of moto did not start")
            }
            try await Task.sleep(for: .milliseconds(50))
            words =
                (try? String(contentsOf: directory.file("place"), encoding: .utf8))?.split(separator: " ")
                .map(String.init) ?? []
        }
        address = "http://127.0.0.1:\(words[0])/files"
        credentials = ["AWS_ACCESS_KEY_ID": words[1], "AWS_SECRET_ACCESS_KEY": words[2]]
    }

    deinit { process.signal(SIGTERM) }

    func set(_ fault: Fault, _ isOn: Bool) throws {
        let file = directory.file("place.\(fault.rawValue)")
        if isOn { try Data().write(to: file) } else { try FileManager.default.removeItem(at: file) }
    }

    func bucket(_ path: String = "/\(UUID().uuidString)", with more: [String: String] = [:]) throws -> Bucket {
        Bucket(
            try BucketAddress(address + path), try BucketCredentials(environment: credentials.merging(more) { $1 }))
    }
}
