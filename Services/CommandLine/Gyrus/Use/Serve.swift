import ArgumentParser
import Foundation
import HelperProcesses
import Messaging
import Model
import ServerClient
import ServiceClient

/// Serves trained networks over HTTP.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve trained networks over HTTP.",
        discussion: """
              gyrus serve results/clothes
              gyrus serve skin=results/skin voices=3fa27c11/48 --port 8000
              gyrus serve --host 0.0.0.0 --keys keys.txt         all live models in the registry

            Implements the Open Inference Protocol, version 2 (/v2/models/NAME/infer), and a simple form:

              curl -F file=@picture.jpg http://127.0.0.1:8471/predict

            For a series in the registry, the live version is served; when 'gyrus models stage' makes another version live, \
            that one answers from then on. The 'server' service of the Compose file does the same. Ctrl-C stops gracefully.
            """)

    @ParentCommand var gyrus: Gyrus
    @OptionGroup var options: ServeOptions

    func run() throws {
        // Folders need no services; the server itself reports a registry that it needs and cannot reach.
        if let endpoint = try? Services(gyrus.project).endpoint(of: .registry) {
            setenv(ServiceDirectory.variable(of: .registry), endpoint.description, 1)
        }
        let program = ProgramBeside("server")
        let words = [program.path, "serve"] + options.words
        let arguments = words.map { strdup($0) } + [nil]
        // Replaces this process, so that signals reach the server.
        execv(program.path, arguments)
        throw program.failure("cannot be started: \(String(cString: strerror(errno))).")
    }
}
