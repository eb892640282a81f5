public import Foundation
import Model
import Yams

/// Reader of files in the format of the Compose Specification.
///
/// It honors what has a meaning for processes on one machine, accepts what only shuts a container in or dresses it up
/// (`ComposeKeys.container`), refuses by name what would make the process another one (`ComposeKeys.refused`), and refuses
/// every key that the specification does not have, naming the line.
public struct ComposeFile: Sendable {
    /// Where the file is, for messages.
    public let path: String
    private let text: String

    /// What a file may have: enough for a thousand services, and little enough to be walked within a moment.
    private static let bounds = YamlBounds(bytes: 1 << 20, depth: 32, nodes: 100_000, references: 10_000)

    /// Takes the text of a file that was already read.
    public init(path: String, text: String) {
        self.path = path
        self.text = text
    }

    /// Reads a file.
    public init(at url: URL) throws {
        let data: Data
        do {
            data = try Data(contentsOf: url)
        } catch {
            throw Failure(
                .invalidArgument, "cannot read the Compose file '\(url.path)': \(error.localizedDescription)")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw Failure(.invalidArgument, "the Compose file '\(url.path)' is no text in UTF-8; save it as such")
        }
        self.init(path: url.path, text: text)
    }

    /// The name that the file gives its project; nil where it gives none or cannot be read.
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

    /// What the file says, its variables replaced; a `Failure` names the line of what is wrong.
    /// - Parameter warn: Takes a sentence about whatever a person may not have meant.
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
            warn("\(path): the variable '\(variable)' is not set; it is replaced by nothing")
        }
        return project
    }

    private func check(_ project: inout ComposeProject, _ nodes: [String: ComposeNode]) throws {
        project.forgetOptionalDependencies()
        for service in project.services.values.sorted(by: { $0.name < $1.name }) {
            guard let node = nodes[service.name] else { continue }
            for (dependency, condition) in service.dependencies.sorted(by: { $0.key < $1.key }) {
                guard let target = project.services[dependency] else {
                    throw node.problem("depends on '\(dependency)', which is no service of this file")
                }
                if condition == .healthy && target.healthCheck == nil {
                    throw node.problem("waits for '\(dependency)' to be healthy, which has no healthcheck")
                }
                if project.closure(of: [dependency]).contains(service.name) {
                    throw node.problem("depends on itself by way of '\(dependency)'")
                }
            }
        }
    }
}
