public import Foundation
import Model
import Yams

/// Reader of files in the format of the Compose Specification.
///
/// It honors keys that are meaningful for processes on one machine and accepts keys that only isolate or decorate a
/// container (`ComposeKeys.container`). It refuses keys that would change what the process does (`ComposeKeys.refused`),
/// and keys that are not in the specification, with their line.
public struct ComposeFile: Sendable {
    /// Path of the file, for messages.
    public let path: String
    private let text: String

    /// Limits of a file: large enough for a thousand services, small enough to read within a moment.
    private static let bounds = YamlBounds(bytes: 1 << 20, depth: 32, nodes: 100_000, references: 10_000)

    /// A reader of text that was already loaded.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads a file.
    public init(at url: URL) throws {
        self.init(path: url.path, text: try TextFile.read(url.path, as: "Compose file"))
    }

    /// The project name in the file; nil if there is none or the file cannot be read.
    public var projectName: String? { (try? root())?.mapping?["name"]?.string }

    private func root() throws -> Node {
        do {
            try Self.bounds.check(text)
        } catch {
            throw Failure(.invalidArgument, "\(path):\(error.line): \(Self.bounds.description(of: error))")
        }
        do {
            guard let root = try Yams.compose(yaml: text) else {
                throw Failure(.invalidArgument, "\(path): the file is empty")
            }
            return root
        } catch let error as YamlError {
            throw Failure(.invalidArgument, "\(path): not valid YAML: \(error)")
        }
    }

    /// The project with variables replaced; a `Failure` names the line of an error.
    /// - Parameter warn: Receives warnings about probable mistakes.
    public func project(
        variables: [String: String], warn: (String) -> Void = { _ in }
    ) throws -> ComposeProject {
        let interpolation = Interpolation(variables: variables)
        let node = ComposeNode(node: try root(), file: path, path: "", interpolation: interpolation)
        var name: String?
        var services: [ServiceDefinition] = []
        var nodes: [String: ComposeNode] = [:]
        try node.read(
            [
                "name": { name = try $0.string() },
                "services": {
                    for (key, value) in try $0.entries() {
                        services.append(try service(key, value))
                        nodes[key] = value
                    }
                },
            ],
            ignoring: ComposeKeys.topLevel, refusing: ComposeKeys.refusedAtTop)
        guard !services.isEmpty else { throw node.problem("the file has no services") }
        var project = ComposeProject(name: name, services: services)
        try check(&project, nodes)
        for variable in interpolation.missing.sorted() {
            warn("\(path): the variable '\(variable)' is not set; using an empty string")
        }
        return project
    }

    private func check(_ project: inout ComposeProject, _ nodes: [String: ComposeNode]) throws {
        project.forgetOptionalDependencies()
        for service in project.services.values.sorted(by: { $0.name < $1.name }) {
            guard let node = nodes[service.name] else { continue }
            for (dependency, condition) in service.dependencies.sorted(by: { $0.key < $1.key }) {
                guard let target = project.services[dependency] else {
                    throw node.problem("depends on '\(dependency)', which is not a service in this file")
                }
                if condition == .healthy && target.healthCheck == nil {
                    throw node.problem("waits for '\(dependency)' to be healthy, which has no healthcheck")
                }
                if project.closure(of: [dependency]).contains(service.name) {
                    throw node.problem("depends on itself through '\(dependency)'")
                }
            }
        }
    }
}
