import ArgumentParser
import Foundation
import Launcher
import Model

/// Exports a model's files, or configuration for another system to run the services.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Export a model, or configuration for systemd, Slurm, Kubernetes or Prometheus.",
        discussion: """
              gyrus export 3fa27c11/48 --output results
              gyrus export systemd --output /etc/systemd/system
              gyrus export slurm --partition gpu --gpus 1 > workers.sbatch
            """,
        subcommands: [
            ExportModel.self, ExportSystemd.self, ExportSlurm.self, ExportKubernetes.self, ExportPrometheus.self,
        ], defaultSubcommand: ExportModel.self)
}

/// The bucket in which an exported registry keeps its files.
struct BucketOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Bucket of an S3-compatible store for the registry's files, such as https://HOST/BUCKET/PREFIX?region=REGION.",
            valueName: "address"))
    var blobs: String?

    @Option(
        help: ArgumentHelp(
            "File with the bucket's credentials, in the format of AWS_SHARED_CREDENTIALS_FILE. Kubernetes gets a copy in"
                + " base/keys; systemd reads the file itself, as root (default there: /etc/gyrus/bucket).",
            valueName: "file"))
    var blobCredentials: String?

    func validate() throws {
        guard blobs != nil || blobCredentials == nil else {
            throw ValidationError("--blob-credentials requires --blobs.")
        }
    }

    /// The variables of the Compose file.
    /// - Parameter secret: Where the registry finds the credentials.
    func variables(secret: String) -> [String: String] {
        ["GYRUS_BLOBS": blobs ?? "", "GYRUS_BUCKET_SECRET": blobs == nil ? "" : secret]
    }
}

/// The project's Compose file as the basis for other systems.
struct ExportedProject {
    let name: String
    let services: [ServiceDefinition]

    /// Reads the Compose file with locations of sockets and data for the target system.
    /// - Parameter variables: Additional variables of the file.
    init(
        _ options: ProjectOptions, run: String, state: String, data: String, variables: [String: String] = [:]
    ) throws {
        var environment = options.locator.environment.filter {
            !$0.key.hasPrefix("GYRUS_") && !$0.key.hasPrefix("AWS_")
        }
        environment["GYRUS_DATA"] = data
        environment["GYRUS_DATA_DIR"] = data
        var locator = options.locator
        locator.environment = environment
        let directory = try locator.projectDirectory()
        name = directory.name
        let project = try locator.project(
            in: directory,
            variables: variables.merging(["GYRUS_RUN_DIR": run, "GYRUS_STATE_DIR": state]) { $1 }
        ) { say("gyrus: \($0)") }
        services = project.startOrder.compactMap { project.services[$0] }
    }

    /// Writes files into a folder and prints their names.
    static func write(_ files: [(name: String, text: String)], to path: String) throws {
        let folder = try Download.folder(path)
        for (name, text) in files {
            let place = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            do {
                try Data(text.utf8).write(to: place, options: .atomic)
            } catch {
                throw Failure(.permissionDenied, "cannot write '\(place.path)': \(error.systemReason)")
            }
            emit(place.path)
        }
    }
}
