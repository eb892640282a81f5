import ArgumentParser
import Foundation
import Launcher
import Messaging
import Model
import ServiceClient

/// Writes manifests for Kubernetes.
struct ExportKubernetes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubernetes",
        abstract: "Write a Kustomize base with overlays for all services in the Compose file.",
        discussion: """
              gyrus export kubernetes --image registry.example.org/gyrus:0.1.0 --output deploy
              kubectl apply -k deploy/base
              kubectl apply -k deploy/overlays/keda      scales workers with the queue, down to none

            The services communicate over TCP with keys, which are created in base/keys if missing: keep that folder out of \
            version control. Anyone with keys/client.key has full access.
            """)

    @ParentCommand var gyrus: Gyrus

    @Option(help: ArgumentHelp("Image built from Compose/Dockerfile, as the cluster can pull it.", valueName: "name"))
    var image = "gyrus:\(GyrusVersion.current)"

    @Option(help: ArgumentHelp("Namespace.", valueName: "name"))
    var namespace = "gyrus"

    @Option(
        help: ArgumentHelp(
            "GPUs per trainer worker: 0 or 1. A worker uses one device; start more workers for more.",
            valueName: "number"))
    var gpus = 0

    @Option(
        help: ArgumentHelp("Size of the registry's volume; the other services get a tenth of it.", valueName: "GiB"))
    var storage = 200

    @Option(help: ArgumentHelp("Persistent volume claim with raw datasets, mounted read-only.", valueName: "name"))
    var dataClaim: String?

    @OptionGroup var bucket: BucketOptions

    @Option(help: ArgumentHelp("Namespace of the Prometheus that reads the metrics.", valueName: "name"))
    var monitoring = "monitoring"

    @Option(name: [.short, .long], help: ArgumentHelp("Folder to write to.", valueName: "folder"))
    var output = "."

    func validate() throws {
        for name in [namespace, monitoring] {
            let isName = name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber || $0 == "-") }
            guard isName, !name.isEmpty, name.count <= 63 else {
                throw ValidationError("'\(name)' is not a valid namespace: use lowercase letters, digits and '-'.")
            }
        }
        guard (0...1).contains(gpus) else {
            throw ValidationError("--gpus must be 0 or 1, not \(gpus): a worker uses one device; start more workers.")
        }
        guard (10...1_000_000).contains(storage) else {
            throw ValidationError("--storage must be from 10 to 1000000 GiB, not \(storage).")
        }
    }

    func run() async throws {
        let project = try ExportedProject(
            gyrus.project, run: "/run/gyrus", state: "/var/lib/gyrus", data: dataClaim == nil ? "" : "/data",
            variables: bucket.variables(secret: "/keys/\(KubernetesKeys.bucket)")
                .merging(["GYRUS_CONSOLE_ADDRESS": "0.0.0.0"]) { $1 })
        let folder = try Download.folder("\(output)/base/keys")
        let keys = try KubernetesKeys(for: project, in: folder)
        if bucket.blobs != nil {
            try KubernetesKeys.takeBucketCredentials(from: bucket.blobCredentials, into: folder)
        }
        let manifests = KubernetesManifests(
            project: project, keys: keys, image: image, namespace: namespace, gpus: gpus, storage: storage,
            dataClaim: dataClaim, monitoring: monitoring)
        try ExportedProject.write(manifests.files, to: output)
    }
}

/// The keys of a project in a cluster; existing key files are never replaced.
struct KubernetesKeys {
    /// Name of the file with the credentials of a bucket.
    static let bucket = "bucket"

    /// Public keys by the name of the file.
    private(set) var publicKeys: [String: PublicKey] = [:]

    /// Roles of the clients by key name: workers, the console, and users outside the cluster.
    private static let clients: [String: Role] = ["worker": .worker, "console": .reader, "client": .operator]

    /// Reads the keys in a folder and creates missing ones: one for each service and each kind of client.
    init(for project: ExportedProject, in folder: URL) throws {
        let services = ServiceName.allCases.map(\.rawValue).filter { name in
            project.services.contains { $0.name == name }
        }
        let roles = Self.clients.merging(services.map { ($0, Role.submitter) }) { $1 }
        for name in roles.keys {
            let file = folder.appending(path: "\(name).key")
            if !FileManager.default.fileExists(atPath: file.path) { try KeyPair.generate().write(to: file) }
            publicKeys[name] = try KeyPair(contentsOf: file).publicKey
        }
        let admitted = publicKeys.sorted { $0.key < $1.key }.map { name, key in
            "\(key) \(roles[name, default: .reader].rawValue) \(name)\n"
        }
        try Data(admitted.joined().utf8).write(to: folder.appending(path: "admitted"))
    }

    /// Copies the credentials of a bucket next to the keys; without a file, existing credentials are kept.
    static func takeBucketCredentials(from file: String?, into folder: URL) throws {
        let place = folder.appending(path: bucket)
        guard let file else {
            guard FileManager.default.fileExists(atPath: place.path) else {
                throw Failure(.invalidArgument, "a bucket needs credentials; name their file with --blob-credentials")
            }
            return
        }
        guard let content = FileManager.default.contents(atPath: file) else {
            throw Failure(.notFound, "the file '\(file)' of --blob-credentials cannot be read")
        }
        try? FileManager.default.removeItem(at: place)
        guard
            FileManager.default.createFile(
                atPath: place.path, contents: content, attributes: [.posixPermissions: 0o600])
        else { throw Failure(.permissionDenied, "cannot write '\(place.path)'") }
    }

    /// Names of the keys in pods; users' keys stay outside the cluster.
    var namesInCluster: [String] { publicKeys.keys.filter { $0 != "client" }.sorted() }

    /// Name of the key pair for a Compose service.
    func name(for service: String) -> String { publicKeys[service] == nil ? "worker" : service }
}
