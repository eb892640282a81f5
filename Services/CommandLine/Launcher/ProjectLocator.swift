public import Foundation
public import Model

extension Failure.Code {
    /// Wrong configuration: a Compose file or an environment variable.
    public static let configuration = Failure.Code(rawValue: "configuration")
}

/// Finds the Compose file and the directory of a command's project.
public struct ProjectLocator: Sendable {
    /// Name that the user gave.
    public var name: String?
    /// Compose file that the user gave.
    public var file: String?
    /// Project directory that the user gave.
    public var directory: String?
    /// Profiles given by the user, in addition to `$COMPOSE_PROFILES`.
    public var profiles: [String]
    /// Variables such as `$GYRUS_PROJECT`.
    public var environment: [String: String]

    /// A locator from the user's options.
    public init(
        name: String?, file: String?, directory: String?, profiles: [String] = [], environment: [String: String]
    ) {
        self.name = name
        self.file = file
        self.directory = directory
        self.profiles = profiles
        self.environment = environment
    }

    /// The Compose file: the given one, the nearest one in this folder or above, or the one shipped with `gyrus`.
    public func composeFile() throws -> URL {
        if let given = file ?? environment["GYRUS_COMPOSE_FILE"], !given.isEmpty {
            guard FileManager.default.fileExists(atPath: given) else {
                throw Failure(.configuration, "there is no Compose file '\(given)'; choose another with --file")
            }
            return URL(filePath: given)
        }
        guard let found = candidates.first(where: { FileManager.default.fileExists(atPath: $0.path) }) else {
            throw Failure(
                .configuration,
                "there is no compose.yaml here, in a folder above, or next to gyrus; choose one with --file or $GYRUS_COMPOSE_FILE"
            )
        }
        return found
    }

    private var candidates: [URL] {
        let names = ["compose.yaml", "compose.yml", "Compose/compose.yaml"]
        let here = FileManager.default.currentDirectoryPath
        let starts = [URL(filePath: here), URL(filePath: Programs.beside.folder)]
        var result = starts.flatMap { start in
            Self.ancestors(of: start).flatMap { folder in names.map { folder.appending(path: $0) } }
        }
        result.append(URL(filePath: Programs.beside.folder).appending(path: "../share/gyrus/compose.yaml"))
        return result
    }

    private static func ancestors(of folder: URL) -> [URL] {
        var result = [folder.standardizedFileURL]
        while let last = result.last, last.path != "/", result.count < 64 {
            result.append(last.deletingLastPathComponent().standardizedFileURL)
        }
        return result
    }

    /// The project's directory. The name comes from the option, `$GYRUS_PROJECT` or the Compose file, else it is `gyrus`.
    public func projectDirectory() throws -> ProjectDirectory {
        let given = name ?? environment["GYRUS_PROJECT"].flatMap { $0.isEmpty ? nil : $0 }
        let name = try given ?? nameInFile() ?? "gyrus"
        let folder = directory.map { URL(filePath: $0).absoluteURL }
        let project: ProjectDirectory
        do {
            project = try ProjectDirectory(name: name, root: folder, environment: environment)
        } catch let failure as Failure {
            // A bad option is wrong usage; a bad file or variable is wrong configuration.
            throw Failure(self.name == nil ? .configuration : .invalidArgument, failure.message)
        }
        try project.checkOwner()
        return project
    }

    private func nameInFile() throws -> String? {
        guard let file = try? composeFile() else {
            if self.file != nil { _ = try composeFile() }
            return nil
        }
        return (try? ComposeFile(at: file))?.projectName
    }

    /// The data folder next to the product's Compose file, which containers get as well; services run in any folder and
    /// would not find it themselves.
    private static func data(near file: URL) -> String? {
        let folder = file.absoluteURL.deletingLastPathComponent().appending(path: "../../shared/data")
            .standardizedFileURL
        return FileManager.default.fileExists(atPath: folder.path) ? folder.path : nil
    }

    /// The Compose file's services, with variables from the environment and the project's directory.
    /// - Parameters:
    ///   - names: Services to include regardless of their profiles.
    ///   - places: Variables that replace the directory's, for services started by another system.
    ///   - warn: Receives warnings about probable mistakes.
    public func project(
        in directory: ProjectDirectory, naming names: [String] = [], variables places: [String: String] = [:],
        warn: (String) -> Void = { _ in }
    ) throws -> ComposeProject {
        // The launcher's folders take precedence, because the file's defaults are for containers.
        var variables = environment.merging(directory.variables) { $1 }.merging(places) { $1 }
        let file = try composeFile()
        if variables["GYRUS_DATA_DIR"] == nil {
            variables["GYRUS_DATA_DIR"] = environment["GYRUS_DATA"] ?? Self.data(near: file) ?? ""
        }
        variables["GYRUS_BUCKET_SECRET"] =
            variables["GYRUS_BUCKET_SECRET"] ?? environment["AWS_SHARED_CREDENTIALS_FILE"] ?? ""
        // In a container, the console accepts its host; on a machine, only the machine itself.
        variables["GYRUS_CONSOLE_ADDRESS"] = variables["GYRUS_CONSOLE_ADDRESS"] ?? "127.0.0.1"
        do {
            let whole = try ComposeFile(at: file).project(variables: variables, warn: warn)
            let chosen = environment["COMPOSE_PROFILES"]?.split(separator: ",").map(String.init) ?? []
            var project = try whole.selecting(profiles: Set(profiles + chosen), naming: names)
            // A rebuilt program counts as a change, like a new image in Docker.
            project.services = project.services.mapValues { service in
                var service = service
                service.build = Programs.beside.build(of: service.command[0])
                return service
            }
            return try ProjectNetwork.kept(in: directory)?.applied(to: project) ?? project
        } catch let failure as Failure {
            throw Failure(.configuration, failure.message)
        }
    }
}
